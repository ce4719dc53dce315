import { describe, expect, it } from "vitest";
import {
  ConfigurationError,
  createVerifier,
  defineGateway,
  entraId,
  httpAuthorizer,
  type IssuerOptions,
  oidc,
  scope,
} from "../../src/index.ts";
import { accepted, joseAccepts, refused } from "./kit.ts";
import { AUDIENCE, CLOCK, createServers, gateway, jwkOf, KEY_SETS, mint, NOW, PRIVATE, ATTACKER } from "./lab.ts";
import { assertAllowed, assertRefused, createPlace } from "./witness.ts";

const ROUTES = { "GET /orders": scope("orders:read"), $connect: scope("orders:read") };
/** A gateway of one issuer, as the shop but for some options. */
const shopWith = (options: Partial<IssuerOptions>) =>
  defineGateway({
    issuers: { shop: oidc({ issuer: "https://shop.example", audience: AUDIENCE, jwksUri: "https://shop.example/keys", ...options }) },
    routes: ROUTES,
  });
const claiming = (claims: object) => mint({ claims });

describe("D1 lists several issuers", () => {
  it.each([["https://shop.example"], ["https://shop.example", "https://attacker.example"], []])("%j", async (...iss) => {
    await refused(claiming({ iss }), "claim_malformed");
  });
});

describe("D2 spells the issuer almost right", () => {
  it.each([
    "https://shop.example/",
    "https://shop.example.attacker.example",
    "https://shop.exampl",
    "https://shop.example@attacker.example",
    "https://user@shop.example",
    "https://SHOP.example",
    "HTTPS://shop.example",
    "https://shop.example:443",
    "http://shop.example",
    "https://shop%2eexample",
    "https://sh\u00f6p.example",
    "https://xn--shp-tna.example",
    "https://shop.example?",
    "https://shop.example#",
    " https://shop.example",
    "https://shop.example\0",
    "shop.example",
    "shop",
  ])("%j", async (iss) => refused(claiming({ iss }), "issuer_unknown"));
});

describe("D3 names no issuer", () => {
  it.each([
    [undefined, "claim_missing"],
    ["", "issuer_unknown"],
    [1, "claim_malformed"],
    [null, "claim_malformed"],
    [true, "claim_malformed"],
    [{}, "claim_malformed"],
  ] as const)("%j", async (iss, code) => refused(claiming({ iss }), code));
});

describe("D4 was issued for somebody else (aud)", () => {
  it.each([
    ["https://other.example", "audience_mismatch"],
    [["https://other.example", "https://another.example"], "audience_mismatch"],
    [[], "audience_mismatch"],
    ["", "audience_mismatch"],
    [`${AUDIENCE}/`, "audience_mismatch"],
    [AUDIENCE.slice(0, -1), "audience_mismatch"],
    [AUDIENCE.toUpperCase(), "audience_mismatch"],
    [`${AUDIENCE} https://other.example`, "audience_mismatch"],
    [[[AUDIENCE]], "claim_malformed"],
    [[AUDIENCE, 1], "claim_malformed"],
    [{ [AUDIENCE]: true }, "claim_malformed"],
    [1, "claim_malformed"],
    [null, "claim_malformed"],
  ] as const)("%j", async (aud, code) => refused(claiming({ aud }), code, 1));

  it("while an exact member of a list is enough", async () => accepted(claiming({ aud: ["https://other.example", AUDIENCE] })));
});

it("D5 has no audience at all: only a provider whose tokens have none may accept that, and then the client decides", async () => {
  await refused(claiming({ aud: undefined }), "claim_missing", 1);
  await accepted(mint({ issuer: "pool" }));
  await refused(mint({ issuer: "pool", claims: { client_id: "another-client-0002" } }), "client_not_allowed", 1);
  await refused(mint({ issuer: "pool", claims: { aud: "https://other.example" } }), "audience_mismatch", 1);
});

it("D6 finds a gateway without an audience (jose accepts): such a gateway does not start", async () => {
  await joseAccepts(claiming({ aud: "https://other.example" }), { audience: undefined as never });
  for (const audience of [undefined, null, "", "*", [], [""]])
    expect(() => shopWith({ audience } as unknown as IssuerOptions)).toThrow(ConfigurationError);
});

describe("D7 sends an ID token where an access token is wanted", () => {
  it.each([
    { token_use: "id" },
    { typ: "ID" },
    { nonce: "canary-nonce-0001" },
    { at_hash: "canary-hash-0001" },
    { c_hash: "canary-hash-0002" },
  ])("%j", async (claims) => refused(claiming(claims), "token_use_mismatch", 1));
  it("of a Cognito user pool", async () => refused(mint({ issuer: "pool", claims: { token_use: "id" } }), "token_use_mismatch", 1));
  it("of Entra ID, which puts no scopes and no roles into one", async () => {
    await refused(mint({ issuer: "staff", claims: { scp: undefined, nonce: "canary-nonce-0001" } }), "token_use_mismatch", 1);
  });
});

describe("D8 comes from another client of the same tenant", () => {
  const strict = shopWith({ clientIds: ["canary-client-0001"] });
  it.each([
    { client_id: "another-client-0002" },
    { client_id: undefined },
    { azp: "another-client-0002" },
    { client_id: "canary-client-000" },
  ])("%j", async (claims) => refused({ token: claiming(claims), gateway: strict }, "client_not_allowed", 1));
  it("while its own client gets in", async () => accepted({ token: mint(), gateway: strict }));
});

describe("D9 comes from another tenant, or says that it comes from two", () => {
  const other = "99999999-2222-4333-8444-555555555555";
  it.each([
    ["another tenant", { iss: `https://login.microsoftonline.com/${other}/v2.0`, tid: other }, "issuer_unknown"],
    ["iss and tid that differ", { tid: other }, "tenant_mismatch"],
    ["the shared endpoint as the issuer", { iss: "https://login.microsoftonline.com/common/v2.0" }, "issuer_unknown"],
    ["a tenant that is no GUID", { iss: "https://login.microsoftonline.com/../v2.0" }, "issuer_unknown"],
    ["a longer path", { iss: `https://login.microsoftonline.com/${other}/x/v2.0` }, "issuer_unknown"],
  ] as const)("%s", async (_what, claims, code) => {
    await refused(mint({ issuer: "staff", claims }), code, code === "issuer_unknown" ? 0 : 1);
  });

  it("a key that Microsoft publishes for another tenant only", async () => {
    const all = defineGateway({
      issuers: { staff: entraId({ tenants: ["11111111-2222-4333-8444-555555555555"], audience: AUDIENCE }) },
      routes: ROUTES,
    });
    const [url = ""] = Object.keys(KEY_SETS).filter((address) => address.includes("microsoftonline"));
    const servers = () =>
      createServers({ [url]: { keys: [jwkOf(PRIVATE.staff, "key-1", { issuer: `https://login.microsoftonline.com/${other}/v2.0` })] } });
    await refused({ token: mint({ issuer: "staff" }), gateway: all, servers }, "key_issuer_mismatch", 1);
  });
});

describe("D10 signs for one issuer with the key of another, under the same key id", () => {
  it.each([
    ["padded", "shop"],
    ["shop", "padded"],
  ] as const)("%s signs as %s", async (signer, victim) => {
    const algorithm = victim === "padded" ? "PS256" : "RS256";
    await refused(mint({ issuer: victim, key: PRIVATE[signer], algorithm }), "signature_invalid", 2);
  });

  it("also when the signer's keys are in memory already", async () => {
    const place = createPlace();
    const authorizer = httpAuthorizer(gateway, place.options);
    const ask = (token: string) => async () =>
      authorizer({ version: "2.0", type: "REQUEST", routeKey: "GET /orders", headers: { authorization: `Bearer ${token}` } });
    for (const token of [mint({ issuer: "padded" }), mint()]) await assertAllowed(ask(token), { place, token, fetches: 1 });
    const [forged, foreign] = [mint({ key: PRIVATE.padded }), mint({ key: ATTACKER })];
    // New keys may be why: they are asked for once, and not again within five minutes.
    await assertRefused(ask(forged), "signature_invalid", { place, token: forged, fetches: 1 });
    await assertRefused(ask(foreign), "signature_invalid", { place, token: foreign });
  });
});

it("D11 hopes for an address built out of iss, aud or tid: none but the configured ones is ever asked", async () => {
  const urls: string[] = [];
  const servers = () => {
    const made = createServers();
    const fetch = async (url: string) => {
      urls.push(url);
      return made.fetch(url);
    };
    return { ...made, fetch };
  };
  const evil = ["https://attacker.example", "http://169.254.169.254/latest", "https://shop.example/../x", "file:///etc/passwd"];
  for (const iss of evil) await refused({ token: claiming({ iss }), servers }, "issuer_unknown");
  for (const value of [...evil, "../../x"]) {
    await refused({ token: mint({ issuer: "staff", claims: { tid: value } }), servers }, "claim_malformed", 1);
    await refused({ token: mint({ issuer: "staff", claims: { aud: value, appid: value } }), servers }, "audience_mismatch", 1);
    await refused({ token: claiming({ aud: value, azp: value, tfp: value, jwks_uri: value }), servers }, "audience_mismatch", 1);
  }
  const known = Object.keys(KEY_SETS);
  expect(urls.length).toBeGreaterThan(0);
  expect(urls.filter((url) => !known.includes(url))).toEqual([]);
});

describe("D12 stretches exp by the clock skew: exact to the second", () => {
  it.each([NOW - 61, NOW - 60, NOW - 60.5])("exp = %d", async (exp) => refused(claiming({ iat: NOW - 600, exp }), "token_expired", 1));
  it.each([NOW - 59, NOW - 59.5, NOW])("exp = %d is within it", async (exp) => {
    const { verify } = createVerifier(gateway, { clock: CLOCK, fetch: createServers().fetch });
    await expect(verify(claiming({ iat: NOW - 600, exp }))).resolves.toBeTruthy();
  });
  it("and without a skew, not a second longer than exp", async () => {
    const exact = shopWith({ clockSkew: "0s" });
    await refused({ token: claiming({ iat: NOW - 600, exp: NOW }), gateway: exact }, "token_expired", 1);
    await accepted({ token: claiming({ iat: NOW - 600, exp: NOW + 1 }), gateway: exact });
  });
});

describe("D13 was issued, or becomes valid, in the future", () => {
  it.each([{ nbf: NOW + 61 }, { iat: NOW + 61 }, { nbf: NOW + 86_400 }])("%j", async (claims) =>
    refused(claiming(claims), "token_not_yet_valid", 1),
  );
  it.each([{ nbf: NOW + 60 }, { iat: NOW + 60 }, { nbf: NOW + 1, iat: NOW + 1 }])("%j is within the clock skew", async (claims) =>
    accepted(claiming(claims)),
  );
});

it("D14 never expires (jose accepts)", async () => {
  await joseAccepts(claiming({ exp: undefined }));
  await refused(claiming({ exp: undefined }), "claim_missing", 1);
});

describe("D15 lives for years", () => {
  it.each([
    [{ exp: NOW + 10 * 365 * 86_400 }, "token_lifetime_too_long"],
    [{ exp: NOW + 31 * 86_400 }, "token_lifetime_too_long"],
    [{ iat: NOW - 3 * 365 * 86_400, exp: NOW + 60 }, "token_lifetime_too_long"],
    [{ iat: undefined, exp: NOW + 31 * 86_400 }, "token_lifetime_too_long"],
    [{ iat: NOW + 28 * 3_600, exp: NOW + 29 * 3_600 }, "token_not_yet_valid"],
  ] as const)("%j (jose accepts)", async (claims, code) => {
    await joseAccepts(claiming(claims));
    await refused(claiming(claims), code, 1);
  });
});

describe("D16 has a scope that only looks like the wanted one", () => {
  it.each([
    "orders:readwrite",
    "orders:rea",
    "Orders:Read",
    "orders:read,orders:write",
    "orders:read\torders:write",
    "xorders:read",
    "orders",
    "",
    [],
    ["orders:read orders:write"],
  ])("%j", async (value) => refused(claiming({ scope: value }), "rule_denied", 1));

  it.each(["toString", "constructor", "__proto__"])("%s is no scope of everybody's", async (name) => {
    const named = defineGateway({
      issuers: { shop: oidc({ issuer: "https://shop.example", audience: AUDIENCE, jwksUri: "https://shop.example/keys" }) },
      routes: { "GET /orders": scope(name), $connect: scope(name) },
    });
    const { verify } = createVerifier(named, { clock: CLOCK, fetch: createServers().fetch });
    expect((await verify(mint())).scopes).not.toContain(name);
    await refused({ token: mint(), gateway: named, route: "GET /orders" }, "rule_denied", 1);
  });

  it.each([{ "orders:read": true }, 1, [1], [["orders:read"]]])("%j is no list of scopes", async (value) => {
    await refused(claiming({ scope: value }), "claim_malformed", 1);
  });
});

describe("D17 has a subject that is missing, empty, no text, too long or of control characters", () => {
  it.each([
    [undefined, "claim_missing"],
    ["", "claim_malformed"],
    [{ id: "canary-subject-0002" }, "claim_malformed"],
    [["canary-subject-0002"], "claim_malformed"],
    [42, "claim_malformed"],
    [null, "claim_malformed"],
    ["x".repeat(1_025), "claim_malformed"],
    ["canary\r\nX-Admin: 1", "claim_malformed"],
    ["canary\0subject", "claim_malformed"],
    ["canary\u001b[31m", "claim_malformed"],
    ["canary\u0085subject", "claim_malformed"],
  ] as const)("%j", async (sub, code) => refused(claiming({ sub }), code, 1));

  it("no text (jose accepts)", async () => joseAccepts(claiming({ sub: { id: 1 } })));
  it("5 kB", async () => refused({ token: claiming({ sub: "x".repeat(5_000) }) }, "claim_malformed", 1));
});

describe("D18 presents a token bound to somebody's key as a plain bearer token", () => {
  // A token presented twice is not an attack that a bearer token can stop: sender-constrained tokens would be.
  it.each([{ cnf: { jkt: "canary-thumbprint-0001" } }, { cnf: { "x5t#S256": "canary-thumbprint-0002" } }, { cnf: null }, { cnf: {} }])(
    "%j",
    async (claims) => refused(claiming(claims), "token_bound", 1),
  );
});

describe("D19 finds a pattern where an exact value belongs: a gateway with one does not start", () => {
  it.each([
    { audience: /^(a+)+$/ },
    { audience: [/x/g] },
    { issuer: /https:\/\/.*/y },
    { clientIds: [/.*/] },
    { audience: "https://*.example" },
  ])("%o", (options) => expect(() => shopWith(options as unknown as IssuerOptions)).toThrow(ConfigurationError));
});

describe("D20 sends a logout token, or another statement about an event, as an access token", () => {
  const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
  it.each([{ events }, { events: {} }, { events: null }, { events, scope: undefined, client_id: undefined, nonce: undefined }])(
    "%j",
    async (claims) => refused(mint({ claims, header: { typ: "JWT" } }), "token_use_mismatch", 1),
  );
  it.each(["pool", "staff"] as const)("of the issuer %s", async (issuer) => {
    await refused(mint({ issuer, claims: { events } }), "token_use_mismatch", 1);
  });
});
