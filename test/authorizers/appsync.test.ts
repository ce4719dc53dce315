import { beforeAll, describe, expect, it } from "vitest";
import {
  allOf,
  appSyncAuthorizer,
  authenticatedWithin,
  live,
  multiFactor,
  type LogEntry,
  type RuleInput,
  scope,
  tenant,
  user,
} from "../../src/index.ts";
import { decodePrincipal } from "../../src/principal/codec.ts";
import type { LiveCheck } from "../../src/sessions/index.ts";
import { clock, createSample, gateway, NOW_SECONDS, type Sample } from "../authorize/sample.ts";

const DENIED = { isAuthorized: false, resolverContext: {}, deniedFields: [], ttlOverride: 0 };
const entries: LogEntry[] = [];
let sample: Sample;
beforeAll(async () => {
  sample = await createSample();
});

const create = (rule: RuleInput, extra: object = {}) =>
  appSyncAuthorizer(gateway, { rule, clock, jwks: sample.jwks, log: (entry) => void entries.push(entry), ...extra });
const ask = (authorizationToken: string | undefined, rule: RuleInput = scope("orders:read"), extra: object = {}) =>
  create(
    rule,
    extra,
  )({ ...(authorizationToken !== undefined && { authorizationToken }), requestContext: { apiId: "sampleapi", requestId: "r-1" } as never });

it.each(["", "Bearer ", "bearer "])("takes the token after %j, and answers with the principal as text", async (scheme) => {
  const token = await sample.good();
  const { isAuthorized, resolverContext } = await ask(scheme + token);
  expect(isAuthorized).toBe(true);
  expect(decodePrincipal(resolverContext)).toMatchObject({ id: "shop|user-1", scopes: ["orders:read"] });
  expect(Object.values(resolverContext).every((value) => typeof value === "string")).toBe(true);
  expect(JSON.stringify(resolverContext)).not.toContain(token.split(".")[2]);
});

it.each([undefined, "", "Bearer", "Basic YTpi", "Bearer a.b.c", "a.b.c", "Bearer a b"])("does not authorize %j", async (token) => {
  expect(await ask(token)).toEqual(DENIED);
  expect(entries.at(-1)).toMatchObject({ route: "$appsync", requestId: "r-1" });
});

it("does not authorize a principal for whom the rule does not hold, and logs why", async () => {
  expect(await ask(await sample.good(), scope("orders:write"))).toEqual(DENIED);
  expect(entries.at(-1)).toMatchObject({ code: "rule_denied", issuer: "shop" });
  expect(await ask(await sample.good(), multiFactor())).toEqual(DENIED);
  expect(entries.at(-1)).toMatchObject({ code: "step_up_required" });
});

it("fails when keys are unavailable, and does not say no", async () => {
  await expect(ask(await sample.good(), scope("orders:read"), { jwks: {} })).rejects.toMatchObject({ code: "keys_unavailable" });
});

describe("the time an answer may be reused for", () => {
  const ttlOf = async (claims: Record<string, unknown>, rule?: RuleInput) =>
    (await ask(await sample.good("shop", { claims }), rule)).ttlOverride;

  it("is bounded by the token's and by 300 seconds", async () => {
    expect(await ttlOf({ exp: NOW_SECONDS + 40 })).toBe(40);
    expect(await ttlOf({ exp: NOW_SECONDS + 3_000 })).toBe(300);
  });

  it("is nothing where the rule looks at the time", async () => {
    const recent = { auth_time: NOW_SECONDS - 10, amr: ["pwd", "otp"] };
    expect(await ttlOf(recent, allOf(scope("orders:read"), authenticatedWithin("1m")))).toBe(0);
    expect(await ttlOf(recent, multiFactor({ within: "1m" }))).toBe(0);
    expect(await ttlOf(recent, multiFactor())).toBe(300);
  });

  it("is nothing where the issuer is to be asked", async () => {
    const liveCheck: LiveCheck = { check: () => {}, open: () => ({ isLive: async () => true }) };
    const issuers = gateway.issuers.map((one) => ({ ...one, settings: { ...one.settings, liveCheck } }));
    const rule = allOf(scope("orders:read"), live());
    const asking = appSyncAuthorizer({ ...gateway, issuers }, { rule, clock, jwks: sample.jwks, log: () => {} });
    const answer = await asking({ authorizationToken: await sample.good(), requestContext: { apiId: "sampleapi" } });
    expect(answer).toMatchObject({ isAuthorized: true, ttlOverride: 0 });
  });

  it("of a public rule needs no token", async () => {
    expect(await ask(undefined, "public")).toEqual({ isAuthorized: true, resolverContext: {}, deniedFields: [], ttlOverride: 300 });
  });
});

it.each([undefined, null, {}, { requestContext: {} }, { type: "REQUEST", authorizationToken: "x", requestContext: { apiId: "a" } }])(
  "fails closed on an event that is not its own: %j",
  async (event) => {
    await expect(create("public")(event as never)).rejects.toMatchObject({ code: "event_unsupported" });
  },
);

it("refuses a rule that is malformed or can never hold, at once", () => {
  expect(() => create(undefined as never)).toThrow(/rule/);
  expect(() => create({ kind: "issuer", name: "nobody" })).toThrow(/not configured/);
  expect(() => create({ kind: "claim", path: ["unforwarded"], values: [1] })).toThrow(/forward/);
  expect(() => create(tenant("x"))).toThrow(/tenant/);
  expect(() => create(user("x"))).not.toThrow();
});
