import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ConfigurationError, defineGateway, entraId } from "../../src/index.ts";
import type { Proof } from "../../src/principal/proof.ts";
import { backchannelLogout, type BackchannelLogoutOptions, type LogoutIssuer } from "../../src/sessions/backchannel-logout.ts";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import { clock as samples, createSample, gateway, NOW_SECONDS, type Sample } from "../authorize/sample.ts";
import { isRevokedIn, makeClock, proofOf, startTable, TABLE, watched } from "./kit.ts";
import { spyOnStdout } from "../observe/stdout.ts";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const CLIENT = "shop-web";

let database: Awaited<ReturnType<typeof startTable>>;
let sample: Sample;
const lines: string[] = [];
beforeAll(async () => {
  database = await startTable();
  sample = await createSample();
});
afterAll(async () => database.stop());
beforeEach(() => void spyOnStdout((line) => void lines.push(line)));
afterEach(() => {
  vi.restoreAllMocks();
  lines.length = 0;
});

function make({ ends = "session", ...options }: Partial<LogoutIssuer & BackchannelLogoutOptions> = {}) {
  const clock = makeClock(samples());
  const client = watched(database.client);
  const revocations = revocationTable({ table: TABLE, onUnavailable: "deny", remember: "0s", client });
  const issuers = { shop: { clientIds: [CLIENT], ends } };
  const handler = backchannelLogout(gateway, { revocations, clock, jwks: sample.jwks, issuers, ...options });
  const isRevoked = async (proof: Proof) => isRevokedIn(revocations, clock, proof);
  return { handler, clock, client, isRevoked };
}

/** A good logout token for a session of somebody, with changes. */
const logoutToken = (claims: object = {}, header: object = { typ: "logout+jwt" }, issuer = "shop") =>
  sample.sign(issuer, {
    header: { ...header },
    claims: {
      aud: CLIENT,
      jti: randomUUID(),
      events: { [EVENT]: {} },
      sub: randomUUID(),
      sid: randomUUID(),
      exp: NOW_SECONDS + 120,
      ...claims,
    },
  });

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const post = (body: string, changes: object = {}) => ({ headers: FORM, body, isBase64Encoded: false, ...changes });
const form = (token: string) => post(new URLSearchParams({ logout_token: token }).toString());

describe("back-channel logout", () => {
  it("ends the session it names, for every token of it, and answers 200 that nobody may keep", async () => {
    const world = make();
    const [sid, sub] = [randomUUID(), randomUUID()];
    const answer = await world.handler(form(await logoutToken({ sid, sub })));
    expect(answer).toEqual({ statusCode: 200, headers: { "cache-control": "no-store" }, body: "" });
    expect(await world.isRevoked(proofOf(sub, { session: sid, issuedAt: NOW_SECONDS + 10 }))).toBe(true);
    expect(await world.isRevoked(proofOf(sub, { session: "other" }))).toBe(false);
  });

  it("without a session it ends what was issued to the subject until then", async () => {
    const world = make();
    const sub = randomUUID();
    await world.handler(form(await logoutToken({ sid: undefined, sub, iat: NOW_SECONDS - 5 })));
    expect(await world.isRevoked(proofOf(sub, { issuedAt: NOW_SECONDS - 5 }))).toBe(true);
    expect(await world.isRevoked(proofOf(sub, { issuedAt: NOW_SECONDS - 4 }))).toBe(false);
  });

  it("set to end by subject, it ends both: where access tokens carry no session, the session alone would end nothing", async () => {
    const world = make({ ends: "subject" });
    const [sid, sub] = [randomUUID(), randomUUID()];
    await world.handler(form(await logoutToken({ sid, sub })));
    expect(await world.isRevoked(proofOf(sub, { session: null }))).toBe(true);
    expect(await world.isRevoked(proofOf("other", { session: sid }))).toBe(true);
  });

  it.each([{ typ: "logout+jwt" }, { typ: "application/logout+jwt" }, { typ: "JWT" }, {}])("takes the header %j", async (header) => {
    expect(await make().handler(form(await logoutToken({}, header)))).toMatchObject({ statusCode: 200 });
  });

  it("takes a token without exp, a list of audiences, and the body as HTTP APIs send it", async () => {
    const token = await logoutToken({ exp: undefined, aud: ["other", CLIENT] });
    const body = Buffer.from(form(token).body).toString("base64");
    const headers = { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" };
    expect(await make().handler(post(body, { headers, isBase64Encoded: true }))).toMatchObject({ statusCode: 200 });
  });
});

describe("refused with a 400, and nothing is written", () => {
  const TOKENS: Record<string, () => Promise<string>> = {
    "an access token's type": () => logoutToken({}, { typ: "at+jwt" }),
    "no event": () => logoutToken({ events: undefined }),
    "another event": () => logoutToken({ events: { "http://schemas.openid.net/event/other": {} } }),
    "an event that is no object": () => logoutToken({ events: { [EVENT]: true } }),
    "a list of events": () => logoutToken({ events: [EVENT] }),
    "a nonce: this is an ID token": () => logoutToken({ nonce: "n" }),
    "another audience": () => logoutToken({ aud: "other-client" }),
    "no audience": () => logoutToken({ aud: undefined }),
    "no iat": () => logoutToken({ iat: undefined }),
    "an iat in the future": () => logoutToken({ iat: NOW_SECONDS + 3_600 }),
    "an iat long ago": () => logoutToken({ iat: NOW_SECONDS - 3_600 }),
    "an exp in the past": () => logoutToken({ exp: NOW_SECONDS - 3_600 }),
    "an exp that is text": () => logoutToken({ exp: "soon" }),
    "no jti": () => logoutToken({ jti: undefined }),
    "neither session nor subject": () => logoutToken({ sid: undefined, sub: undefined }),
    "a session that is a number": () => logoutToken({ sid: 7 }),
    "an empty session": () => logoutToken({ sid: "" }),
    "an issuer that may not end sessions here": () => logoutToken({}, {}, "pool"),
    "an issuer that nobody knows": () => logoutToken({ iss: "https://unknown.example" }),
    "another issuer's key": () => logoutToken({ iss: "https://shop.example" }, { kid: "test-shop" }, "pool"),
    "a broken signature": async () => `${(await logoutToken()).slice(0, -8)}AAAAAAAA`,
    "no signature": async () => `${(await logoutToken()).split(".").slice(0, 2).join(".")}.`,
    "an opaque token": async () => "opaque",
  };

  it.each(Object.entries(TOKENS))("%s", async (_what, token) => {
    const { handler, client } = make();
    const answer = await handler(form(await token()));
    expect(answer).toMatchObject({ statusCode: 400, headers: { "cache-control": "no-store" }, body: '{"error":"invalid_request"}' });
    expect(client.sent).toEqual([]);
  });

  it("an ordinary access token of the issuer", async () => {
    const { handler, client } = make();
    expect(await handler(form(await sample.good()))).toMatchObject({ statusCode: 400 });
    expect(client.sent).toEqual([]);
  });

  it.each([
    ["no body", async () => post("", { body: null })],
    ["no token in the form", async () => post("other=1")],
    ["two tokens", async () => post(`logout_token=${await logoutToken()}&logout_token=${await logoutToken()}`)],
    [
      "no form",
      async () => post(JSON.stringify({ logout_token: await logoutToken() }), { headers: { "content-type": "application/json" } }),
    ],
    ["no type", async () => post(form(await logoutToken()).body, { headers: {} })],
    ["a very long body", async () => post(`logout_token=${await logoutToken()}&x=${"x".repeat(20_000)}`)],
    ["nothing at all", async () => null],
  ])("%s", async (_what, event) => {
    const { handler, client } = make();
    expect(await handler(await event())).toMatchObject({ statusCode: 400 });
    expect(client.sent).toEqual([]);
  });
});

describe("an issuer that is many", () => {
  const entra = defineGateway({
    issuers: {
      staff: entraId({ tenants: ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"], audience: "api" }),
    },
    routes: { "GET /x": "authenticated" },
  });
  const revocations = revocationTable({ table: TABLE, onUnavailable: "deny" });

  it("ends no sessions: whose tenant a logout token is of would have to be checked as for access tokens", () => {
    const start = () => backchannelLogout(entra, { revocations, issuers: { staff: { clientIds: ["web"], ends: "subject" } } });
    expect(start).toThrow(ConfigurationError);
    expect(start).toThrow("issuers.staff: ");
  });

  it("a key that says it is another issuer's signs no logout token", async () => {
    const keys = { keys: (sample.jwks["shop"]?.keys ?? []).map((key) => ({ ...(key as object), issuer: "https://elsewhere.example" })) };
    const { handler, client } = make({ jwks: { ...sample.jwks, shop: keys } });
    expect(await handler(form(await logoutToken()))).toMatchObject({ statusCode: 400 });
    expect(lines.at(-1)).toContain("key_issuer_mismatch");
    expect(client.sent).toEqual([]);
  });
});

describe("a logout token works once", () => {
  it("the second use is refused, and changes nothing", async () => {
    const world = make();
    const token = await logoutToken();
    expect(await world.handler(form(token))).toMatchObject({ statusCode: 200 });
    const before = world.client.sent.length;
    expect(await world.handler(form(token))).toMatchObject({ statusCode: 400 });
    expect(world.client.sent.slice(before)).toEqual(["GetCommand"]);
    expect(lines.at(-1)).toContain("logout_token_replayed");
  });

  it("of two uses at the same time one is refused", async () => {
    const token = await logoutToken();
    const answers = await Promise.all([make(), make()].map(({ handler }) => handler(form(token))));
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 400]);
  });

  it("one that found the table down can be sent again", async () => {
    const world = make();
    const sid = randomUUID();
    const token = await logoutToken({ sid });
    world.client.down = true;
    expect(await world.handler(form(token))).toMatchObject({ statusCode: 503, headers: { "cache-control": "no-store" } });
    world.client.down = false;
    expect(await world.handler(form(token))).toMatchObject({ statusCode: 200 });
    expect(await world.isRevoked(proofOf("anybody", { session: sid }))).toBe(true);
  });

  it("the same id from another issuer is another token", async () => {
    const issuers = { shop: { clientIds: [CLIENT], ends: "session" }, pool: { clientIds: [CLIENT], ends: "session" } } as const;
    const { handler } = make({ issuers });
    const jti = randomUUID();
    expect(await handler(form(await logoutToken({ jti })))).toMatchObject({ statusCode: 200 });
    expect(await handler(form(await logoutToken({ jti }, {}, "pool")))).toMatchObject({ statusCode: 200 });
  });

  it("is remembered for as long as it could be used: when it is forgotten, it is too old", async () => {
    const world = make();
    const token = await logoutToken({ exp: undefined });
    await world.handler(form(token));
    world.clock.forward(360_000);
    const before = world.client.sent.length;
    expect(await world.handler(form(token))).toMatchObject({ statusCode: 400 });
    expect(world.client.sent).toHaveLength(before);
  });
});

it("keys that cannot be fetched are a 503: the provider sends the token again", async () => {
  const { handler } = make({ jwks: {} });
  expect(await handler(form(await logoutToken()))).toMatchObject({ statusCode: 503 });
});

it("no token, session or subject is in a line or an answer; who and why is in the audit line", async () => {
  const world = make();
  const token = await logoutToken({ sid: "session-in-clear", sub: "subject-in-clear" });
  const answers = [await world.handler(form(token)), await world.handler(form(token)), await world.handler(form("secret.token.x"))];
  expect(JSON.stringify([answers, lines])).not.toMatch(/in-clear|secret|eyJ/);
  expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
    expect.objectContaining({ audit: true, message: "Revoked", issuer: "shop", by: "issuer shop", why: "back-channel logout" }),
  );
});

it.each([
  [{}, "issuers"],
  [{ shopp: { clientIds: [CLIENT], ends: "session" } }, "issuers.shopp"],
  [{ shop: { clientIds: [], ends: "session" } }, "issuers.shop.clientIds"],
  [{ shop: { clientIds: [CLIENT] } }, "issuers.shop.ends"],
])("refuses to start with %j", (issuers, path) => {
  const start = () => make({ issuers: issuers as BackchannelLogoutOptions["issuers"] });
  expect(start).toThrow(ConfigurationError);
  expect(start).toThrow(`${path}: `);
});
