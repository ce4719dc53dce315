import { beforeAll, describe, expect, it } from "vitest";
import { REASONS, type ReasonCode, SallyportError } from "../../src/errors.ts";
import { HINTS } from "../../src/explain/hints.ts";
import { STEPS } from "../../src/explain/steps.ts";
import { allOf as allOfRules, createVerifier, defineGateway, type Gateway, introspect, live, oidc, scope } from "../../src/index.ts";
import { askedOkta, organizationToken } from "./organization.ts";
import { explain, type ExplainOptions } from "../../src/explain/explain.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { createTestTokens, type TestTokens } from "../../src/testing/index.ts";
import { type Case, CASES } from "./cases.ts";
import { allOf, AUDIENCE, createKit, encode, gateway, type Kit, NOW, second } from "./kit.ts";

let kit: Kit;
beforeAll(async () => void (kit = await createKit()));

/** A gateway whose revocations end every request in this way. */
const refusing = (code: ReasonCode): Gateway => ({
  ...gateway,
  revocations: { keep: null, check: () => {}, open: () => ({ check: () => Promise.reject(new SallyportError(code)) }) },
});

/** A case's token and its explanation, made once. */
const made = new Map<Case, Promise<{ readonly text: string; readonly explanation: Explanation }>>();
function explained(example: Case) {
  const known = made.get(example) ?? explainCase(example);
  made.set(example, known);
  return known;
}

async function explainCase({ token, route }: Case) {
  const text = await token(kit);
  return { text, explanation: await kit.explain(text, { route }) };
}

const windows = (token: string) => Array.from({ length: Math.max(0, token.length - 11) }, (_, at) => token.slice(at, at + 12));

describe("a good token", () => {
  it.each(gateway.issuers.map(({ name }) => name))("of %s passes every step", async (issuer) => {
    const { verdict, steps, failure, principal, clients } = await kit.explain(await kit.good(issuer));
    expect({ verdict, failure, clients, issuer: principal?.issuer }).toEqual({ verdict: "verified", failure: null, clients: [], issuer });
    expect(steps.map(({ status }) => status).filter((status) => status !== "ok")).toEqual([]);
  });

  it("shows what the vocabulary makes of its names, and which routes are open", async () => {
    const { names, routes } = await kit.explain(await kit.good("pool"));
    expect(names).toEqual([
      { kind: "scope", token: "openid", gateway: null },
      { kind: "scope", token: "orders-api/orders.read", gateway: "orders:read" },
    ]);
    expect(Object.fromEntries(routes.map(({ route, code }) => [route, code]))).toEqual({
      "GET /health": null,
      "GET /me": null,
      "GET /orders": null,
      "GET /orders/{id}": null,
      "POST /orders": "rule_denied",
      "DELETE /orders": "step_up_required",
      "PUT /orders": "step_up_required",
      "PATCH /orders": null,
      $connect: null,
    });
  });

  it("shows the rule of a route, part by part", async () => {
    const { verdict, rule, clients } = await kit.explain(await kit.good("pool"), { route: "GET /orders/42" });
    expect(verdict).toBe("allowed");
    expect(rule).toEqual({ text: "scope orders:read", holds: true, code: null, parts: [] });
    expect(clients.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  });
});

describe("a refused token", () => {
  it.each(CASES)("with $what fails at the step $step with $code", async (example) => {
    const { code, step, hint } = example;
    const { failure, steps } = (await explained(example)).explanation;
    expect(failure?.code).toBe(code);
    expect(steps.filter(({ status }) => status === "failed").map(({ id }) => id)).toEqual([step]);
    const order = steps.map(({ status }) => status);
    expect(order.lastIndexOf("ok")).toBeLessThan(order.indexOf("failed"));
    if (hint !== null) expect(failure?.hints.join("\n")).toMatch(hint);
  });

  it("fails for the same reason as in the gateway", async () => {
    const verifier = createVerifier(gateway, { clock: () => NOW * 1_000, jwks: kit.jwks });
    const verdictOf = async (text: string) =>
      verifier.verify(text).then(
        () => null,
        (error: SallyportError) => error.code,
      );
    for (const example of CASES) {
      const { code, route } = example;
      // The gateway's way in takes the text out of a header first, which explain does too.
      if (route === undefined && !code.startsWith("credential_")) expect(await verdictOf((await explained(example)).text)).toBe(code);
    }
    expect.hasAssertions();
  });

  it("is told apart from keys that cannot be had", async () => {
    const { failure, verdict, steps, clients } = await kit.explain(await kit.good("pool"), { jwks: {} });
    expect([failure?.code, verdict]).toEqual(["keys_unavailable", "unavailable"]);
    expect(steps.find(({ status }) => status === "failed")?.id).toBe("key");
    expect(clients.map(({ status }) => status)).toEqual([500, 500, 500, 500, 500, 503, 500]);
  });

  it("does no harm on a public route", async () => {
    const { verdict, failure } = await kit.explain("nonsense", { route: "GET /health" });
    expect([verdict, failure]).toEqual(["allowed", null]);
  });
});

it("a word of the explanation's own stays itself when it is given for a token", async () => {
  const { verdict, failure } = await kit.explain("unauthenticated");
  expect([verdict, failure?.code]).toEqual(["unauthenticated", "token_opaque"]);
});

describe("what others are asked about", () => {
  const clock = () => NOW * 1_000;

  it.each(["revoked", "revocations_unavailable"] as const)("a token is refused as %s, unless nobody is to be asked", async (code) => {
    const token = await kit.good("other");
    const options = { clock, jwks: kit.jwks };
    const { failure, steps } = await explain(refusing(code), token, options);
    expect(failure?.code).toBe(code);
    expect(steps.find(({ status }) => status === "failed")?.id).toBe("revocation");
    expect((await explain(refusing(code), token, { ...options, revocations: false })).verdict).toBe("verified");
  });

  it("revocations that could not be read are mentioned, where the configuration goes on all the same", async () => {
    const lenient: Gateway = {
      ...gateway,
      revocations: { keep: null, check: () => {}, open: ({ unavailable }) => ({ check: async () => unavailable?.("allow") }) },
    };
    const { verdict, steps } = await explain(lenient, await kit.good("other"), { clock, jwks: kit.jwks });
    expect(verdict).toBe("verified");
    expect(steps.find(({ id }) => id === "revocation")?.actual).toMatch(/cannot be read/);
  });

  const asked = defineGateway({
    issuers: {
      desk: oidc({
        issuer: "https://desk.example",
        audience: null,
        clientIds: ["web"],
        introspection: introspect({ url: "https://desk.example/introspect", clientId: "gateway", clientSecret: "shared-with-nobody" }),
      }),
    },
    routes: { "GET /orders": scope("orders:read"), "GET /account": allOfRules(scope("orders:read"), live()) },
  });
  const answering = (answer: object | null) => async () => {
    if (answer === null) throw new Error("down");
    return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
  };
  const active = {
    active: true,
    sub: "user-1",
    client_id: "web",
    scope: "orders:read",
    token_type: "Bearer",
    exp: NOW + 600,
    iat: NOW,
    iss: "https://desk.example",
  };

  it.each([
    ["active", active, "GET /account", "allowed", null],
    ["inactive", { active: false }, "GET /account", "unauthenticated", "revocation"],
    ["of nobody knows whom", null, "GET /orders", "unavailable", "revocation"],
    ["without the right", { ...active, scope: "openid" }, "GET /orders", "denied", "rule"],
  ])("an opaque token that is %s is explained by its issuer's answer", async (_what, answer, route, verdict, step) => {
    const explanation = await explain(asked, "opaque-token-of-desk", { clock, fetch: answering(answer), route });
    expect(explanation.verdict).toBe(verdict);
    expect(explanation.steps.find(({ status }) => status === "failed")?.id ?? null).toBe(step);
    expect(explanation.steps.map(({ id }) => id)).not.toContain("signature");
    expect(allOf(explanation)).not.toContain("opaque-token");
  });
});

it.each([
  [{ sub: "user-1" }, null, /no access token, or the answer does not say/],
  [{ sub: "user-1", aud: "desk", token_type: "refresh_token" }, "desk", /no access token\.$/],
])("an opaque token that is no access token is not taken for an ID token: %j", async (answer, audience, hint) => {
  const introspection = introspect({ url: "https://desk.example/introspect", clientId: "gateway", clientSecret: "shared-with-nobody" });
  const desk = oidc({ issuer: "https://desk.example", audience, clientIds: ["web"], introspection });
  const body = JSON.stringify({ active: true, client_id: "web", exp: NOW + 600, ...answer });
  const { failure } = await explain(defineGateway({ issuers: { desk }, routes: {} }), "opaque-token-of-desk", {
    clock: () => NOW * 1_000,
    fetch: async () => new Response(body),
  });
  expect(failure).toMatchObject({ code: "token_use_mismatch", hints: [expect.stringMatching(hint)] });
});

describe("what a client sees", () => {
  it.each([
    ["an expired token", { exp: NOW - 90 }, "GET /me", [401, 401, 401, 401, 401, 401]],
    ["a missing right", { scope: "openid" }, "GET /orders", [403, 403, 403, 403, 401, 403]],
  ])("of %s is what the authorizers answer", async (_what, claims, route, statuses) => {
    const { clients } = await kit.explain(await kit.good("pool", { claims }), { route });
    expect(clients.map(({ status }) => status)).toEqual(statuses);
  });

  it("of a bad token includes the handshake, where there is one", async () => {
    const { sample, clients } = await kit.explain(await kit.good("pool", { claims: { exp: NOW - 90 } }));
    expect(sample).toBe("GET /me");
    expect(clients.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401, 401]);
    expect(clients.at(-1)).toEqual({ api: "WebSocket API, $connect", status: 401, seen: "the handshake is refused" });
  });

  it("at $connect is the handshake", async () => {
    const { clients } = await kit.explain(await kit.good("pool"), { route: "$connect" });
    expect(clients).toEqual([{ api: "WebSocket API, $connect", status: 101, seen: "the connection is made" }]);
  });
});

describe("nothing is shown that should not be", () => {
  it("no piece of a token, whatever it is", async () => {
    for (const example of CASES) {
      const { text, explanation } = await explained(example);
      const open = await kit.explain(text, { route: example.route, unverified: true });
      const shown = allOf(explanation) + allOf(open);
      expect(windows(text).filter((piece) => shown.includes(piece))).toEqual([]);
    }
  });

  it("no claim before the signature holds", async () => {
    const secret = "a-subject-to-hide";
    const good = await kit.good("other", { claims: { sub: secret, aud: secret, jti: secret, scope: secret } });
    const [header, claims] = good.split(".");
    const forged = `${header}.${claims}.${encode({ signature: "of nobody" })}`;
    const unknown = await kit.good("other", { claims: { iss: secret, sub: secret } });
    for (const token of [forged, unknown]) {
      expect(allOf(await kit.explain(token))).not.toContain(secret);
      expect(allOf(await kit.explain(token, { unverified: true }))).toContain(secret);
    }
  });

  it("no credential of another system, even unverified", async () => {
    const token = await kit.good("other", { claims: { idp_access_token: "upstream-secret" } });
    expect(allOf(await kit.explain(token, { unverified: true }))).not.toContain("upstream-secret");
  });

  it("nothing that steers a terminal", async () => {
    const token = await kit.good("other", { claims: { sub: "x", aud: "\u001b[2J\u202e\u0007" } });
    const shown = allOf(await kit.explain(token, { unverified: true })).replaceAll("\n", "");
    expect(shown).not.toMatch(/\p{C}/u);
  });
});

describe("the tables", () => {
  const named = new Set(STEPS.flatMap(({ codes }) => codes));
  /** Reasons that no token can be refused for: the guard's own, and failures of ours. */
  const elsewhere = (code: ReasonCode) =>
    ["principal_missing", "principal_malformed", "principal_expired", "principal_misplaced"].includes(code) ||
    ["event_unsupported", "internal_error", "credential_ambiguous", "claim_ambiguous"].includes(code);

  it("have a step for every reason that a token can be refused for", () => {
    expect((Object.keys(REASONS) as ReasonCode[]).filter((code) => !named.has(code) && !elsewhere(code))).toEqual([]);
  });

  it("have no hint that no case brings out", async () => {
    const explanations = await Promise.all(CASES.map(async (example) => (await explained(example)).explanation));
    const unread = await explain(refusing("revocations_unavailable"), await kit.good("other"), {
      clock: () => NOW * 1_000,
      jwks: kit.jwks,
    });
    const given = new Set([...explanations, unread, ...(await explainSecond())].flatMap(({ failure }) => failure?.hints ?? []));
    const unused = HINTS.filter(({ text }) => typeof text === "string" && !given.has(text));
    expect(unused.map(({ text }) => text)).toEqual([]);
  });
});

/** Hints that need another configuration. */
async function explainSecond(): Promise<readonly Explanation[]> {
  const clock = () => NOW * 1_000;
  const tokens = await createTestTokens(second, { clock });
  const consumer = "9188040d-6c67-4c5b-b112-36a304b66dad";
  const groups = Array.from({ length: 800 }, (_, index) => `g${index}`);
  const entra = { aud: "e4b71d06-3c58-4f92-a6e0-9d2b8c5f7a13", azp: "web", scp: "orders:read", tid: consumer, oid: "object" };
  const [crowd] = tokens.jwks["crowd"]?.keys ?? [];
  const unusable = { ...tokens.jwks, crowd: { keys: [{ ...crowd, use: "enc" }] } };
  const of = async (issuer: string, claims: Record<string, unknown>, options: ExplainOptions = {}) =>
    explain(second, await tokens.sign(issuer, { claims }), { clock, jwks: tokens.jwks, ...options });
  return Promise.all([
    of("org", { sub: "user@sample.example", uid: "00u-5", aud: AUDIENCE, cid: "web", scp: ["orders:read"] }),
    of(
      "tenants",
      { ...entra, iss: `https://login.microsoftonline.com/${consumer}/v2.0`, sub: "user" },
      { jwks: withOwner(tokens, consumer) },
    ),
    of("crowd", { iss: "https://accounts.google.com" }),
    of("crowd", { sub: "user" }, { jwks: unusable }),
    of("crowd", { sub: "user", aud: "crowd", scope: "orders:read", groups }, { route: "GET /orders" }),
    explain(askedOkta({ tokens: "jwt" }), organizationToken(), { clock }),
  ]);
}

/** Microsoft's key sets say whose each key is. */
function withOwner({ jwks }: TestTokens, tenant: string): TestTokens["jwks"] {
  const issuer = `https://login.microsoftonline.com/${tenant}/v2.0`;
  return { ...jwks, tenants: { keys: (jwks["tenants"]?.keys ?? []).map((key) => ({ ...key, issuer })) } };
}
