import { beforeEach, describe, expect, it } from "vitest";
import { explain } from "../../src/explain/explain.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { renderExplanation } from "../../src/explain/render.ts";
import { allOf, NOW } from "./kit.ts";
import { allOf as allOfRules, defineGateway, introspect, live, oidc, type OnlineTokens, scope } from "../../src/index.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { answerOf, askedOkta, organizationToken } from "./organization.ts";

const clock = () => NOW * 1_000;
const asked: string[] = [];
beforeEach(() => void asked.splice(0));
const answering = (answer: object | null) => async (url: string) => {
  asked.push(url);
  return answer === null ? new Response("", { status: 500 }) : Response.json(answer);
};
const stepIn = ({ steps }: Explanation, id: string) => steps.find((step) => step.id === id);
const WORD = "active by the word of its issuer, which is asked";

describe.each([
  ["an opaque token", "opaque-token-of-okta"],
  ["a JWT that only its issuer can verify", organizationToken()],
])("%s", (_what, token) => {
  const of = (answer: object | null, route = "GET /orders") => explain(askedOkta({}), token, { clock, fetch: answering(answer), route });

  it("is let in by its issuer's word, which the steps say", async () => {
    const explanation = await of(answerOf());
    expect(explanation).toMatchObject({ verdict: "allowed", issuer: { name: "org", provider: "okta" }, failure: null });
    expect(explanation.steps.map(({ id, status, actual }) => [id, status, actual])).toEqual([
      ["credential", "ok", `${token.length} characters`],
      ["principal", "ok", 'user "org|00u1"'],
      ["revocation", "ok", "active"],
      ["route", "ok", "GET /orders"],
      ["rule", "ok", 'scopes "orders:read"'],
      ["size", "ok", expect.stringMatching(/^\d+ bytes$/)],
    ]);
    expect(stepIn(explanation, "revocation")?.expected).toBe(WORD);
    expect(renderExplanation(explanation)).toContain(`found active; expected ${WORD}`);
    expect(asked.every((url) => url === "https://sample.okta.com/oauth2/v1/introspect")).toBe(true);
    expect(allOf(explanation)).not.toContain(token.slice(0, 12));
  });

  it.each([
    ["inactive", { active: false }, "token_inactive", "not active"],
    ["of nobody knows whom", null, "introspection_unavailable", "no answer to go by"],
  ])("that is %s is refused by its issuer's word", async (_how, answer, code, actual) => {
    const explanation = await of(answer);
    expect(explanation.failure?.code).toBe(code);
    expect(explanation.steps.map(({ id, status }) => [id, status])).toEqual([
      ["credential", "ok"],
      ["revocation", "failed"],
      ["route", "not reached"],
      ["rule", "not reached"],
      ["size", "not reached"],
    ]);
    expect(stepIn(explanation, "revocation")).toMatchObject({ expected: WORD, actual });
  });

  it.each([
    ["another audience", { aud: "https://other.example" }, "audience_mismatch", "audience"],
    ["an end that has passed", { exp: NOW - 3_600 }, "token_expired", "expiry"],
    ["another issuer", { iss: "https://other.okta.com" }, "issuer_unknown", "issuer"],
    ["no subject", { sub: undefined, uid: undefined, client_id: undefined }, "claim_missing", "principal"],
    ["another kind", { token_type: "refresh_token" }, "token_use_mismatch", "kind"],
  ])("is refused where the answer has %s, which is not shown", async (_how, changes, code, step) => {
    const explanation = await of(answerOf(changes));
    expect(explanation.failure?.code).toBe(code);
    expect(explanation.steps.filter(({ status }) => status === "failed").map(({ id }) => id)).toEqual([step]);
    expect(stepIn(explanation, step)).toMatchObject({
      expected: expect.stringMatching(/./) as string,
      actual: "what its issuer answered, which is not shown",
    });
    expect(stepIn(explanation, "revocation")).toMatchObject({ status: "open", actual: "active" });
    expect(explanation.failure?.hints.join(" ")).not.toMatch(/Missing|ID token/);
    expect(allOf(explanation)).not.toMatch(/other\.(?:example|okta)/);
  });
});

it("a JWT's own claims stay hidden where its issuer does not vouch for it, unless they are asked for", async () => {
  const token = organizationToken({ sub: "a-name-to-hide" });
  const options = { clock, fetch: answering({ active: false }) };
  expect(allOf(await explain(askedOkta({}), token, options))).not.toContain("a-name-to-hide");
  expect(allOf(await explain(askedOkta({}), token, { ...options, unverified: true }))).toContain("a-name-to-hide");
});

describe("a JWT that only its issuer can verify, whose issuer is not asked about it,", () => {
  const before = () => asked.length;

  it.each([
    ["at all", askedOkta(null), [/introspection is the only way \(docs\/providers\/okta\.md\)/]],
    ["but about verified ones", askedOkta({ tokens: "jwt" }), [/the only way/, /set its `tokens` to "opaque" or "all"/]],
    [
      "because another server is configured",
      askedOkta(null, { authorizationServer: "default", audience: "api://default" }),
      [/the only way/],
    ],
  ])("is not for this API: %s", async (_what, gateway, hints) => {
    const count = before();
    const { failure } = await explain(gateway, organizationToken(), { clock, fetch: answering(answerOf()) });
    expect(failure).toMatchObject({ code: "token_not_for_api", hints: hints.map((hint) => expect.stringMatching(hint) as string) });
    expect(asked).toHaveLength(count);
  });
});

describe("a JWT that was verified here", () => {
  async function explained(tokens: OnlineTokens, answer: object | null, route: string) {
    const url = "https://shop.example/introspect";
    const introspection = introspect({ url, clientId: "gateway", clientSecret: "shared-with-nobody", tokens });
    const jwksUri = "https://shop.example/keys";
    const shop = oidc({ issuer: "https://shop.example", audience: "shop", algorithms: ["ES256"], jwksUri, introspection });
    const routes = { "GET /orders": scope("orders:read"), "GET /account": allOfRules(scope("orders:read"), live()) };
    const gateway = defineGateway({ issuers: { shop }, routes });
    const { sign, jwks } = await createTestTokens(gateway, { clock });
    const token = await sign("shop", { claims: { sub: "una", aud: "shop", client_id: "web", scope: "orders:read" } });
    const explanation = await explain(gateway, token, { clock, jwks, fetch: answering(answer), route });
    return { ...explanation, code: explanation.failure?.code ?? null };
  }

  it.each([
    ["all", { active: true }, null, WORD, "active"],
    ["jwt", { active: false }, "token_inactive", WORD, "not active"],
    ["jwt", null, "introspection_unavailable", WORD, "no answer to go by"],
    ["opaque", { active: false }, null, "any", "not asked"],
  ] as const)("is confirmed by its issuer where %s tokens are: %j", async (tokens, answer, code, expected, actual) => {
    const explanation = await explained(tokens, answer, "GET /orders");
    expect(explanation.code).toBe(code);
    expect(stepIn(explanation, "signature")).toMatchObject({ status: "ok" });
    expect(stepIn(explanation, "revocation")).toMatchObject({ expected, actual });
  });

  it.each([
    [{ active: true }, null, "live"],
    [{ active: false }, "token_inactive", "not live"],
    [null, "introspection_unavailable", "no answer whether it is live"],
  ])("is live or not: %j", async (answer, code, actual) => {
    const explanation = await explained("opaque", answer, "GET /account");
    expect(explanation.code).toBe(code);
    const rule = stepIn(explanation, "rule");
    expect(rule).toMatchObject({ expected: "scope orders:read and live", actual: `scopes "orders:read", ${actual}` });
  });
});
