import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { backchannelLogout, type BackchannelLogoutOptions, type LogoutIssuer } from "../../src/sessions/backchannel-logout.ts";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import { clock, createSample, gateway, NOW_SECONDS, type Sample } from "../authorize/sample.ts";
import { TABLE } from "./kit.ts";
import { spyOnStdout } from "../observe/stdout.ts";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
/** What the issuers of the sample allow clocks to differ by, and how old a logout token may be: seconds. */
const [SKEW, AGE] = [60, 300];

let sample: Sample;
const lines: string[] = [];
beforeAll(async () => void (sample = await createSample()));
beforeEach(() => void spyOnStdout((line) => void lines.push(line)));
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  lines.length = 0;
});

/** The function before a table that answers as it is told, and what was sent to it. */
function make(answer: (name: string) => unknown = () => ({}), options: Partial<BackchannelLogoutOptions & LogoutIssuer> = {}) {
  const sent: [name: string, input: Readonly<Record<string, unknown>>][] = [];
  const send = async (command: object) => {
    sent.push([command.constructor.name, (command as { readonly input: Record<string, unknown> }).input]);
    return answer(command.constructor.name);
  };
  const revocations = revocationTable({ table: TABLE, onUnavailable: "deny", client: { send } });
  const { ends = "session", ...rest } = options;
  const issuers = { shop: { clientIds: ["shop-web"], ends } };
  const handler = backchannelLogout(gateway, { revocations, clock, jwks: sample.jwks, issuers, audit: () => {}, ...rest });
  return { handler, sent };
}

const sign = async (changes: object = {}) => {
  const claims = { aud: "shop-web", jti: "t1", events: { [EVENT]: {} }, sub: "una", sid: "s1", iat: NOW_SECONDS, ...changes };
  return sample.sign("shop", { claims, header: { typ: "logout+jwt" } });
};
const TYPE = "application/x-www-form-urlencoded";
const post = (body: unknown, type: unknown = TYPE, more: object = {}) => ({ headers: { "content-type": type }, body, ...more });
const statusOf = async (event: unknown) => (await make().handler(event)).statusCode;
const form = async (changes: object = {}) => post(`logout_token=${await sign(changes)}`);

describe("the times of a logout token", () => {
  it.each([
    ["as old as it may be, clocks considered", { iat: NOW_SECONDS - AGE - SKEW + 1, exp: undefined }, 200],
    ["a second older", { iat: NOW_SECONDS - AGE - SKEW, exp: undefined }, 400],
    ["from as far ahead as clocks may differ", { iat: NOW_SECONDS + SKEW }, 200],
    ["from a second further", { iat: NOW_SECONDS + SKEW + 1 }, 400],
    ["that ended, clocks considered just not", { exp: NOW_SECONDS - SKEW + 1 }, 200],
    ["that ended", { exp: NOW_SECONDS - SKEW }, 400],
    ["that begins, clocks considered, now", { nbf: NOW_SECONDS + SKEW }, 200],
    ["that begins later", { nbf: NOW_SECONDS + SKEW + 1 }, 400],
  ])("one %s", async (_what, changes, status) => expect(await statusOf(await form(changes))).toBe(status));

  it.each([
    [{ iat: NOW_SECONDS - AGE - SKEW, exp: undefined }, "token_expired"],
    [{ nbf: NOW_SECONDS + SKEW + 1 }, "token_not_yet_valid"],
    [{ iat: undefined }, "claim_missing"],
    [{ sid: undefined, sub: undefined }, "claim_missing"],
    [{ sub: undefined }, "claim_missing", { ends: "subject" }],
    [{ events: undefined }, "token_use_mismatch"],
  ] as const)("%j is refused by its own name, %s", async (changes, code, options: Partial<LogoutIssuer> = {}) => {
    const { handler, sent } = make(undefined, options);
    expect(await handler(await form(changes))).toMatchObject({ statusCode: 400 });
    expect(sent).toEqual([]);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ level: "WARN", message: "Logout token refused", service: "sallyport", code });
  });

  it("set for how long it is remembered: until it is too old whatever the clocks", async () => {
    const { handler, sent } = make();
    await handler(await form({ iat: NOW_SECONDS - 7 }));
    const [, put = {}] = sent.find(([name]) => name === "PutCommand") ?? [];
    expect(put).toMatchObject({ TableName: TABLE, ConditionExpression: "attribute_not_exists(target) OR useId = :useId" });
    const { target, removeAt } = put["Item"] as { target: string; removeAt: number };
    expect(removeAt).toBe(NOW_SECONDS - 7 + AGE + SKEW + 1);
    expect(target).toMatch(/^shop#logout#[\w-]{43}$/);
    const [, get] = sent.find(([name]) => name === "GetCommand") ?? [];
    expect(get).toEqual({ TableName: TABLE, Key: { target }, ConsistentRead: true });
  });
});

describe("the form", () => {
  it.each([TYPE, `${TYPE};charset=utf-8`, `${TYPE} ; charset=utf-8`, TYPE.toUpperCase()])("may be called %s", async (type) => {
    expect(await statusOf(post(`logout_token=${await sign()}`, type))).toBe(200);
  });

  it.each([`${TYPE}x`, `x${TYPE}`, `text/plain, ${TYPE}`, [TYPE], null])("may not be called %j", async (type) => {
    expect(await statusOf(post(`logout_token=${await sign()}`, type))).toBe(400);
  });

  it("is known by its own header, whatever stands before that", async () => {
    const headers = { accept: "text/plain", "Content-Type": TYPE };
    expect(await statusOf({ headers, body: `logout_token=${await sign()}` })).toBe(200);
  });

  it("may have 16384 characters and not one more", async () => {
    const start = `logout_token=${await sign()}&x=`;
    expect(await statusOf(post(start.padEnd(16_384, "x")))).toBe(200);
    expect(await statusOf(post(start.padEnd(16_385, "x")))).toBe(400);
  });

  it("is read from Base64 where the event says so, and only there", async () => {
    const body = Buffer.from(`logout_token=${await sign()}`).toString("base64");
    expect(await statusOf(post(body, TYPE, { isBase64Encoded: true }))).toBe(200);
    expect(await statusOf(post(body, TYPE, { isBase64Encoded: "true" }))).toBe(400);
  });

  it.each([
    ["no token", "other=1", "credential_missing"],
    ["an empty token", "logout_token=", "credential_missing"],
    ["two tokens", "logout_token=a&logout_token=b", "credential_missing"],
    ["no text", 7, "credential_malformed"],
  ])("with %s is refused by name", async (_what, body, code) => {
    expect(await statusOf(post(body))).toBe(400);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ code });
  });

  it.each([undefined, null, {}, { headers: null, body: "logout_token=a" }])("is missing in %j", async (event) => {
    expect(await statusOf(event)).toBe(400);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ code: "credential_malformed" });
  });
});

describe("the answer and the line", () => {
  const JSON_TYPE = { "cache-control": "no-store", "content-type": "application/json" };

  it("of a logout that cannot be written: a 503 that says it may be tried again", async () => {
    const { handler } = make(() => Promise.reject(new Error("down")));
    expect(await handler(await form())).toEqual({ statusCode: 503, headers: JSON_TYPE, body: '{"error":"temporarily_unavailable"}' });
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ level: "ERROR", message: "Logout failed", code: "revocations_unavailable" });
  });

  it("of a token that cannot be recorded as used: the same, although the revocation was written", async () => {
    const { handler, sent } = make((name) => (name === "PutCommand" ? Promise.reject(new Error("down")) : {}));
    expect(await handler(await form())).toMatchObject({ statusCode: 503 });
    expect(sent.map(([name]) => name)).toEqual(["GetCommand", "UpdateCommand", "PutCommand"]);
  });

  it.each(["GetCommand", "UpdateCommand", "PutCommand"])("of a table that hangs at a %s: a 503, after two seconds", async (hangs) => {
    const { handler } = make((name) => (name === hangs ? new Promise(() => {}) : {}));
    const event = await form();
    vi.useFakeTimers();
    const answering = handler(event);
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await answering).toMatchObject({ statusCode: 503 });
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ level: "ERROR", code: "revocations_unavailable" });
  });

  it("of a token used before: a 400, and a line that is no failure", async () => {
    const { handler } = make((name) => (name === "GetCommand" ? { Item: {} } : {}));
    expect(await handler(await form())).toEqual({ statusCode: 400, headers: JSON_TYPE, body: '{"error":"invalid_request"}' });
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ level: "WARN", message: "Logout token refused", code: "logout_token_replayed" });
  });
});

it.each([
  ["session", {}, ["session"]],
  ["session", { sid: undefined }, ["subject"]],
  ["session", { sub: undefined }, ["session"]],
  ["subject", {}, ["session", "subject"]],
  ["subject", { sid: undefined }, ["subject"]],
] as const)("where a logout is to end the %s, a token with %j ends %j", async (ends, changes, expected) => {
  const { handler, sent } = make(undefined, { ends });
  await handler(await form(changes));
  const values = sent.filter(([name]) => name === "UpdateCommand").map(([, input]) => input["ExpressionAttributeValues"]);
  expect(values.map((value) => (value as Record<string, unknown>)[":kind"])).toEqual(expected);
});

it("a key that says whose it is signs that one's logout tokens", async () => {
  const keys = (sample.jwks["shop"]?.keys ?? []).map((key) => ({ ...(key as object), issuer: "https://shop.example" }));
  expect(await make(undefined, { jwks: { shop: { keys } } }).handler(await form())).toMatchObject({ statusCode: 200 });
});
