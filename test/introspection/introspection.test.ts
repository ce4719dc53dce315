import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  auth0,
  ConfigurationError,
  createVerifier,
  defineGateway,
  httpAuthorizer,
  introspect,
  type IntrospectOptions,
  type IssuerOptions,
  type OnlineTokens,
  oidc,
  okta,
  SallyportError,
  scope,
} from "../../src/index.ts";
import { createTestTokens, type TestTokens } from "../../src/testing/index.ts";
import { problemsIn } from "../config/problems.ts";
import { httpAuthorizerEvent } from "../events/http-api.ts";
import { incoming } from "../events/incoming.ts";
import { makeClock, NOW_SECONDS } from "../sessions/kit.ts";

const AUDIENCE = "https://api.sample.example";
const ISS = "https://shop.example";
const OPAQUE = "opaque-token_1~2+3/4=";
const SECRET = "s3cret: with/odd characters";

interface Asked {
  readonly headers: IncomingMessage["headers"];
  readonly form: Record<string, string>;
  readonly method: string | undefined;
}

/** An introspection endpoint on loopback that answers as it is told. */
const asked: Asked[] = [];
const good = {
  active: true,
  sub: "user-1",
  client_id: "web",
  scope: "orders:read",
  aud: AUDIENCE,
  iss: ISS,
  exp: NOW_SECONDS + 600,
  iat: NOW_SECONDS,
};
const state: { status: number; body: unknown; hang: boolean; cut: boolean } = { status: 200, body: good, hang: false, cut: false };
const server = createServer((request, response) => void answer(request, response));
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = Object.fromEntries(new URLSearchParams(await readText(request)));
  asked.push({ headers: request.headers, method: request.method, form });
  if (state.hang) return;
  response.writeHead(state.status, { "content-type": "application/json", location: "/elsewhere" });
  if (state.cut) return void response.write("{", () => request.socket.destroy());
  response.end(typeof state.body === "string" ? state.body : JSON.stringify(state.body));
}
let url = "";
let tokens: TestTokens;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/introspect`;
  tokens = await createTestTokens(make().gateway, { clock: makeClock() });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
afterEach(() => {
  asked.length = 0;
  Object.assign(state, { status: 200, body: good, hang: false, cut: false });
});

function make(options: Partial<IntrospectOptions> = {}, issuer: Partial<IssuerOptions> = {}) {
  const clock = makeClock();
  const introspection = introspect({ url: url || "http://127.0.0.1:1/", clientId: "gate:way", clientSecret: SECRET, ...options });
  const gateway = defineGateway({
    issuers: { shop: oidc({ issuer: ISS, audience: AUDIENCE, jwksUri: "https://shop.example/keys", introspection, ...issuer }) },
    routes: { "GET /me": "authenticated", "GET /orders": scope("orders:read"), "POST /orders": scope("orders:write") },
    forward: ["username"],
  });
  return { clock, gateway, introspection };
}

function verifierOf({ gateway, clock }: Pick<ReturnType<typeof make>, "gateway" | "clock">) {
  const verifier = createVerifier(gateway, { clock, jwks: tokens.jwks });
  const outcome = async (token: string) =>
    verifier.verify(token).then(
      () => "good",
      (error: unknown) => (error instanceof SallyportError ? error.code : String(error)),
    );
  return { verifier, outcome };
}

const jwt = (changes: object = {}) =>
  tokens.sign("shop", {
    claims: { sub: "user-1", aud: AUDIENCE, client_id: "web", scope: "orders:read", ...changes },
    header: { typ: "at+jwt" },
  });

describe("an access token of an Okta organization's own server, whose keys nobody has", () => {
  const ORG = "https://example.okta.com";
  const CLAIMS = { iss: ORG, aud: ORG, jti: "AT.1", sub: "una@login.example", uid: "00u1", cid: "web", scp: ["openid"] };
  const ANSWER = { ...good, iss: ORG, aud: ORG, jti: "AT.1", sub: "una@login.example", uid: "00u1", username: "una@login.example" };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const TIMES = { iat: NOW_SECONDS, exp: NOW_SECONDS + 600 };
  const orgToken = (claims: object = {}, signature = "c2lnbmF0dXJl") =>
    `${encode({ alg: "RS256", kid: "org", typ: "application/okta-internal-at+jwt" })}.${encode({ ...TIMES, ...CLAIMS, ...claims })}.${signature}`;
  const start = (options: Partial<IntrospectOptions> | null, changes: object = {}) => {
    const { introspection, clock } = make(options ?? {});
    const org = { domain: "example.okta.com", authorizationServer: "org", audience: ORG, ...(options !== null && { introspection }) };
    const gateway = defineGateway({ issuers: { shop: okta({ ...org, ...changes }) }, routes: { "GET /": "authenticated" } });
    return verifierOf({ gateway, clock });
  };

  it.each(["opaque", "all"] as const)("is asked about, once, where %s tokens are", async (kind) => {
    state.body = ANSWER;
    const { verifier } = start({ tokens: kind, remember: "0s" });
    expect(await verifier.verify(orgToken())).toMatchObject({ id: "shop|00u1", kind: "user", clientId: "web", scopes: ["orders:read"] });
    expect(asked.map(({ form }) => form["token"])).toEqual([orgToken()]);
  });

  it.each([
    ["is none that the issuer calls active", { body: { active: false } }, "token_inactive"],
    ["is held against the settings", { body: { ...ANSWER, aud: "https://other.example" } }, "audience_mismatch"],
    ["is of the configured issuer", { body: { ...ANSWER, iss: "https://other.okta.com" } }, "issuer_unknown"],
    ["waits for no issuer that fails", { status: 500 }, "introspection_unavailable"],
  ])("%s", async (_what, answer, code) => {
    Object.assign(state, { body: ANSWER }, answer);
    expect(await start({}).outcome(orgToken())).toBe(code);
  });

  it.each([
    ["whose issuer is asked about verified ones only", { tokens: "jwt" } as const, {}],
    ["whose issuer is not asked at all", null, {}],
    ["where another server is configured", {}, { authorizationServer: "default", audience: "api://default" }],
  ])("one %s is for Okta", async (_what, options, changes) => {
    state.body = ANSWER;
    expect(await start(options, changes).outcome(orgToken())).toBe("token_not_for_api");
    expect(asked).toEqual([]);
  });

  it.each([
    ["an ID token", { jti: "ID.1", scp: undefined, cid: undefined, at_hash: "h" }],
    ["a token of another organization", { iss: "https://other.okta.com" }],
    ["a token of another server", { iss: `${ORG}/oauth2/default` }],
  ])("%s is not asked about in its place", async (_what, claims) => {
    state.body = ANSWER;
    expect(await start({}).outcome(orgToken(claims))).not.toBe("good");
    expect(asked).toEqual([]);
  });

  it("is refused where it is not spelled in the one way", async () => {
    state.body = ANSWER;
    for (const token of [orgToken({}, "c2lnbmF0dXJlc2"), `${orgToken()}=`]) expect(await start({}).outcome(token)).toBe("token_malformed");
    expect(asked).toEqual([]);
  });
});

describe("an opaque token", () => {
  it("becomes a principal like any other", async () => {
    state.body = { ...good, username: "una", scope: "orders:read orders:write", token_type: "Bearer", jti: "t1", sid: "s1" };
    expect(await verifierOf(make()).verifier.verify(OPAQUE)).toMatchObject({
      id: "shop|user-1",
      issuer: "shop",
      kind: "user",
      token: "access",
      clientId: "web",
      scopes: ["orders:read", "orders:write"],
      session: "s1",
      expiresAt: NOW_SECONDS + 600,
      claims: { username: "una" },
    });
  });

  it.each([
    ["of a machine that has itself for a subject", { sub: "web" }, { kind: "client", subject: "web" }],
    ["of a machine without a subject", { sub: undefined }, { kind: "client", subject: "web" }],
  ])("%s", async (_what, changes, expected) => {
    state.body = { ...good, ...changes };
    expect(await verifierOf(make()).verifier.verify(OPAQUE)).toMatchObject(expected);
  });

  it("at Okta, whose `sub` is a login name, is known by `uid`, as in a JWT", async () => {
    const { introspection, clock } = make();
    const gateway = defineGateway({
      issuers: { shop: okta({ domain: "example.okta.com", audience: AUDIENCE, introspection }) },
      routes: {},
    });
    state.body = { ...good, iss: "https://example.okta.com/oauth2/default", sub: "una@login.example", uid: "00u1" };
    expect(await verifierOf({ gateway, clock }).verifier.verify(OPAQUE)).toMatchObject({ subject: "00u1", kind: "user" });
  });

  it("is refused as before where nobody is asked", async () => {
    expect(await verifierOf(make({}, { introspection: null })).outcome(OPAQUE.replaceAll(/[^a-z]/g, ""))).toBe("token_opaque");
    expect(await verifierOf(make({ tokens: "jwt" })).outcome(OPAQUE.replaceAll(/[^a-z]/g, ""))).toBe("token_opaque");
    expect(asked).toEqual([]);
  });

  it.each(["a b", "naïve", "=", "x".repeat(8_193), "a.b.c", "a..c.d.e"])("that is none is not sent to anybody: case %#", async (token) => {
    expect(await verifierOf(make()).outcome(token)).not.toBe("good");
    expect(asked).toEqual([]);
  });

  /** How a JWT can be spelled so that a lenient reader at the issuer still takes it for what it is. */
  const SPELLINGS: Record<string, (token: string) => string> = {
    "with padding": (token) => `${token}=`,
    "with two characters of padding": (token) => `${token}==`,
    "in the other alphabet": (token) => `${token.slice(0, -8)}+/+/${token.slice(-4)}`,
    "with a character that decoders skip": (token) => `${token}~`,
    "with such a character first": (token) => `~${token}`,
    "with a dot more": (token) => `${token}.`,
    "without its signature": (token) => token.slice(0, token.lastIndexOf(".")),
    "with an empty one": (token) => token.slice(0, token.lastIndexOf(".") + 1),
    "encrypted, with padding": () => `${Buffer.from('{"alg":"dir"}').toString("base64url")}..c.d.e=`,
  };

  it.each(Object.entries(SPELLINGS))("is not what a JWT becomes %s: it is not sent to anybody", async (_how, spell) => {
    const { outcome } = verifierOf(make({ tokens: "all" }));
    expect(await outcome(spell(await jwt()))).toMatch(/^token_(malformed|encrypted)$/);
    expect(asked).toEqual([]);
  });

  it("is named by its issuer in the log, and nothing of it or of the secret is written", async () => {
    const { gateway, clock } = make();
    const lines: object[] = [];
    state.body = { active: false, sub: "secret-sub" };
    const handler = httpAuthorizer(gateway, { clock, jwks: tokens.jwks, log: (entry) => void lines.push(entry) });
    const request = incoming({ path: "/orders", headers: [["Authorization", `Bearer ${OPAQUE}`]] });
    await expect(handler(httpAuthorizerEvent(request))).rejects.toThrow(/^Unauthorized$/);
    expect(lines).toMatchObject([{ code: "token_inactive", issuer: "shop", route: "GET /orders" }]);
    expect(JSON.stringify([lines, gateway])).not.toMatch(/opaque-token|s3cret|secret-sub/);
  });
});

describe("the answer is held against the settings", () => {
  const WRONG: Record<string, [changes: object, code: string]> = {
    "not active": [{ active: false }, "token_inactive"],
    "another issuer": [{ iss: "https://other.example" }, "issuer_unknown"],
    "another audience": [{ aud: "https://other.example" }, "audience_mismatch"],
    "no audience": [{ aud: undefined }, "claim_missing"],
    expired: [{ exp: NOW_SECONDS - 61 }, "token_expired"],
    "no end": [{ exp: undefined }, "claim_missing"],
    "an end that is text": [{ exp: "soon" }, "claim_malformed"],
    "not yet valid": [{ nbf: NOW_SECONDS + 600 }, "token_not_yet_valid"],
    "a refresh token": [{ token_type: "refresh_token" }, "token_use_mismatch"],
    "a refresh token, said otherwise": [{ token_use: "refresh" }, "token_use_mismatch"],
    "a refresh token, in Keycloak's words": [{ typ: "Refresh" }, "token_use_mismatch"],
    "an offline token, in Keycloak's words": [{ typ: "Offline", token_type: "Bearer" }, "token_use_mismatch"],
    "an ID token, in Keycloak's words": [{ typ: "ID" }, "token_use_mismatch"],
    "a logout token": [{ events: {} }, "token_use_mismatch"],
    "bound to a key": [{ cnf: { jkt: "x" } }, "token_bound"],
    "bound by its type": [{ token_type: "DPoP" }, "token_use_mismatch"],
    "neither subject nor client": [{ sub: undefined, client_id: undefined }, "claim_missing"],
    "a subject that is a number": [{ sub: 7 }, "claim_malformed"],
    "a life too long": [{ exp: NOW_SECONDS + 31 * 86_400 }, "token_lifetime_too_long"],
  };

  it.each(Object.entries(WRONG))("%s", async (_what, [changes, code]) => {
    state.body = { ...good, ...changes };
    expect(await verifierOf(make()).outcome(OPAQUE)).toBe(code);
  });

  it.each([
    [{}, "token_use_mismatch"],
    [{ token_type: "" }, "token_use_mismatch"],
    [{ typ: "JWT" }, "token_use_mismatch"],
    [{ typ: "Refresh", token_type: "Bearer" }, "token_use_mismatch"],
    [{ token_type: "Bearer" }, "good"],
    [{ token_type: "access_token" }, "good"],
    [{ token_use: "access" }, "good"],
    [{ typ: "Bearer" }, "good"],
  ])("without an audience the answer has to say that it is an access token: %j", async (changes, code) => {
    state.body = { ...good, aud: undefined, ...changes };
    expect(await verifierOf(make({}, { audience: null, clientIds: ["web"] })).outcome(OPAQUE)).toBe(code);
  });

  it("another client, where clients are configured", async () => {
    expect(await verifierOf(make({}, { clientIds: ["other"] })).outcome(OPAQUE)).toBe("client_not_allowed");
    expect(await verifierOf(make({}, { clientIds: ["web"] })).outcome(OPAQUE)).toBe("good");
  });

  it("another tenant, where tenants are configured", async () => {
    const world = () => make({ remember: "0s" }, { tenants: ["t1"], tenantClaim: "org_id" });
    expect(await verifierOf(world()).outcome(OPAQUE)).toBe("tenant_not_allowed");
    state.body = { ...good, org_id: "t1" };
    expect(await verifierOf(world()).outcome(OPAQUE)).toBe("good");
  });
});

describe("asking", () => {
  it("sends the secret in the header, both parts encoded", async () => {
    await verifierOf(make()).outcome(OPAQUE);
    const [request] = asked;
    expect(request).toMatchObject({ method: "POST", form: { token: OPAQUE, token_type_hint: "access_token" } });
    expect(request?.form).not.toHaveProperty("client_secret");
    const sent = Buffer.from(String(request?.headers.authorization).replace("Basic ", ""), "base64").toString();
    expect(sent).toBe("gate%3Away:s3cret%3A+with%2Fodd+characters");
  });

  it("or in the form", async () => {
    await verifierOf(make({ clientAuth: "post" })).outcome(OPAQUE);
    expect(asked[0]?.form).toMatchObject({ client_id: "gate:way", client_secret: SECRET });
    expect(asked[0]?.headers).not.toHaveProperty("authorization");
  });

  const BROKEN: Record<string, Partial<typeof state>> = {
    "a failure": { status: 500 },
    "a refusal of this gateway": { status: 401 },
    "a redirect": { status: 302 },
    "no answer in time": { hang: true },
    "an answer that breaks off": { cut: true },
  };

  it.each(Object.entries(BROKEN))("%s is an outage and no verdict: 503, and a pause that doubles", async (_what, broken) => {
    const world = make();
    const { outcome } = verifierOf(world);
    Object.assign(state, broken);
    expect(await outcome(OPAQUE)).toBe("introspection_unavailable");
    expect(await outcome("another")).toBe("introspection_unavailable");
    expect(asked).toHaveLength(1);
    Object.assign(state, { status: 503, hang: false, cut: false });
    world.clock.forward(1_000);
    expect(await outcome(OPAQUE)).toBe("introspection_unavailable");
    world.clock.forward(1_999);
    expect(await outcome(OPAQUE)).toBe("introspection_unavailable");
    expect(asked).toHaveLength(2);
    Object.assign(state, { status: 200, body: good });
    world.clock.forward(1);
    expect(await outcome(OPAQUE)).toBe("good");
    expect(asked).toHaveLength(3);
  });

  it.each([400, 403, 404, 405, 406, 413, 414, 415, 422, 431, 451])(
    "a token that the issuer, or what is in front of it, answers with %i stops nobody else's",
    async (status) => {
      const { outcome } = verifierOf(make());
      state.status = status;
      expect(await outcome("/etc/passwd")).toBe("introspection_unavailable");
      state.status = 200;
      expect(await outcome(OPAQUE)).toBe("good");
      expect(asked).toHaveLength(2);
    },
  );

  const UNREADABLE: Record<string, unknown> = {
    "no JSON": "<html>",
    "JSON with a member twice": '{"active":false,"active":true}',
    "half a sign in a name": '{"active":true,"name":"\\ud83d"}',
    "a list": "[true]",
    "active as text": { ...good, active: "true" },
    "no word about active": { sub: "user-1" },
    "a very long answer": { ...good, padding: "x".repeat(200_000) },
  };

  it.each(Object.entries(UNREADABLE))("a token that the issuer answers with %s is refused and stops nobody else's", async (_what, body) => {
    const { outcome } = verifierOf(make());
    state.body = body;
    expect(await outcome("whose")).toBe("introspection_unavailable");
    state.body = good;
    expect(await outcome(OPAQUE)).toBe("good");
    state.body = body;
    expect(await outcome("whose")).toBe("introspection_unavailable");
    expect(asked).toHaveLength(3);
  });

  it.each([401, 407, 408, 429])("%i is about everybody's: the issuer is left alone", async (status) => {
    const { outcome } = verifierOf(make());
    state.status = status;
    expect(await outcome(OPAQUE)).toBe("introspection_unavailable");
    state.status = 200;
    expect(await outcome("another")).toBe("introspection_unavailable");
    expect(asked).toHaveLength(1);
  });

  it("a strange token does not make the issuer look well either: the pause goes on doubling", async () => {
    const world = make();
    const { outcome } = verifierOf(world);
    const after = async (milliseconds: number, status: number, token = OPAQUE) => {
      world.clock.forward(milliseconds);
      state.status = status;
      return outcome(token);
    };
    await after(0, 503);
    await after(1_000, 403, "/etc/passwd");
    await after(0, 503);
    expect(asked).toHaveLength(3);
    expect(await after(1_999, 200)).toBe("introspection_unavailable");
    expect(await after(1, 200)).toBe("good");
  });
});

describe("what is remembered", () => {
  it("an active token, for the time set and no longer", async () => {
    const world = make();
    const { outcome } = verifierOf(world);
    await outcome(OPAQUE);
    state.body = { active: false };
    world.clock.forward(29_999);
    expect(await outcome(OPAQUE)).toBe("good");
    world.clock.forward(1);
    expect(await outcome(OPAQUE)).toBe("token_inactive");
    expect(asked).toHaveLength(2);
  });

  it("never past its exp", async () => {
    state.body = { ...good, exp: NOW_SECONDS + 10 };
    const world = make({ remember: "1h" });
    const { outcome } = verifierOf(world);
    await outcome(OPAQUE);
    state.body = { active: false };
    world.clock.forward(9_999);
    expect(await outcome(OPAQUE)).toBe("good");
    world.clock.forward(1);
    expect(await outcome(OPAQUE)).toBe("token_inactive");
  });

  it("nothing that whoever gets the principal could change", async () => {
    const { gateway, clock } = make({}, { rolesClaim: ["access", "roles"] });
    const { verifier } = verifierOf({ gateway: { ...gateway, forward: ["access"] }, clock });
    state.body = { ...good, access: { roles: ["reader"] } };
    const first = await verifier.verify(OPAQUE);
    expect(() => (first.claims["access"] as { roles: string[] }).roles.push("admin")).toThrow(TypeError);
    expect(await verifier.verify(OPAQUE)).toMatchObject({ roles: ["reader"], claims: { access: { roles: ["reader"] } } });
    expect(asked).toHaveLength(1);
  });

  it("nothing that is not active", async () => {
    const { outcome } = verifierOf(make());
    state.body = { active: false };
    expect(await outcome(OPAQUE)).toBe("token_inactive");
    state.body = good;
    expect(await outcome(OPAQUE)).toBe("good");
  });

  it("nothing across tokens, and nothing after the clock is set back", async () => {
    const world = make();
    const { outcome } = verifierOf(world);
    await outcome(OPAQUE);
    state.body = { active: false };
    expect(await outcome(`${OPAQUE}=`)).toBe("token_inactive");
    world.clock.forward(-60_000);
    expect(await outcome(OPAQUE)).toBe("token_inactive");
  });

  it("a scope is checked on a remembered answer too", async () => {
    const { gateway, clock } = make();
    const handler = httpAuthorizer(gateway, { clock, jwks: tokens.jwks, log: () => {} });
    const call = async (method: string) =>
      handler(httpAuthorizerEvent(incoming({ method, path: "/orders", headers: [["Authorization", `Bearer ${OPAQUE}`]] })));
    expect(await call("GET")).toMatchObject({ isAuthorized: true });
    expect(await call("POST")).toMatchObject({ isAuthorized: false, context: { reason: "rule_denied" } });
    expect(asked).toHaveLength(1);
  });
});

describe("a JWT", () => {
  it("is not asked about unless that is configured", async () => {
    expect(await verifierOf(make()).outcome(await jwt())).toBe("good");
    expect(asked).toEqual([]);
  });

  it.each(["jwt", "all"] as const)("with tokens: %s it has to be active as well", async (which) => {
    const world = make({ tokens: which, remember: "0s" });
    const { outcome } = verifierOf(world);
    const token = await jwt();
    expect(await outcome(token)).toBe("good");
    expect(asked[0]?.form["token"]).toBe(token);
    state.body = { active: false };
    expect(await outcome(token)).toBe("token_inactive");
    state.status = 500;
    expect(await outcome(token)).toBe("introspection_unavailable");
  });

  it.each(["first", "last"])("is asked about whichever issuer is configured for it, the %s one too", async (place) => {
    const { gateway, clock } = make({ tokens: "all" });
    const other = oidc({ issuer: "https://other.example", audience: AUDIENCE, jwksUri: "https://other.example/keys" });
    const [asking] = gateway.issuers;
    const shop = oidc({
      issuer: ISS,
      audience: AUDIENCE,
      jwksUri: "https://shop.example/keys",
      introspection: asking?.settings.introspection ?? null,
    });
    const issuers = place === "first" ? { shop, other } : { other, shop };
    const { outcome } = verifierOf({ gateway: defineGateway({ issuers, routes: {} }), clock });
    state.body = { active: false };
    expect(await outcome(await jwt())).toBe("token_inactive");
    expect(await outcome(OPAQUE)).toBe("token_inactive");
    expect(asked).toHaveLength(2);
  });

  it("that does not verify here is not sent anywhere", async () => {
    const { outcome } = verifierOf(make({ tokens: "all" }));
    expect(await outcome(await jwt({ aud: "other" }))).toBe("audience_mismatch");
    expect(await outcome(`${(await jwt()).slice(0, -6)}AAAAAA`)).toBe("signature_invalid");
    expect(asked).toEqual([]);
  });
});

describe("the configuration", () => {
  const problems = (options: object, issuer: object = {}) => problemsIn(() => make(options, issuer)).map(({ path }) => path);

  it.each([
    [{ url: "http://shop.example/introspect" }, "url"],
    [{ url: "shop.example" }, "url"],
    [{ clientId: "" }, "clientId"],
    [{ clientSecret: undefined }, "clientSecret"],
    [{ clientAuth: "jwt" }, "clientAuth"],
    [{ tokens: "some" }, "tokens"],
    [{ remember: "30" }, "remember"],
    [{ timeout: "1s" }, "timeout"],
  ])("%j is a mistake", (options, name) => {
    expect(problems(options)).toEqual([`issuers.shop.introspection.${name}`]);
  });

  it("a setting that is inherited counts for nothing", () => {
    const inherited = Object.create({ url: "https://x.example", clientId: "a", clientSecret: "b" }) as Parameters<typeof introspect>[0];
    const options = { issuer: "https://shop.example", audience: "api", introspection: introspect(inherited) };
    const found = problemsIn(() => defineGateway({ issuers: { shop: oidc(options) }, routes: {} }));
    expect(found.map(({ path }) => path)).toEqual(["clientId", "clientSecret", "url"].map((name) => `issuers.shop.introspection.${name}`));
  });

  it("the secret is in no message", () => {
    expect(() => make({ clientAuth: SECRET as "post", url: "ftp://x" })).toThrow(ConfigurationError);
    expect(() => make({ clientAuth: SECRET as "post", url: "ftp://x" })).not.toThrow(/s3cret/);
  });

  it.each([
    [{}, { introspection: { url: "https://x.example" } }, "issuers.shop.introspection"],
    [{}, { tokenUse: "id" }, "issuers.shop.introspection"],
    [{ tokens: "all" }, { tokenUse: "id" }, "issuers.shop.introspection"],
  ])("case %#: not for this issuer", (options, issuer, path) => expect(problems(options, issuer)).toEqual([path]));

  it("JWTs alone may be ID tokens, and of tenants that no answer names", () => {
    expect(problems({ tokens: "jwt" }, { tokenUse: "id" })).toEqual([]);
    expect(problems({ tokens: "jwt" }, { tenants: ["one"], tenantClaim: "tid" })).toEqual([]);
    expect(problems({}, { tenants: ["one"], tenantClaim: "tid" })).toEqual([]);
  });

  it.each(["opaque", "all"] as const)("an organization's %s tokens need a claim to be told apart by, which no answer has", (which) => {
    const { introspection } = make({ tokens: which });
    const shop = auth0({ domain: "example.eu.auth0.com", audience: AUDIENCE, tenants: ["org_1"], introspection });
    expect(problemsIn(() => defineGateway({ issuers: { shop }, routes: {} })).map(({ message }) => message)).toEqual([
      "cannot be compared with an answer of introspection.",
    ]);
  });

  it("takes what `introspect` made, and no likeness of it, whose checks could be others", () => {
    const { introspection } = make({ tokens: "jwt" });
    const likenesses = [
      { ...introspection, tokens: "all" },
      Object.create(introspection),
      { tokens: "opaque", check() {}, open() {}, openAll() {} },
    ];
    for (const likeness of likenesses) expect(problems({}, { introspection: likeness as object })).toEqual(["issuers.shop.introspection"]);
    expect(() => Object.assign(introspection, { tokens: "all" })).toThrow(TypeError);
  });

  it("an opaque token has one issuer to go to", () => {
    const both = (first: OnlineTokens, second: OnlineTokens) => {
      const other = introspect({ url, clientId: "a", clientSecret: "b", tokens: second });
      return problemsIn(() =>
        defineGateway({
          issuers: {
            shop: oidc({ issuer: ISS, audience: AUDIENCE, introspection: make({ tokens: first }).introspection }),
            other: auth0({ domain: "example.eu.auth0.com", audience: AUDIENCE, introspection: other }),
          },
          routes: {},
        }),
      ).map(({ path, message }) => `${path} ${message}`);
    };
    const refused = ["issuers.other.introspection takes opaque tokens, and so does `issuers.shop`."];
    expect(both("opaque", "opaque")).toEqual(refused);
    expect(both("opaque", "all")).toEqual(refused);
    expect(both("all", "opaque")).toEqual(refused);
    expect(both("opaque", "jwt")).toEqual([]);
    expect(both("jwt", "opaque")).toEqual([]);
    expect(both("jwt", "all")).toEqual([]);
  });
});
