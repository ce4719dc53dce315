import { describe, expect, it } from "vitest";
import { authorize } from "../../src/authorize.ts";
import { guard } from "../../src/guard/index.ts";
import type { KeyFinder } from "../../src/keys/keys.ts";
import { createVerifier, httpAuthorizer, type ReasonCode, REASONS } from "../../src/index.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import { refused } from "./kit.ts";
import { leaksOf, sharedPieces } from "./leaks.ts";
import { assertRefused, bareDecision, createPlace, type Options } from "./witness.ts";
import { ATTACKER, CLOCK, createServers, gateway, jwkOf, mint, NOW } from "./lab.ts";

describe("I1 gets tokens, claims, key ids, addresses or a provider's words into the logs", () => {
  // Every other attack in this folder asserts the same; these are the ways that have leaked elsewhere.
  it.each([
    ["an unknown key id", mint({ header: { kid: "canary-unknown-key-id" } }), "key_unknown", 1],
    ["a bad signature", mint({ key: ATTACKER }), "signature_invalid", 2],
    ["an expired token", mint({ claims: { exp: NOW - 100 } }), "token_expired", 1],
    ["a wrong audience", mint({ claims: { aud: "https://canary-audience.example" } }), "audience_mismatch", 1],
    ["an unknown issuer", mint({ claims: { iss: "https://canary-issuer.example" } }), "issuer_unknown", 0],
    ["a missing right", mint({ claims: { scope: "canary-other-scope" } }), "rule_denied", 1],
  ] as const)("%s", async (_what, token, code, fetches) => refused(token, code, fetches));

  it("what an identity provider answered", async () => {
    const servers = () =>
      createServers({
        "https://shop.example/keys": new Response("canary-provider-body", { status: 500, statusText: "canary-status-text" }),
      });
    await refused(
      { token: mint(), servers, secrets: ["canary-provider-body", "canary-status-text", "shop.example/keys"] },
      "keys_unavailable",
      1,
    );
  });
  it("and the finder of leaks finds them", () => {
    const token = mint();
    expect(leaksOf({ token }, [`x ${token.slice(100, 112)} y`], [])).toHaveLength(1);
    expect(leaksOf({ token }, ["", "canary-subject-0001"], [])).toEqual(["canary-subject-0001"]);
    expect(leaksOf({ token }, [], [token.slice(-12)])).toHaveLength(1);
    expect(sharedPieces(token, token.slice(0, 11))).toEqual([]);
  });
});

describe("I2 breaks a log line or a header with control characters", () => {
  it.each(['canary\r\n{"level":"INFO"}', "canary\u001b[2J", "canary\u2028", 'canary","code":"'])(
    "in a key id, an issuer or a subject: %j",
    async (text) => {
      await refused(mint({ header: { kid: text } }), "key_unknown", 1);
      await refused(mint({ claims: { iss: text } }), "issuer_unknown");
      if (/\p{Cc}/u.test(text)) await refused(mint({ claims: { sub: text } }), "claim_malformed", 1);
    },
  );

  const eventOf = (requestId: unknown) => ({ version: "2.0", type: "REQUEST", routeKey: "GET /orders", requestContext: { requestId } });

  it("in the request id", async () => {
    const place = createPlace();
    const handler = httpAuthorizer(gateway, place.options);
    for (const requestId of ["canary\r\nb", "x".repeat(65), { toString: () => "canary" }, 'canary"b'])
      await assertRefused(() => handler(eventOf(requestId)), "credential_missing", { place, secrets: ["canary", "x".repeat(65)] });
    expect(place.entries.map(({ requestId }) => requestId)).toEqual([null, null, null, null]);
  });

  it("in a challenge", async () => {
    const context = authorizerContext(testPrincipal({ scopes: ['canary"\r\nX-Admin: 1'], expiresAt: NOW + 60 }), "http");
    const ask = ({ clock, log }: Options) => {
      const handler = guard(gateway, async () => ({ statusCode: 200, headers: {} as Record<string, string> }), { clock, log });
      return handler({ version: "2.0", routeKey: "GET /orders", requestContext: { authorizer: context } });
    };
    const { headers } = await assertRefused(ask, "rule_denied", { secrets: ["canary"] });
    expect(Object.values(headers).join()).not.toMatch(/[\r\n]|X-Admin/);
  });
});

it("I3 reads the token back out of an error", async () => {
  const errors: readonly (readonly [string, ReasonCode, number])[] = [
    [mint({ key: ATTACKER }), "signature_invalid", 2],
    [mint({ claims: { iat: 1, exp: 2 } }), "token_expired", 1],
    [mint({ claims: { aud: "canary-audience-0002" } }), "audience_mismatch", 1],
    [`${mint()}x`, "token_malformed", 0],
  ];
  for (const [token, code, fetches] of errors) {
    const ask = async ({ clock, fetch }: Options) => bareDecision(createVerifier(gateway, { clock, fetch }).verify(token));
    await assertRefused(ask, code, { token, fetches });
  }
});

it("I4 learns from the answer why it was refused: the caller is told the RFC 6750 code and no more", async () => {
  const subject = "canary-subject-0003";
  const authorizer = authorizerContext(testPrincipal({ subject, expiresAt: NOW + 60 }), "http");
  const ask = ({ clock, log }: Options) => {
    const handler = guard(gateway, async () => ({ statusCode: 200, body: "", headers: {} as Record<string, string> }), { clock, log });
    return handler({ version: "2.0", routeKey: "POST /orders", requestContext: { authorizer } });
  };
  const denied = await assertRefused(ask, "rule_denied", { secrets: [subject] });
  expect(denied.body + JSON.stringify(denied.headers)).not.toMatch(/rule_denied|buyers|group|description/);
});

it("I5 makes an outage look like a bad token, so that nobody notices it", () => {
  const failures = Object.entries(REASONS).filter(
    ([code]) => code.endsWith("_unavailable") || code === "internal_error" || code === "event_unsupported",
  );
  expect(failures.map(([code]) => code)).toContain("keys_unavailable");
  for (const [, { status, error }] of failures) expect([status >= 500, error]).toEqual([true, null]);
});

describe("I6 provokes an error that nobody expected: it is a refusal like any other", () => {
  const odd = [
    new TypeError("canary-message"),
    new RangeError("canary-message"),
    new DOMException("canary-message"),
    "canary-message",
    null,
    undefined,
    { code: "revoked" },
  ];
  it.each(odd)("%o", async (thrown) => {
    const keys: KeyFinder = { find: async () => Promise.reject(thrown), findReplacement: async () => null, peek: () => null };
    const route = gateway.routes.get("GET /orders") ?? null;
    const ask = async () => authorize({ credential: () => mint(), route }, { gateway, keys, clock: CLOCK });
    const decision = await assertRefused(ask, "internal_error", { secrets: ["canary-message"] });
    expect(decision).toEqual({ kind: "unavailable", code: "internal_error", issuer: "shop" });
  });

  it("in a key set: a key that the platform itself cannot read", async () => {
    const jwk = { kty: "EC", crv: "P-256", x: "AAAA", y: "AAAA", kid: "key-1" };
    const servers = () => createServers({ "https://curve.example/keys": { keys: [jwk, jwkOf(ATTACKER, "key-9")] } });
    await refused({ token: mint({ issuer: "curve" }), servers }, "key_unknown", 1);
  });

  it("out of the verifier as well", async () => {
    const token = mint();
    const clock = () => {
      throw new TypeError("canary-message");
    };
    const verify = async ({ fetch }: Options) => createVerifier(gateway, { clock, fetch }).verify(token);
    await assertRefused((options) => bareDecision(verify(options)), "internal_error", { token });
    // Whoever calls a verifier is code of one's own, and is given the cause; the error itself says nothing of it.
    const error = (await verify(createPlace().options).catch((reason: unknown) => reason)) as Error;
    expect([error.message, String(error.stack)].filter((text) => text.includes("canary-message"))).toEqual([]);
  });
});
