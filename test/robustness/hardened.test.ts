import { execFile } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE_ENVIRONMENT } from "../../local/environment.ts";
import { build } from "../../scripts/build.ts";
import { startDatabase } from "../functions/database.ts";
import { httpAuthorizerEvent, httpProxyEvent } from "../events/http-api.ts";
import { restRequestEvent, restTokenEvent } from "../events/rest.ts";
import { webSocketAuthorizerEvent } from "../events/websocket.ts";
import { serve } from "../keys/kit.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const OUT = ".build/hardened-test";
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
let keyServer: Awaited<ReturnType<typeof serve>>;
let database: Awaited<ReturnType<typeof startDatabase>>;

beforeAll(async () => {
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" };
  keyServer = await serve((_request, response) => void response.end(JSON.stringify({ keys: [jwk] })));
  database = await startDatabase("hardened-orders");
  await build({ outdir: OUT, local: { keysUrl: `${keyServer.url}/keys` } });
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
  const signed = `${part({ alg: "RS256", kid: "k1" })}.${part(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
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
    const env = { ...process.env, ...EXAMPLE_ENVIRONMENT, ...database.environment };
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

  it("a guarded function answers what its principal asked for, and 401 without one", async () => {
    const me = { method: "GET", path: "/me", routeKey: "GET /me" };
    const guarded = { name: "me", event: httpProxyEvent(me) };
    const event = httpAuthorizerEvent({ ...bearing(customersToken()), ...me });
    const refused = httpAuthorizerEvent({ ...bearing(customersToken({ exp: 1 })), ...me });
    const { answers } = await hardened([event, refused].map((each) => ({ authorizer: "http", event: each, guarded })));
    expect(answers.map((answer) => answer.guarded?.statusCode)).toEqual([200, 401]);
  });
});
