import { execFile } from "node:child_process";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE_ENVIRONMENT } from "../../local/environment.ts";
import { build } from "../../scripts/build.ts";
import { startDatabase } from "../functions/database.ts";
import { httpAuthorizerEvent, httpProxyEvent } from "../events/http-api.ts";
import { restRequestEvent, restTokenEvent } from "../events/rest.ts";
import { webSocketAuthorizerEvent, webSocketEvent } from "../events/websocket.ts";
import { serve } from "../keys/kit.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const OUT = ".build/hardened-test";
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
let keyServer: Awaited<ReturnType<typeof serve>>;
let database: Awaited<ReturnType<typeof startDatabase>>;
let bundles: readonly string[];

beforeAll(async () => {
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" };
  keyServer = await serve((_request, response) => void response.end(JSON.stringify({ keys: [jwk] })));
  database = await startDatabase("hardened-orders");
  bundles = (await build({ outdir: OUT, local: { keysUrl: `${keyServer.url}/keys` } })).map(({ name }) => name);
}, 60_000);
afterAll(async () => {
  keyServer.close();
  await database.stop();
  await rm(join(root, OUT), { recursive: true, force: true });
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function customersToken(extra: object = {}): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: `https://cognito-idp.us-east-1.amazonaws.com/${EXAMPLE_ENVIRONMENT["CUSTOMERS_POOL_ID"]}`,
    client_id: EXAMPLE_ENVIRONMENT["CUSTOMERS_WEB_CLIENT_ID"],
    sub: "3f0c9a52-7d1e-4b8a-9c44-0e6f5d2b1a73",
    token_use: "access",
    scope: "orders-api/orders.read",
    username: "example",
    auth_time: now,
    iat: now,
    exp: now + 300,
    ...extra,
  };
  return signed({}, claims);
}

function signed(header: object, claims: object): string {
  const text = `${part({ alg: "RS256", kid: "k1", ...header })}.${part(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
}

interface Hardened {
  readonly answers: readonly { readonly answer: Record<string, unknown>; readonly guarded: { readonly statusCode: number } | null }[];
  readonly globals: readonly string[];
}

/** Asks the bundles, one after the other, in one process that may not make code from strings and whose prototypes are frozen. */
function hardened(cases: readonly object[]): Promise<Hardened> {
  const flags = ["--disallow-code-generation-from-strings", "--disable-proto=throw", "--unhandled-rejections=strict"];
  const script = fileURLToPath(new URL("hardened-process.mjs", import.meta.url));
  return new Promise((resolve, reject) => {
    // Nothing that a function asks may leave this machine.
    const env = {
      ...process.env,
      ...EXAMPLE_ENVIRONMENT,
      ...database.environment,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: keyServer.url,
    };
    execFile(
      process.execPath,
      [...flags, script, join(root, OUT), JSON.stringify({ cases })],
      { env, encoding: "utf8" },
      (error, stdout, stderr) =>
        error === null && stderr === "" ? resolve(JSON.parse(stdout) as Hardened) : reject(new Error(stderr.slice(-300))),
    );
  });
}

/** What the AWS SDK and, by way of it, Node's own fetch leave behind. */
const NOT_OURS = ["awslambda", "Symbol(undici.globalDispatcher.1)", "Symbol(undici.globalDispatcher.2)"];

describe("bundles in a process with frozen prototypes, without eval and __proto__", () => {
  const line = { method: "GET", path: "/orders", routeKey: "GET /orders", resource: "/orders" };
  const bearing = (token: string) => ({ ...line, headers: [["authorization", `Bearer ${token}`]] as [string, string][] });

  /** Each authorizer's event for one request. */
  const events: Record<string, (token: string) => object> = {
    http: (token) => httpAuthorizerEvent(bearing(token)),
    "rest-request": (token) => restRequestEvent({ ...bearing(token), stage: "prod" }),
    "rest-token": (token) => restTokenEvent(line, `Bearer ${token}`),
    websocket: (token) => webSocketAuthorizerEvent({ routeKey: "$connect", headers: [["Authorization", `Bearer ${token}`]] }),
  };

  it.each(Object.keys(events))("%s lets a good token through and refuses an expired and a polluting one", async (authorizer) => {
    const eventOf = events[authorizer] as (token: string) => object;
    const tokens = [
      customersToken(),
      customersToken({ exp: 1 }),
      customersToken().replace(/^[^.]+/, part({ alg: "RS256", kid: "__proto__" })),
    ];
    const { answers, globals } = await hardened(tokens.map((token) => ({ authorizer, event: eventOf(token) })));
    expect(JSON.stringify(answers[0])).toMatch(/"isAuthorized":true|"Effect":"Allow"/);
    expect(JSON.stringify(answers.slice(1))).not.toMatch(/"isAuthorized":true|"Effect":"Allow"/);
    for (const { answer } of answers.slice(1)) expect(answer).toEqual({ thrown: "Unauthorized" });
    expect(globals.filter((name) => !NOT_OURS.includes(name))).toEqual([]);
  });

  /** Each function behind an authorizer that lets its caller in: what it is asked, and what it answers. */
  const functions: Record<string, readonly [route: string, status: number, request?: { body?: string; id?: string }]> = {
    me: ["GET /me", 200],
    "orders-list": ["GET /orders", 200],
    "orders-get": ["GET /orders/{id}", 404, { id: "0".repeat(32) }],
    "orders-create": ["POST /orders", 201, { body: JSON.stringify({ sku: "TEA-100", quantity: 2 }) }],
    "session-sign-out": ["POST /session/sign-out", 200],
    "session-sign-out-everywhere": ["POST /session/sign-out-everywhere", 200],
  };
  /** Somebody new each time: some of them are signed out everywhere. */
  const buyer = (extra: object = {}) =>
    customersToken({
      scope: "orders-api/orders.read orders-api/orders.write",
      "cognito:groups": ["buyers"],
      sub: randomUUID(),
      jti: randomUUID(),
      ...extra,
    });

  it.each(Object.keys(functions))("%s answers what its principal asked for, and 401 without one", async (name) => {
    const [routeKey, status, { body = null, id } = {}] = functions[name] ?? ["", 0];
    const [method = "", resource = ""] = routeKey.split(" ");
    const path = resource.replace("{id}", id ?? "");
    const request = { method, path, routeKey, resource, body, pathParameters: id === undefined ? null : { id } };
    const event = (token: string) => httpAuthorizerEvent({ ...bearing(token), ...request });
    const guarded = { name, event: httpProxyEvent(request) };
    const { answers, globals } = await hardened(
      [buyer(), buyer({ exp: 1 })].map((token) => ({ authorizer: "http", event: event(token), guarded })),
    );
    expect(answers.map((answer) => answer.guarded?.statusCode)).toEqual([status, 401]);
    expect(globals.filter((each) => !NOT_OURS.includes(each))).toEqual([]);
  });

  const messages: Record<string, string> = { "websocket-connect": "$connect", "websocket-message": "$default" };

  it.each(Object.keys(messages))("%s answers whom the connection was opened for, and 401 without one", async (name) => {
    const guarded = { name, event: webSocketEvent({ routeKey: messages[name] as string, body: "hello" }) };
    const event = (token: string) => webSocketAuthorizerEvent({ headers: [["Authorization", `Bearer ${token}`]] });
    const tokens = [customersToken(), customersToken({ exp: 1 })];
    const { answers } = await hardened(tokens.map((token) => ({ authorizer: "websocket", event: event(token), guarded })));
    expect(answers.map((answer) => answer.guarded?.statusCode)).toEqual([200, 401]);
  });

  /** A provider's word that a session is over. */
  function logoutEvent(): object {
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: `https://${EXAMPLE_ENVIRONMENT["SHOPS_DOMAIN"]}/`,
      aud: EXAMPLE_ENVIRONMENT["SHOPS_CLIENT_ID"],
      sub: randomUUID(),
      jti: randomUUID(),
      iat: now,
      exp: now + 120,
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    };
    const path = "/session/backchannel-logout";
    const body = new URLSearchParams({ logout_token: signed({ typ: "logout+jwt" }, claims) }).toString();
    const headers = [["content-type", "application/x-www-form-urlencoded"]] as const;
    return httpProxyEvent({ method: "POST", path, routeKey: `POST ${path}`, headers, body });
  }

  /** What nobody has to be let in for, or brings its own proof: what it is asked, what it answers, and what to an empty event. */
  const open: Record<string, readonly [event: () => object, good: object, bad: object]> = {
    health: [() => httpProxyEvent({ method: "GET", path: "/health", routeKey: "GET /health" }), { statusCode: 200 }, { statusCode: 200 }],
    "session-backchannel-logout": [logoutEvent, { statusCode: 200 }, { statusCode: 400 }],
    "session-user-events": [
      () => ({ revoke: { issuer: "customers", kind: "subject", value: randomUUID(), by: "example", why: "example" } }),
      { revoked: true },
      { thrown: "The event is neither a call that CloudTrail saw nor an operator's order." },
    ],
  };

  it.each(Object.keys(open))("%s does what it is asked to, and nothing with an empty event", async (name) => {
    const [event, good, bad] = open[name] as (typeof open)[string];
    const { answers } = await hardened([event(), {}].map((each) => ({ authorizer: name, event: each })));
    expect(answers.map(({ answer }) => answer)).toMatchObject([good, bad]);
  });

  it("are all of the bundles that there are", () => {
    expect([events, functions, messages, open].flatMap((table) => Object.keys(table)).toSorted()).toEqual(bundles.toSorted());
  });
});
