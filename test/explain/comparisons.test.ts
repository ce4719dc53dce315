import { beforeAll, describe, expect, it } from "vitest";
import { SallyportError } from "../../src/errors.ts";
import { explain } from "../../src/explain/explain.ts";
import type { StepTrace } from "../../src/explain/explanation.ts";
import {
  allOf,
  anyOf,
  assurance,
  authenticatedWithin,
  claim,
  client,
  custom,
  defineGateway,
  entraId,
  type Gateway,
  group,
  issuer,
  multiFactor,
  oidc,
  permission,
  role,
  type Rule,
  scope,
  tenant,
  user,
} from "../../src/index.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { CASES } from "./cases.ts";
import { createKit, encode, gateway, type Kit, NOW, TENANT } from "./kit.ts";

let kit: Kit;
beforeAll(async () => void (kit = await createKit()));

const clock = () => NOW * 1_000;
const stepIn = (steps: readonly StepTrace[], id: string) => {
  const { expected, actual } = steps.find((step) => step.id === id) ?? {};
  return { expected, actual };
};

/** Steps that were reached and lack one of the two. */
const bare = (steps: readonly StepTrace[]) =>
  steps.filter(({ status, expected, actual }) => status !== "not reached" && (!expected || !actual)).map(({ id }) => id);

describe("a step that was reached has what it expected and what it found", () => {
  it.each(gateway.issuers.map(({ name }) => name))("with a good token of %s, on every route and on none", async (name) => {
    for (const route of [...gateway.routes.keys(), "GET /nowhere", undefined]) {
      const { steps } = await kit.explain(await kit.good(name), { route });
      expect(bare(steps)).toEqual([]);
    }
  });

  it.each(CASES)("with $what, which is $code", async ({ token, route }) => {
    expect(bare((await kit.explain(await token(kit), { route })).steps)).toEqual([]);
  });

  it("where no key can be had", async () => {
    const { steps, failure } = await kit.explain(await kit.good("pool"), { jwks: {} });
    expect([failure?.code, bare(steps)]).toEqual(["keys_unavailable", []]);
    expect(stepIn(steps, "key").actual).toBe("none, and what is published is not known");
  });
});

describe("the signature", () => {
  it("is by a key and an algorithm, or is not", async () => {
    const good = await kit.good("pool");
    const [header, claims] = good.split(".");
    const forged = `${header}.${claims}.${encode({ signature: "of nobody" })}`;
    const expected = "one by the issuer's key";
    expect(stepIn((await kit.explain(good)).steps, "signature")).toEqual({ expected, actual: 'good by key "test-pool" with RS256' });
    expect(stepIn((await kit.explain(forged)).steps, "signature")).toEqual({ expected, actual: 'not by key "test-pool" with RS256' });
  });
});

describe("header members", () => {
  it.each([
    ["crit", ["b64"]],
    ["b64", true],
    ["zip", "DEF"],
    ["cty", "JWT"],
  ])("that change how a token is read are named: %s", async (name, value) => {
    const token = [encode({ alg: "RS256", kid: "k", [name]: value }), encode({ iss: "https://other.example/realm" }), "AAAA"].join(".");
    const { failure, steps } = await kit.explain(token);
    expect(failure?.code).toBe("header_unsupported");
    expect(stepIn(steps, "extensions")).toEqual({ expected: "none of crit, b64, zip, cty", actual: name });
  });
});

describe("claims that make a principal", () => {
  it.each([
    [{}, 'user "other|user-7"'],
    [{ sub: undefined }, "no sub"],
    [{ roles: "an-admin" }, "roles of another type"],
  ])("are shown by what they make, or by name: %j", async (claims, actual) => {
    const { steps } = await kit.explain(await kit.good("other", { claims }));
    expect(stepIn(steps, "principal")).toEqual({ expected: "a subject, and claims of the usual types", actual });
  });

  it("are shown by their subject where the token was refused afterwards", async () => {
    const { steps } = await explain(revoking("revoked"), await kit.good("other"), { clock, jwks: kit.jwks });
    expect(stepIn(steps, "principal").actual).toBe('subject "user-7"');
  });
});

const revoking = (end: "revoked" | "revocations_unavailable" | null): Gateway => ({
  ...gateway,
  revocations: {
    keep: null,
    check: () => {},
    open: () => ({ check: async () => (end === null ? undefined : Promise.reject(new SallyportError(end))) }),
  },
});

describe("revocations", () => {
  it.each([
    [null, "no revocation"],
    ["revoked", "a revocation"],
    ["revocations_unavailable", "that the revocations cannot be read"],
  ] as const)("that end in %s", async (end, actual) => {
    const { steps } = await explain(revoking(end), await kit.good("other"), { clock, jwks: kit.jwks });
    expect(stepIn(steps, "revocation")).toEqual({ expected: "no revocation", actual });
  });

  it.each([
    ["not to be asked for", revoking("revoked")],
    ["not configured", gateway],
  ])("that are %s", async (_what, configured) => {
    const { steps } = await explain(configured, await kit.good("other"), { clock, jwks: kit.jwks, revocations: false });
    expect(stepIn(steps, "revocation")).toEqual({ expected: "any", actual: "not asked" });
  });
});

it("the key's owner is compared with the token's issuer", async () => {
  const others = entraId({ tenants: [TENANT, "0b4c7f35-6d21-4c0e-9f5a-1d8e7b2a6c94"], audience: "app", algorithms: ["ES256"] });
  const staff = defineGateway({ issuers: { staff: others }, routes: {} });
  const { sign, jwks } = await createTestTokens(staff, { clock });
  const iss = `https://login.microsoftonline.com/${TENANT}/v2.0`;
  const token = await sign("staff", { claims: { iss, aud: "app", azp: "web", scp: "orders:read", tid: TENANT, oid: "o", sub: "s" } });
  const owned = (owner: string) => ({ staff: { keys: (jwks["staff"]?.keys ?? []).map((key) => ({ ...key, issuer: owner })) } });
  const stranger = "https://login.microsoftonline.com/of-another/v2.0";
  const { failure, steps } = await explain(staff, token, { clock, jwks: owned(stranger) });
  expect(failure?.code).toBe("key_issuer_mismatch");
  expect(stepIn(steps, "key-owner")).toEqual({ expected: `"${stranger}"`, actual: `"${iss}"` });
});

describe("the route's rule", () => {
  const shop = oidc({
    issuer: "https://shop.example",
    audience: "shop",
    algorithms: ["ES256"],
    tenantClaim: "org",
    jwksUri: "https://shop.example/keys",
  });
  const groups = Array.from({ length: 11 }, (_, index) => `group-${index}`);
  const claims = {
    sub: "una",
    aud: "shop",
    client_id: "web",
    scope: "orders:read a\u001bb",
    roles: ["clerk"],
    permissions: ["orders:create"],
    groups,
    amr: ["pwd"],
    acr: "silver",
    auth_time: NOW - 7_200,
    plan: { level: "free" },
    org: "two",
  };
  const shown = '"group-0", "group-1", "group-2", "group-3", "group-4", "group-5", "group-6", "group-7" and 3 more';
  const then = "2026-11-20T10:00:00Z";

  async function ruleOf(rule: Rule | "public" | "authenticated", changes: object = {}) {
    const one = defineGateway({ issuers: { shop }, routes: { "GET /": rule }, forward: ["plan"] });
    const { sign, jwks } = await createTestTokens(one, { clock });
    const { steps, failure } = await explain(one, await sign("shop", { claims: { ...claims, ...changes } }), {
      clock,
      jwks,
      route: "GET /",
    });
    return { step: stepIn(steps, "rule"), code: failure?.code ?? null };
  }

  it.each([
    [scope("orders:write"), "scope orders:write", 'scopes "orders:read", "a\\u001bb"'],
    [group("buyers"), "group buyers", `groups ${shown}`],
    [role("admin"), "role admin", 'roles "clerk"'],
    [permission("orders:delete"), "permission orders:delete", 'permissions "orders:create"'],
    [issuer("shop"), "issuer shop", 'issuer "shop"'],
    [tenant("one"), "tenant one", 'tenant "two"'],
    [user("shop|bob"), "user shop|bob", 'user "shop|una"'],
    [client("batch"), "client batch", 'client "web"'],
    [claim(["plan", "level"], ["paid"]), 'claim plan.level is "paid"', 'claim plan.level "free"'],
    [claim(["plan", "level", "of"], ["paid"]), 'claim plan.level.of is "paid"', "claim plan.level.of none"],
    [custom("in-time", () => false), "custom in-time", "custom in-time does not hold"],
    [custom("in-time", () => true), "custom in-time", "custom in-time holds"],
    [assurance("gold"), "assurance gold", 'user with acr "silver"'],
    [multiFactor(), "multi-factor", 'user with amr "pwd"'],
    [multiFactor({ within: "15m" }), "multi-factor within 15m", `user with amr "pwd", signed in at ${then}`],
    [authenticatedWithin("15m"), "authenticated within 15m", `user signed in at ${then}`],
    ["authenticated", "authenticated", 'user "shop|una"'],
    ["public", "public", 'user "shop|una"'],
    [
      anyOf(allOf(scope("orders:write"), role("admin")), allOf(scope("orders:delete"), permission("x"))),
      "(scope orders:write and role admin) or (scope orders:delete and permission x)",
      'scopes "orders:read", "a\\u001bb", roles "clerk", permissions "orders:create"',
    ],
  ] as const)("is compared with what the principal has: %j", async (rule, expected, actual) => {
    expect((await ruleOf(rule)).step).toEqual({ expected, actual });
  });

  it("says where there is nothing", async () => {
    expect((await ruleOf(scope("orders:write"), { scope: "" })).step.actual).toBe("scopes none");
    expect((await ruleOf(authenticatedWithin("15m"), { auth_time: undefined })).step.actual).toBe("user signed in at no known time");
  });
});

describe("the size of the answer", () => {
  const shop = oidc({ issuer: "https://shop.example", audience: "shop", algorithms: ["ES256"], jwksUri: "https://shop.example/keys" });
  const one = defineGateway({ issuers: { shop }, routes: { "GET /": "authenticated" } });

  it.each([
    [0, /^\d{3} bytes$/, null],
    [10, /^\d{3} bytes$/, null],
    [800, /^more than 7168 bytes$/, "principal_too_large"],
  ])("is compared with the budget, with %i groups", async (count, actual, code) => {
    const { sign, jwks } = await createTestTokens(one, { clock });
    const groups = Array.from({ length: count }, (_, index) => `g${index}`);
    const { steps, failure } = await explain(one, await sign("shop", { claims: { sub: "una", aud: "shop", scope: "x", groups } }), {
      clock,
      jwks,
      route: "GET /",
    });
    expect(failure?.code ?? null).toBe(code);
    expect(stepIn(steps, "size")).toEqual({ expected: "at most 7168 bytes", actual: expect.stringMatching(actual) as string });
  });
});
