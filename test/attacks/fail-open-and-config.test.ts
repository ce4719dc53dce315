import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { authorize } from "../../src/authorize.ts";
import { guard } from "../../src/guard/index.ts";
import { ConfigurationError, cognito, custom, defineGateway, entraId, oidc, REASONS, SallyportError } from "../../src/index.ts";
import { createKeys } from "../../src/keys/create-keys.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import { refused } from "./kit.ts";
import { AUDIENCE, CLOCK, createServers, gateway, mint, NOW } from "./lab.ts";

const shop = (options: object) =>
  oidc({ issuer: "https://shop.example", audience: AUDIENCE, jwksUri: "https://shop.example/keys", ...options });
const define = (options: object) => () => defineGateway({ issuers: { shop: shop(options) }, routes: { "GET /orders": "authenticated" } });

describe("J1 finds a gateway whose settings say nothing: it does not start", () => {
  const NOTHINGS = [
    [],
    "",
    " ",
    "undefined",
    "null",
    "*",
    "https://*",
    [""],
    ["*"],
    ["a", "a"],
    undefined,
    0,
    false,
    {},
    "[object Object]",
  ];
  it.each(["audience", "issuer", "clientIds", "algorithms", "typ", "jwksUri", "maxLifetime", "clockSkew"])("%s", (name) => {
    for (const value of NOTHINGS) expect(define({ [name]: value })).toThrow(ConfigurationError);
  });
  it.each([["none"], ["HS256"], ["RS256", "HS256"], ["rs256"], ["ES256K"], ["RSA1_5"], ["toString"]])(
    "the algorithm %s",
    (...algorithms) => {
      expect(define({ algorithms })).toThrow(ConfigurationError);
    },
  );
  it("no issuer, no routes", () => {
    for (const options of [
      {},
      { issuers: {} },
      { issuers: { shop: shop({}) } },
      { issuers: { shop: shop({}) }, routes: null },
      { routes: {} },
    ])
      expect(() => defineGateway(options as never)).toThrow(ConfigurationError);
  });
});

describe("J2 looks for a switch that lets failed or missing tokens through: there is none", () => {
  it.each([
    "allowMissing",
    "allow_missing_or_failed",
    "optional",
    "failOpen",
    "ignoreExpiration",
    "verify",
    "enabled",
    "debug",
    "insecure",
  ])("%s", (name) => {
    expect(define({ [name]: true })).toThrow(ConfigurationError);
    expect(() => defineGateway({ issuers: { shop: shop({}) }, routes: {}, [name]: true })).toThrow(ConfigurationError);
  });
  it("a route is public or it is not, and a public one never has a principal", async () => {
    const keys = createKeys({ clock: CLOCK, fetch: createServers().fetch });
    const route = gateway.routes.get("GET /health") ?? null;
    const credential = () => mint();
    expect(await authorize({ credential, route }, { gateway, keys, clock: CLOCK })).toEqual({ kind: "allow", principal: null });
  });
});

describe("J3 profits from a rule of the customer's own that answers something truthy", () => {
  it.each([
    ["a promise", Promise.resolve(true)],
    ["text", "true"],
    ["one", 1],
    ["an object", {}],
    ["nothing", undefined],
  ])("%s", async (_what, value) => {
    const own = custom("own", () => value as unknown as boolean);
    await refused(
      {
        token: mint(),
        gateway: defineGateway({ issuers: { shop: shop({}) }, routes: { "GET /orders": own, $connect: own } }),
        route: "GET /orders",
      },
      "rule_denied",
      1,
    );
  });
  it("or throws", async () => {
    const own = custom("own", () => {
      throw new Error("canary-rule-failure");
    });
    const broken = defineGateway({ issuers: { shop: shop({}) }, routes: { "GET /orders": own } });
    await refused({ token: mint(), gateway: broken, route: "GET /orders", secrets: ["canary-rule-failure"] }, "rule_denied", 1);
  });
});

describe("J4 makes something fail, and hopes that failing lets it in", () => {
  const explode = () => {
    throw new Error("broken");
  };
  const route = gateway.routes.get("GET /orders") ?? null;
  const keys = createKeys({ clock: CLOCK, fetch: createServers().fetch });
  it.each<[string, Partial<Parameters<typeof authorize>[1]>]>([
    ["keys", { keys: { find: async () => explode(), findReplacement: async () => explode(), peek: explode } }],
    ["the clock", { clock: explode }],
    ["the gateway", { gateway: new Proxy(gateway, { get: explode }) }],
    ["revocations", { revocations: { check: async () => explode() } }],
    [
      "revocations that cannot be read",
      { revocations: { check: async () => Promise.reject(new SallyportError("revocations_unavailable")) } },
    ],
  ])("%s", async (_what, broken) => {
    const decision = await authorize({ credential: () => mint(), route }, { gateway, keys, clock: CLOCK, ...broken });
    expect(decision.kind).toBe("unavailable");
  });

  it("a principal's own members", async () => {
    const handler = guard(gateway, async () => ({ statusCode: 200 }), { clock: CLOCK, log: () => {} });
    const context = {
      lambda: {
        get principal() {
          return explode();
        },
      },
    };
    expect(await handler({ version: "2.0", routeKey: "GET /orders", requestContext: { authorizer: context } })).not.toMatchObject({
      statusCode: 200,
    });
  });

  it("and no reason code is a success", () => {
    for (const { status } of Object.values(REASONS)) expect(status).toBeGreaterThanOrEqual(400);
  });
});

describe("J5 sets an environment variable that weakens a deployed gateway: no bundle reads one", () => {
  // test/local/absent.test.ts builds the bundles and looks into them; the sources are what they are made of.
  const folder = new URL("../../src/", import.meta.url);
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  it("only src/config reads the environment", () => {
    const readers = sources.filter((name) => readFileSync(new URL(name, folder), "utf8").includes("process.env"));
    expect(readers.length).toBeGreaterThan(0);
    expect(readers.filter((name) => !name.startsWith("config/"))).toEqual([]);
  });
  it("and no word for switching a check off is in them", () => {
    const words = /NODE_TLS_REJECT_UNAUTHORIZED|rejectUnauthorized|SKIP_VERIF|DISABLE_AUTH|ALLOW_INSECURE|BYPASS/i;
    expect(sources.filter((name) => words.test(readFileSync(new URL(name, folder), "utf8")))).toEqual([]);
    expect(existsSync(new URL("authorize.ts", folder))).toBe(true);
  });
});

describe("J6 belongs to two issuers at once: such a gateway does not start", () => {
  it("the same iss twice", () => {
    const issuers = { one: shop({}), two: shop({ audience: "https://other.example" }) };
    expect(() => defineGateway({ issuers, routes: { "GET /orders": "authenticated" } })).toThrow(ConfigurationError);
  });
  it("one inside the other's family", () => {
    const tenant = "11111111-2222-4333-8444-555555555555";
    const issuers = {
      all: entraId({ tenants: null, audience: AUDIENCE }),
      one: oidc({ issuer: `https://login.microsoftonline.com/${tenant}/v2.0`, audience: AUDIENCE }),
    };
    expect(() => defineGateway({ issuers, routes: { "GET /orders": "authenticated" } })).toThrow(ConfigurationError);
  });
  it("while one that only starts like another is its own", async () => {
    const issuers = {
      one: shop({}),
      two: shop({ issuer: "https://shop.example/two" }),
      pool: cognito({ userPoolId: "eu-west-1_SamplePool", clientIds: null }),
    };
    expect(defineGateway({ issuers, routes: { "GET /orders": "authenticated" } }).issuers).toHaveLength(3);
    const context = authorizerContext(testPrincipal({ issuer: "two", scopes: ["orders:read"], expiresAt: NOW + 60 }), "http");
    const handler = guard(gateway, async (_event, { principal }) => ({ statusCode: 200, issuer: principal.issuer }), {
      clock: CLOCK,
      log: () => {},
    });
    expect(await handler({ version: "2.0", routeKey: "GET /orders", requestContext: { authorizer: context } })).toMatchObject({
      issuer: "two",
    });
  });
});
