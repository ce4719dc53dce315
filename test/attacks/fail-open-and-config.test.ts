import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { authorize, type Runtime } from "../../src/authorize.ts";
import { guard } from "../../src/guard/index.ts";
import {
  ConfigurationError,
  createVerifier,
  custom,
  defineGateway,
  entraId,
  oidc,
  type ReasonCode,
  REASONS,
  SallyportError,
  scope,
} from "../../src/index.ts";
import { createKeys } from "../../src/keys/create-keys.ts";
import { accepted, refused } from "./kit.ts";
import { ATTACKER, AUDIENCE, CLOCK, createServers, gateway, mint } from "./lab.ts";
import { assertAllowed, type Options, assertRefused } from "./witness.ts";

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
    const route = gateway.routes.get("GET /health") ?? null;
    const token = mint();
    const ask = async ({ fetch, clock }: Options) =>
      authorize({ credential: () => token, route }, { gateway, keys: createKeys({ clock, fetch }), clock });
    expect(await assertAllowed(ask, { token })).toEqual({ kind: "allow", principal: null });
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
  it("or throws: a failure of ours, and still nobody is let in", async () => {
    const own = custom("own", () => {
      throw new Error("canary-rule-failure");
    });
    const broken = defineGateway({ issuers: { shop: shop({}) }, routes: { "GET /orders": own } });
    const secrets = ["canary-rule-failure"];
    await refused({ token: mint(), gateway: broken, route: "GET /orders", bare: null, secrets }, "internal_error", 1);
  });
});

describe("J4 makes something fail, and hopes that failing lets it in", () => {
  const token = mint();
  const explode = () => {
    throw new Error("canary-failure");
  };
  const route = gateway.routes.get("GET /orders") ?? null;
  const brokenKeys = { find: async () => explode(), findReplacement: async () => explode(), peek: explode };
  const unread = { check: async () => Promise.reject(new SallyportError("revocations_unavailable")) };
  it.each<[string, Partial<Runtime>, ReasonCode, number]>([
    ["keys", { keys: brokenKeys }, "internal_error", 0],
    ["the clock", { clock: explode }, "internal_error", 0],
    ["the gateway", { gateway: new Proxy(gateway, { get: explode }) }, "internal_error", 0],
    ["revocations", { revocations: { check: async () => explode() } }, "internal_error", 1],
    ["revocations that cannot be read", { revocations: unread }, "revocations_unavailable", 1],
  ])("%s", async (_what, broken, code, fetches) => {
    const ask = async ({ fetch, clock }: Options) =>
      authorize({ credential: () => token, route }, { gateway, keys: createKeys({ clock, fetch }), clock, ...broken });
    await assertRefused(ask, code, { token, fetches, secrets: ["canary-failure"] });
  });

  it("a principal's own members", async () => {
    const context = {
      lambda: {
        get principal() {
          return explode();
        },
      },
    };
    const ask = ({ clock, log }: Options) => {
      const handler = guard(gateway, async () => ({ statusCode: 200 }), { clock, log });
      return handler({ version: "2.0", routeKey: "GET /orders", requestContext: { authorizer: context } });
    };
    await assertRefused(ask, "internal_error", { secrets: ["canary-failure"] });
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

  // The catalogue asks for a refusal to start where one issuer is a prefix of another, too. That would be right for a reader that compares
  // beginnings. Here an `iss` is compared whole, byte for byte, and a family takes its template with a GUID in the place and nothing else:
  // a prefix matches no token of the longer one, so that there is no token that both would claim, which is what the refusal is for. And
  // such pairs are real: an Okta organization and its authorization servers (`https://example.okta.com`, `…/oauth2/default`), or two
  // Keycloak realms of which one's name begins with the other's. Refusing them would lock out customers and protect nobody.
  describe("while one that only starts like another is its own, and neither takes the other's tokens", () => {
    const [short, long] = ["https://shop.example", "https://shop.example/two"];
    const issuers = { long: shop({ issuer: long, jwksUri: "https://curve.example/keys", algorithms: ["ES256"] }), short: shop({}) };
    const ordered = [issuers, { short: issuers.short, long: issuers.long }].map((each) =>
      defineGateway({ issuers: each, routes: { "GET /orders": scope("orders:read"), $connect: scope("orders:read") } }),
    );
    const shortToken = (iss: string) => mint({ claims: { iss } });
    const longToken = (iss: string) => mint({ issuer: "curve", claims: { iss } });

    it.each(ordered)("each has its own, in either order (%#)", async (both) => {
      await accepted({ token: shortToken(short), gateway: both });
      await accepted({ token: longToken(long), gateway: both });
      const { verify } = createVerifier(both, { clock: CLOCK, fetch: createServers().fetch });
      const names = [await verify(shortToken(short)), await verify(longToken(long))].map(({ issuer }) => issuer);
      expect(names).toEqual(["short", "long"]);
    });
    it.each(ordered)("a token of one with the other's name fails at that one's keys and algorithms (%#)", async (both) => {
      await refused({ token: shortToken(long), gateway: both }, "algorithm_not_allowed");
      await refused({ token: longToken(short), gateway: both }, "algorithm_not_allowed");
      await refused({ token: mint({ key: ATTACKER, claims: { iss: short } }), gateway: both }, "signature_invalid", 2);
    });
    it.each(ordered)("what lies between them or beyond is nobody's (%#)", async (both) => {
      for (const iss of [`${short}/`, `${short}/t`, `${long}/`, `${long}/three`, long.slice(0, -1)]) {
        await refused({ token: shortToken(iss), gateway: both }, "issuer_unknown");
        await refused({ token: longToken(iss), gateway: both }, "issuer_unknown");
      }
    });
  });
});
