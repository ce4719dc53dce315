import { afterEach, describe, expect, it, vi } from "vitest";
import {
  auth0,
  azureAdB2c,
  claim,
  cognito,
  defineGateway,
  dynamoKeyStore,
  env,
  entraId,
  google,
  group,
  issuer,
  oidc,
  okta,
  scope,
} from "../../src/index.ts";
import { problemsIn } from "./problems.ts";

const api = (changes: object = {}) => oidc({ issuer: "https://idp.example", audience: "https://api.example", ...changes });
const TENANT = "8a1f0c63-57d2-4e9b-b0a4-3c6d9e2f7b15";
const OTHER = "5e0d9c8b-7a61-4f52-8e43-d2c1b0a9f8e7";
const B2C = { issuer: `https://shop.b2clogin.com/${TENANT}/v2.0/`, policies: ["B2C_1_signin"], audience: "x" };
const routes = { "GET /": "authenticated" } as const;

const problems = (options: object) => problemsIn(() => defineGateway(options as Parameters<typeof defineGateway>[0]));

const paths = (options: object) => problems(options).map(({ path }) => path);
const withIssuer = (changes: object) => ({ issuers: { main: api(changes) }, routes });

it("accepts a plain configuration and freezes it", () => {
  const gateway = defineGateway({ issuers: { main: api() }, routes });
  expect(gateway.issuers[0]?.issuers).toEqual(["https://idp.example"]);
  expect(Object.isFrozen(gateway)).toBe(true);
});

describe("one issuer's options", () => {
  it.each([
    [{ audience: "" }, "issuers.main.audience"],
    [{ audience: "*" }, "issuers.main.audience"],
    [{ audience: "undefined" }, "issuers.main.audience"],
    [{ audience: undefined }, "issuers.main.audience"],
    [{ audience: null }, "issuers.main.audience"],
    [{ audience: [] }, "issuers.main.audience"],
    [{ audience: ["ok", "*"] }, "issuers.main.audience[1]"],
    [{ audience: ["a", "a"] }, "issuers.main.audience"],
    [{ audience: 1 }, "issuers.main.audience"],
    [{ audience: /api/ }, "issuers.main.audience"],
    [{ audience: Object.assign([], { length: 1 }) }, "issuers.main.audience[0]"],
    [{ audience: Object.assign(["api"], { length: 2 }) }, "issuers.main.audience[1]"],
    [{ typ: Object.assign([], { length: 1 }) }, "issuers.main.typ[0]"],
    [{ algorithms: Object.assign([], { length: 1 }) }, "issuers.main.algorithms[0]"],
    [{ clientIds: [] }, "issuers.main.clientIds"],
    [{ clientIds: ["*"] }, "issuers.main.clientIds[0]"],
    [{ clientIds: "web" }, "issuers.main.clientIds"],
    [{ issuer: "http://idp.example" }, "issuers.main.issuer"],
    [{ issuer: ["https://idp.example", "http://other.example"] }, "issuers.main.issuer[1]"],
    [{ jwksUri: "http://idp.example/keys" }, "issuers.main.jwksUri"],
    [{ jwksUri: "idp.example/keys" }, "issuers.main.jwksUri"],
    [{ jwksUri: "https://user:secret@idp.example/keys" }, "issuers.main.jwksUri"],
    [{ jwksUri: "https://undefined/keys" }, "issuers.main.jwksUri"],
    [{ jwksUri: "https://null/keys" }, "issuers.main.jwksUri"],
    [{ issuer: "idp.example" }, "issuers.main.issuer"],
    [{ issuer: "https://" }, "issuers.main.issuer"],
    [{ issuer: "https:idp.example" }, "issuers.main.issuer"],
    [{ issuer: "https:/idp.example" }, "issuers.main.issuer"],
    [{ issuer: "https:///idp.example" }, "issuers.main.issuer"],
    [{ issuer: "https:\\\\idp.example" }, "issuers.main.issuer"],
    [{ issuer: "https://idp.example\\realm" }, "issuers.main.issuer"],
    [{ issuer: "https://idp.exa\tmple" }, "issuers.main.issuer"],
    [{ issuer: "https://idp.example\n/realm" }, "issuers.main.issuer"],
    [{ issuer: "https://idp.example/my realm" }, "issuers.main.issuer"],
    [{ issuer: "sh\top", jwksUri: "https://idp.example/keys" }, "issuers.main.issuer"],
    [{ issuer: "https://user:secret@idp.example" }, "issuers.main.issuer"],
    [{ issuer: "https://user:secret@idp.example", jwksUri: "https://idp.example/keys" }, "issuers.main.issuer"],
    [{ issuer: "https://idp.example/#x" }, "issuers.main.issuer"],
    [{ issuer: "https://idp.example/?realm=x" }, "issuers.main.issuer"],
    [{ issuer: "https://undefined/" }, "issuers.main.issuer"],
    [{ issuer: "https://undefined.idp.example" }, "issuers.main.issuer"],
    [{ issuer: ["https://idp.example", "https://null"] }, "issuers.main.issuer[1]"],
    [{ algorithms: [] }, "issuers.main.algorithms"],
    [{ algorithms: ["none"] }, "issuers.main.algorithms[0]"],
    [{ algorithms: ["RS256", "HS256"] }, "issuers.main.algorithms[1]"],
    [{ algorithms: ["rs256"] }, "issuers.main.algorithms[0]"],
    [{ tokenUse: "refresh" }, "issuers.main.tokenUse"],
    [{ typ: [] }, "issuers.main.typ"],
    [{ clockSkew: "60" }, "issuers.main.clockSkew"],
    [{ clockSkew: "601s" }, "issuers.main.clockSkew"],
    [{ clockSkew: "1d" }, "issuers.main.clockSkew"],
    [{ policies: ["B2C_1_signin"] }, "issuers.main.policies"],
    [{ maxLifetime: 3600 }, "issuers.main.maxLifetime"],
    [{ vocabulary: { scopes: { map: {} } } }, "issuers.main.vocabulary.scopes.rest"],
    [{ vocabulary: { scopes: { map: { a: "x", b: "x" }, rest: "drop" } } }, 'issuers.main.vocabulary.scopes.map["b"]'],
    [{ vocabulary: { scope: {} } }, "issuers.main.vocabulary.scope"],
  ])("%j is refused at %s", (changes, path) => {
    expect(paths(withIssuer(changes))).toContain(path);
  });

  it.each(["http://localhost:9229/pool", "http://127.0.0.1:8080", "http://[::1]:8080/x"])("plain http is fine for %s", (local) => {
    expect(problems(withIssuer({ issuer: local }))).toEqual([]);
  });

  it.each(["http://localhost.attacker.example", "http://127.0.0.1.attacker.example", "http://128.0.0.1"])("and not for %s", (remote) => {
    expect(paths(withIssuer({ issuer: remote }))).toContain("issuers.main.issuer");
  });

  it.each([
    [oidc({ issuer: "shop", audience: "x", jwksUri: "https://idp.example/keys?appid=1" })],
    [oidc({ issuer: "my shop", audience: "x", jwksUri: "https://idp.example/keys" })],
    [oidc({ issuer: "HTTPS://IdP.example:8443/my%20realm/", audience: "x" })],
    [oidc({ issuer: "https://idp.example", audience: "x", clockSkew: "10m" })],
    [oidc({ issuer: "https://null.idp.example/undefined-realm", audience: "undefined-api" })],
    [google({ clientIds: ["web"] })],
    [google({ clientIds: ["web"], issuer: "accounts.google.com" })],
    [cognito({ issuer: "http://127.0.0.1:9229/local_1", clientIds: ["web"] })],
    [entraId({ issuer: "https://login.microsoftonline.com/{tenantid}/v2.0", tenants: null, audience: "x" })],
  ])("an address that works starts (%#)", (main) => {
    expect(problems({ issuers: { main }, routes })).toEqual([]);
  });

  it.each([
    [auth0({ domain: "undefined.eu.auth0.com", audience: "x" }), "domain"],
    [okta({ domain: "undefined.okta.com", audience: "x" }), "domain"],
    [azureAdB2c({ ...B2C, tenantId: OTHER }), "tenantId"],
    [azureAdB2c({ ...B2C, tenantId: "shop" }), "tenantId"],
    [azureAdB2c({ issuer: `https://login.microsoftonline.com/${TENANT}/v2.0/`, tenant: "x y", policies: ["p"], audience: "x" }), "issuer"],
  ])("an option that could say nothing does not start (%#)", (main, name) => {
    expect(paths({ issuers: { main }, routes })).toContain(`issuers.main.${name}`);
  });

  it("an unknown option is named, with the option that was meant", () => {
    const [problem] = problems(withIssuer({ clientsIds: ["web"] }));
    expect(problem).toMatchObject({ path: "issuers.main.clientsIds", fix: "Did you mean `clientIds`?" });
  });

  it("no message holds a value", () => {
    const secret = "http://secret-host.example/*";
    for (const name of ["issuer", "audience", "jwksUri", "tokenUse", "clockSkew"]) {
      expect(JSON.stringify(problems(withIssuer({ [name]: secret })))).not.toContain("secret-host");
    }
  });
});

describe("the environment", () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    [undefined, "is not set"],
    ["", "is empty"],
    ["  ", "is empty"],
    ["undefined", 'holds the text "undefined"'],
  ])("a variable that is %j is reported by name", (value, state) => {
    vi.stubEnv("SAMPLE_CLIENT", value);
    const options = { issuers: { pool: cognito({ userPoolId: "eu-west-1_Pool", clientIds: [env("SAMPLE_CLIENT")] }) }, routes };
    expect(problems(options)).toEqual([
      {
        path: "issuers.pool.clientIds[0]",
        message: `the environment variable SAMPLE_CLIENT ${state}.`,
        fix: "Set SAMPLE_CLIENT and start again.",
      },
    ]);
  });

  it("is found inside a longer string, too", () => {
    vi.stubEnv("SAMPLE_TENANT", undefined);
    expect(problems(withIssuer({ issuer: `https://${env("SAMPLE_TENANT")}.idp.example` }))[0]?.message).toContain(
      "SAMPLE_TENANT is not set",
    );
  });
});

describe("issuers together", () => {
  it("the same issuer twice is refused", () => {
    expect(paths({ issuers: { a: api(), b: api({ audience: "other" }) }, routes })).toEqual(["issuers.b"]);
  });

  it("the same issuer in another spelling of its policy is refused", () => {
    const of = (policy: string) => azureAdB2c({ ...B2C, issuer: `https://shop.b2clogin.com/tfp/${TENANT}/${policy}/v2.0/` });
    expect(paths({ issuers: { a: of("B2C_1_signin"), b: of("b2c_1_SIGNIN") }, routes })).toEqual(["issuers.b"]);
    expect(problems({ issuers: { a: of("B2C_1_signin"), b: of("B2C_1_signup") }, routes })).toEqual([]);
  });

  it("one issuer inside another's family of tenants is refused", () => {
    const tenant = "8a1f0c63-57d2-4e9b-b0a4-3c6d9e2f7b15";
    const everyone = entraId({ issuer: "https://login.microsoftonline.com/{tenantid}/v2.0", tenants: null, audience: "api" });
    const single = oidc({ issuer: `https://login.microsoftonline.com/${tenant}/v2.0`, audience: "api" });
    expect(paths({ issuers: { everyone, single }, routes })).toEqual(["issuers.single"]);
    expect(paths({ issuers: { single, everyone }, routes })).toEqual(["issuers.everyone"]);
  });

  it.each([[{}], [null], [[]], ["x"]])("issuers that are %j are refused", (issuers) => {
    expect(paths({ issuers, routes })).toEqual(["issuers"]);
  });

  it("an issuer that was not made by a provider is refused", () => {
    expect(paths({ issuers: { main: { issuer: "https://idp.example" } }, routes })).toEqual(["issuers.main"]);
  });
});

describe("the rest", () => {
  it("a rule about an unknown issuer is refused", () => {
    expect(paths({ issuers: { main: api() }, routes: { "GET /": issuer("staff") } })).toEqual(['routes["GET /"]']);
  });

  it("a rule whose name no issuer can produce is refused", () => {
    const vocabulary = { scopes: { map: { "api/read": "orders:read" }, rest: "drop" } };
    const issuers = { main: api({ vocabulary }) };
    expect(problems({ issuers, routes: { "GET /": scope("orders:read"), "PUT /": group("x") } })).toEqual([]);
    expect(paths({ issuers, routes: { "GET /": scope("orders:write") } })).toEqual(['routes["GET /"]']);
  });

  it("a rule about a claim that is not forwarded is refused", () => {
    const options = { issuers: { main: api() }, routes: { "GET /": claim("plan", ["gold"]) } };
    expect(paths(options)).toEqual(['routes["GET /"]']);
    expect(problems({ ...options, forward: ["plan"] })).toEqual([]);
  });

  it.each(["idp_access_token", "access_token", "refresh_token"])("%s is never forwarded", (name) => {
    expect(paths({ issuers: { main: api() }, routes, forward: [name] })).toEqual(["forward[0]"]);
  });

  it.each([
    [{}, 86_400],
    [{ keys: {} }, 86_400],
    [{ keys: { maxStale: "0s" } }, 0],
    [{ keys: { maxStale: "30m" } }, 1_800],
  ])("%j keeps stale keys for %d seconds", (changes, maxStale) => {
    expect(defineGateway({ issuers: { main: api() }, routes, ...changes }).keys).toEqual({ maxStale });
  });

  it.each([
    [{ maxStale: "1 day" }, "keys.maxStale"],
    [{ maxStale: 60 }, "keys.maxStale"],
    [{ maxstale: "1h" }, "keys.maxstale"],
    ["24h", "keys"],
    [{ store: "keys-table" }, "keys.store"],
    [{ store: { read: async () => null } }, "keys.store"],
    [{ store: dynamoKeyStore({ table: "" }) }, "keys.store.table"],
    [{ store: dynamoKeyStore({ table: env("NO_SUCH_VARIABLE") }) }, "keys.store.table"],
  ])("keys %j is refused", (keys, path) => {
    expect(paths({ issuers: { main: api() }, routes, keys })).toEqual([path]);
  });

  it("misspelt members of the configuration are refused", () => {
    expect(problems({ issuers: { main: api() }, routes, forwards: [] })[0]).toMatchObject({
      path: "forwards",
      fix: "Did you mean `forward`?",
    });
    expect(paths({ issuers: { main: api() }, routes, webSocketCredential: { subProtocol: "x" } })).toEqual([
      "webSocketCredential.subProtocol",
    ]);
  });

  it("all problems are reported at once, each with path, message and fix", () => {
    const options = {
      issuers: {
        pool: cognito({ userPoolId: "nonsense", clientIds: [] }),
        b2c: azureAdB2c({ tenant: "t", tenantId: "x", audience: "*" }),
        shop: auth0({ domain: "", audience: "a" }),
      },
      routes: { "get /": "authenticated", "GET /x": "public" },
      forward: [""],
    };
    const found = problems(options);
    expect(found.length).toBeGreaterThanOrEqual(5);
    for (const { path, message, fix } of found) expect([path, message, fix].every((text) => text.length > 0)).toBe(true);
    for (const start of ["issuers.pool", "issuers.b2c", "issuers.shop", "routes", "forward"]) {
      expect(found.some(({ path }) => path.startsWith(start))).toBe(true);
    }
  });

  it.each([undefined, null, 1, []])("a configuration that is %j is refused without a TypeError", (options) => {
    expect(problems(options as unknown as object)).toHaveLength(1);
  });
});
