import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import * as sallyport from "../../src/index.ts";
import * as guards from "../../src/guard/index.ts";
import * as sessions from "../../src/sessions/index.ts";

// Many cases take long on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 });

const LIBRARY: Readonly<Record<string, unknown>> = sallyport;
const { ConfigurationError, defineGateway, defineRoutes, describeRule } = sallyport;

/** Values that no JSON has: what reading them does is up to whoever made them. */
const explode = () => {
  throw new TypeError("read");
};
const cycle: Record<string, unknown> = { kind: "allOf", rules: [] };
cycle["self"] = cycle;
(cycle["rules"] as unknown[]).push(cycle);
const cyclicList: unknown[] = [];
cyclicList.push(cyclicList);
const HOSTILE: readonly unknown[] = [
  undefined,
  Symbol("s"),
  10n,
  Number.NaN,
  () => "x",
  function Odd() {},
  new Map([["GET /", "public"]]),
  new Set(["x"]),
  new Date(0),
  /x/g,
  new Proxy({}, {}),
  new Proxy({}, { get: explode, ownKeys: explode, has: explode, getOwnPropertyDescriptor: explode }),
  new Proxy([], { get: explode }),
  Proxy.revocable({}, {}).proxy,
  revoked(),
  Object.create(null),
  Object.freeze({}),
  cycle,
  cyclicList,
  {
    get kind() {
      return explode();
    },
  },
  { toString: explode, valueOf: explode },
  { provider: {}, options: {} },
  { provider: { name: "x", options: {}, configure: explode }, options: {} },
  { provider: { name: "x", options: null, configure: () => null }, options: {} },
  { provider: { name: "x", options: {}, configure: () => ({}) }, options: { audience: "x" } },
  { kind: "custom", name: "x", test: 1 },
  { kind: "allOf", rules: [{ kind: "anyOf", rules: [null] }] },
  { kind: "claim", path: [Symbol("s")], values: [10n] },
  { kind: Symbol("s") },
];
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** A value that is looked at for the first time by what is tested: the generator itself must not touch a hostile one. */
type Made = () => unknown;
const made = <T>(arbitrary: fc.Arbitrary<T>) =>
  arbitrary.map(
    (value): Made =>
      () =>
        value,
  );

const junk: fc.Arbitrary<Made> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.nat(HOSTILE.length - 1).map(
      (index): Made =>
        () =>
          HOSTILE[index],
    ),
  },
  {
    weight: 2,
    arbitrary: made(fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withObjectString: true })),
  },
  {
    weight: 2,
    arbitrary: made(fc.constantFrom<unknown>("", "*", "undefined", "x", "60s", "GET /", null, 0, true, [], {}, [""], ["x"], ["x", "x"])),
  },
);

/** Whatever is thrown must be the one error that configurations have. */
function problemsOnly(make: () => unknown): void {
  try {
    make();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { path, message, fix } of error.problems) expect([path, message, fix].every((text) => typeof text === "string")).toBe(true);
  }
}

/** What a factory makes of its arguments; null where an argument itself throws when it is looked at, before there is a configuration. */
function call<T>(factory: () => T): T | null {
  try {
    return factory();
  } catch (error) {
    if (error instanceof TypeError && /^read$|revoked/.test(error.message)) return null;
    throw error;
  }
}

const NUM_RUNS = 1_000;
const assertProblems = (arbitrary: fc.Arbitrary<Made>, make: (value: never) => unknown) =>
  fc.assert(
    fc.property(arbitrary, (value) => problemsOnly(() => make(value() as never))),
    { numRuns: NUM_RUNS },
  );

/** An object whose known members are junk, and most of the others as they should be. */
const spoilt = (good: Readonly<Record<string, unknown>>) => {
  const names = [...Object.keys(good), "__proto__", "constructor", "unknown", ""];
  return fc.array(fc.tuple(fc.constantFrom(...names), junk), { minLength: 1, maxLength: 3 }).map(
    (pairs): Made =>
      () =>
        Object.fromEntries([...Object.entries(good), ...pairs.map(([name, value]) => [name, value()] as const)]),
  );
};

const PROVIDERS = {
  auth0: { domain: "shop.eu.auth0.com", audience: "https://api.example", customDomains: ["login.shop.example"] },
  azureAdB2c: { tenant: "shop", tenantId: "11111111-2222-4333-8444-555555555555", policies: ["B2C_1_signin"], audience: "x" },
  cognito: { userPoolId: "eu-west-1_SamplePool", clientIds: ["x"], requireAudience: true },
  entraExternalId: { tenantId: "11111111-2222-4333-8444-555555555555", tenant: "shop", audience: "x" },
  entraId: { tenants: ["11111111-2222-4333-8444-555555555555"], audience: "x" },
  google: { clientIds: ["x"], tenants: ["example.com"] },
  oidc: { issuer: "https://id.example", audience: "x", jwksUri: "https://id.example/keys", algorithms: ["ES256"], maxLifetime: "1h" },
  albOidc: {
    loadBalancers: ["arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/0123456789abcdef"],
    issuer: "https://id.example",
    clientIds: ["x"],
  },
  okta: { domain: "shop.okta.com", authorizationServer: "default", audience: "x" },
} as const satisfies Partial<Record<keyof typeof sallyport, Readonly<Record<string, unknown>>>>;

const good = { issuers: { shop: sallyport.oidc({ issuer: "https://id.example", audience: "x" }) }, routes: { "GET /": "public" as const } };

describe("a configuration that is wrong is one error, whatever is wrong with it", () => {
  it("in its own members", () => {
    assertProblems(junk, (value) => defineGateway(value));
    assertProblems(
      spoilt({
        ...good,
        forward: ["username"],
        keys: { maxStale: "1h" },
        webSocketCredential: { subprotocol: "bearer" },
        revocations: null,
      }),
      (value) => defineGateway(value),
    );
  });

  it.each(Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[])("in the options of %s", (name) => {
    const provider = LIBRARY[name] as (options: unknown) => never;
    const define = (options: unknown) => defineGateway({ ...good, issuers: { shop: provider(options) } });
    expect(define(PROVIDERS[name]).issuers).toHaveLength(1);
    assertProblems(spoilt({ ...PROVIDERS[name], clockSkew: "60s", vocabulary: {} }), define);
  });

  it("in the vocabulary", () => {
    const vocabulary = spoilt({ scopes: { map: { a: "b" }, rest: "drop" }, roles: { strip: "x", rest: "drop" } });
    const mapping = spoilt({ map: { a: "b" }, strip: "x", rest: "drop" });
    const define = (value: unknown) =>
      defineGateway({
        ...good,
        issuers: { shop: sallyport.oidc({ issuer: "https://id.example", audience: "x", vocabulary: value as never }) },
      });
    assertProblems(vocabulary, define);
    assertProblems(mapping, (scopes) => define({ scopes }));
  });

  it("in the route table", () => {
    assertProblems(junk, (value) => defineRoutes(value));
    assertProblems(spoilt({ "GET /": "public", "POST /{id}": "authenticated" }), (value) => defineRoutes(value));
    const key = fc.oneof(fc.string(), fc.constantFrom("GET /", "ANY /{p+}", "get /", "GET //", "$default", "GET /{a}/{a}"));
    const tables = fc.array(fc.tuple(key, junk)).map(
      (pairs): Made =>
        () =>
          Object.fromEntries(pairs.map(([name, value]) => [name, value()] as const)),
    );
    assertProblems(tables, (value) => defineRoutes(value));
  });

  it("in what is looked up: revocations, key stores, introspection", () => {
    const { revocationTable } = sessions;
    assertProblems(spoilt({ table: "t", onUnavailable: "deny", remember: "5s", keep: "31d" }), (options) =>
      defineGateway({ ...good, revocations: revocationTable(options) }),
    );
    assertProblems(spoilt({ table: "t" }), (options) => defineGateway({ ...good, keys: { store: sallyport.dynamoKeyStore(options) } }));
    const introspection = spoilt({ url: "https://id.example/i", clientId: "x", clientSecret: "x", tokens: "all", remember: "5s" });
    assertProblems(introspection, (options) => {
      const shop = sallyport.oidc({ issuer: "https://id.example", audience: "x", introspection: sallyport.introspect(options) });
      return defineGateway({ ...good, issuers: { shop } });
    });
  });

  it("in the options of everything that is made with a gateway", () => {
    const gateway = defineGateway(good);
    assertProblems(junk, (rule) => sallyport.appSyncAuthorizer(gateway, { rule }));
    assertProblems(spoilt({ kind: "rest-jwt", issuer: "shop", claimTypes: {} }), (options) => sallyport.nativeAuthorizer(gateway, options));
    assertProblems(spoilt({ resource: "https://api.example", name: "x" }), (options) => sallyport.resourceMetadata(gateway, options));
    assertProblems(spoilt({ shop: { clientIds: ["x"], ends: "session" } }), (issuers) =>
      sallyport.backchannelLogout(gateway, { issuers, revocations: sessions.revocationTable({ table: "t", onUnavailable: "deny" }) }),
    );
  });

  it("in a rule, however it was made", () => {
    const factories = [
      "scope",
      "anyScope",
      "group",
      "role",
      "permission",
      "issuer",
      "tenant",
      "user",
      "client",
      "assurance",
      "claim",
      "custom",
      "multiFactor",
      "authenticatedWithin",
      "allOf",
      "anyOf",
    ] as const;
    const calls = fc.tuple(fc.constantFrom(...factories), fc.array(junk, { maxLength: 3 }));
    fc.assert(
      fc.property(calls, ([name, values]) =>
        problemsOnly(() => {
          const rule = call(() => (LIBRARY[name] as (...parts: unknown[]) => sallyport.Rule)(...values.map((value) => value())));
          if (rule === null) return;
          const { routes } = defineRoutes({ "GET /": rule });
          expect(typeof describeRule(routes.get("GET /")?.rule ?? rule)).toBe("string");
        }),
      ),
      { numRuns: NUM_RUNS },
    );
  });
});

it.each<unknown>([{ whitin: "15m" }, { within: undefined }, null, 15, [[]], { within: "15m", extra: 1 }])(
  "a multi-factor rule with the wrong options does not become a weaker rule (%#)",
  (options) => expect(() => defineRoutes({ "GET /": sallyport.multiFactor(options as never) })).toThrow(ConfigurationError),
);

it("what starts, serves: no accepted configuration makes the authorizer throw anything of its own", async () => {
  const rule = fc.constantFrom<sallyport.Rule | "public" | "authenticated">(
    "public",
    "authenticated",
    sallyport.scope("x"),
    sallyport.custom("odd", explode),
    sallyport.claim(["a", "b"], [1]),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom("GET /", "GET /{id}", "ANY /{p+}", "$default"), rule, { minKeys: 1 }),
      async (routes) => {
        const gateway = defineGateway({ ...good, routes, forward: ["a"] });
        const { verify } = sallyport.createVerifier(gateway, { jwks: {} });
        await expect(verify("x.y.z")).rejects.toBeInstanceOf(sallyport.SallyportError);
      },
    ),
    { numRuns: 100 },
  );
});

describe("what is called with nothing, or with the wrong thing, says so and nothing else", () => {
  const { guard, identity } = guards;
  const { verifyingGuard, gatewayResponses, httpAuthorizer, createVerifier, backchannelLogout } = sallyport;
  const { signOut, signOutEverywhere, revokeOnUserEvents, createRevoker, cognitoSessions } = sessions;
  const routes = defineRoutes({ "GET /": "authenticated" });
  const loose = (call: unknown) => call as (...args: readonly unknown[]) => unknown;
  const CALLS: Readonly<Record<string, (argument: unknown) => unknown>> = {
    "guard's revocations": (revocations) => loose(guard)(routes, () => {}, { revocations }),
    "identity's revocations": (revocations) => loose(identity)(routes, { revocations }),
    "signOut's options": (options) => loose(signOut)(routes, options),
    "signOut's revocations": (revocations) => loose(signOut)(routes, { revocations }),
    "signOutEverywhere's options": (options) => loose(signOutEverywhere)(routes, options),
    "revokeOnUserEvents' options": (options) => loose(revokeOnUserEvents)(options),
    "revokeOnUserEvents' pools": (pools) => loose(revokeOnUserEvents)({ pools }),
    "createRevoker's table": (table) => loose(createRevoker)(table),
    "cognitoSessions' options": (options) => loose(cognitoSessions)(options),
    "dynamoKeyStore's options": (options) => loose(sallyport.dynamoKeyStore)(options),
    "gatewayResponses' options": (options) => loose(gatewayResponses)(options),
    "emfMetrics' options": (options) => loose(sallyport.emfMetrics)(options),
    "httpAuthorizer's gateway": (gateway) => loose(httpAuthorizer)(gateway),
    "verifyingGuard's gateway": (gateway) => loose(verifyingGuard)(gateway, () => {}),
    "createVerifier's gateway": (gateway) => loose(createVerifier)(gateway),
    "backchannelLogout's gateway": (gateway) => loose(backchannelLogout)(gateway, {}),
  };

  it.each(Object.keys(CALLS))("%s", (name) => {
    for (const argument of ["x", 7, [], { odd: 1 }, () => {}, Symbol("s")]) {
      const outcome = outcomeOf(() => CALLS[name]?.(argument));
      expect(outcome, `${name}: ${String(argument)}`).toBeInstanceOf(ConfigurationError);
    }
  });

  function outcomeOf(call: () => unknown): unknown {
    try {
      return call();
    } catch (error) {
      return error;
    }
  }
});
