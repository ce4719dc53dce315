import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { stop as stopBundler } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { EXAMPLE_ENVIRONMENT, REVOCATIONS_TABLE } from "../../local/environment.ts";
import { identityProvider } from "../../local/identity-provider/server.ts";
import { listen } from "../../local/listen.ts";
import { build } from "../../scripts/build.ts";
import type { ReasonCode } from "../../src/errors.ts";
import type { Gateway } from "../../src/gateway.ts";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import { createRevoker, type Revoker } from "../../src/sessions/revoker.ts";
import type { Pairs } from "../events/incoming.ts";
import { startDatabase } from "../functions/database.ts";
import type { TestGateway, TestResponse } from "../gateway/types.ts";
import { freePorts } from "../local/free-ports.ts";
import { bearer } from "./apis.ts";
import { deploy, environmentOf, readService, root, type Service } from "./example-service.ts";
import { spyOnStdout } from "../observe/stdout.ts";

let rest: TestGateway;
let websocket: TestGateway;
let webSocketService: Service;
let idp = "";
let revoker: Revoker;
const stops: (() => Promise<unknown>)[] = [];
const logged: string[] = [];

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  idp = `http://127.0.0.1:${port}`;
  const bundles = `dist/test-examples-${port}`;
  stops.push(() => rm(join(root, bundles), { recursive: true, force: true }), stopBundler);
  setEnvironment(EXAMPLE_ENVIRONMENT);
  const { default: gateway } = (await import("../../gateway.config.ts")) as { readonly default: Gateway };
  const { server } = await identityProvider(gateway, port, "http://localhost:3000");
  stops.push((await listen(server, port)).stop);

  const [restService, ...others] = await Promise.all([
    readService("examples/rest", bundles),
    readService("examples/websocket", bundles),
    build({ outdir: bundles, local: { keysUrl: `${idp}/keys` } }),
  ]);
  [webSocketService] = others;
  const database = await startDatabase(String(restService.resources.Resources["OrdersTable"]?.Properties["TableName"]));
  stops.push(database.stop);
  setEnvironment({ ...database.environment, ...environmentOf(restService), ...environmentOf(webSocketService) });
  const table = { table: REVOCATIONS_TABLE, onUnavailable: "deny", client: DynamoDBDocumentClient.from(database.client) } as const;
  revoker = createRevoker(revocationTable(table), { audit: () => {} });
  spyOnStdout((line) => void logged.push(line));
  rest = await deploy(restService, "rest");
  websocket = await deploy(webSocketService, "websocket");
});
afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const stop of stops.toReversed()) await stop();
});

function setEnvironment(values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
}

/** One token of the running identity provider. */
async function tokenOf(as: string, variant = "valid"): Promise<string> {
  const response = await fetch(`${idp}/mint`, { method: "POST", body: JSON.stringify({ as, variant }) });
  const { token } = (await response.json()) as { readonly token?: string };
  if (token === undefined) throw new Error(`The identity provider made no ${variant} token for ${as}.`);
  return token;
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { sub: string; exp: number; jti: string };

const get = (path: string, headers: Pairs): Promise<TestResponse> => rest.request({ path, headers });
const order = (headers: Pairs): Promise<TestResponse> =>
  rest.request({ method: "POST", path: "/orders", headers, body: JSON.stringify({ sku: "TEA-250", quantity: 2 }) });
const authorizerCalls = ({ invocations }: TestGateway) => invocations.filter(({ kind }) => kind === "authorizer").length;

/** A handshake and then one message; a refused handshake is the answer. */
async function converse(headers: Pairs): Promise<TestResponse> {
  const answer = await websocket.connect({ headers });
  return answer.connectionId === null ? answer : websocket.send(answer.connectionId, "hello");
}

/** Every guarded way in: one for each authorizer. */
const WAYS = [
  { way: "REST, TOKEN authorizer", ok: 200, call: (headers: Pairs) => get("/orders", headers) },
  { way: "REST, REQUEST authorizer", ok: 201, call: order },
  { way: "WebSocket", ok: 200, call: converse },
] as const;

/** Who comes, what is answered, and the one reason that is logged; null where the caller gets in, or no authorizer is asked. */
const CALLERS = [
  { who: "alice", as: "alice", variant: "valid", status: null, code: null },
  { who: "nobody", as: null, variant: "valid", status: 401, code: null },
  { who: "bob, who lacks the scope", as: "bob", variant: "valid", status: 403, code: "rule_denied" },
  { who: "an expired token", as: "alice", variant: "expired", status: 401, code: "token_expired" },
  { who: "a tampered token", as: "alice", variant: "tampered", status: 401, code: "signature_invalid" },
  { who: "an unsigned token", as: "alice", variant: "unsigned", status: 401, code: "token_malformed" },
  { who: "a token for another API", as: "alice", variant: "wrong-audience", status: 401, code: "client_not_allowed" },
  { who: "another issuer's key under the same key id", as: "alice", variant: "other-key", status: 401, code: "signature_invalid" },
] as const satisfies readonly { readonly code: ReasonCode | null; readonly [column: string]: unknown }[];

describe.each(WAYS)("the examples: $way", ({ ok, call }) => {
  it.each(CALLERS)("$who", async ({ as, variant, status, code }) => {
    const before = logged.length;
    const answer = await call(as === null ? [] : bearer(await tokenOf(as, variant)));
    expect(answer.status).toBe(status ?? ok);
    const codes = logged.slice(before).map((line) => (JSON.parse(line) as { readonly code: unknown }).code);
    expect(codes).toEqual(code === null ? [] : [code]);
  });
});

it.each(WAYS)("the examples: $way: refuses a token that was revoked in the table of all services", async ({ call }) => {
  const token = await tokenOf("alice");
  const { jti } = claimsOf(token);
  await revoker.revoke({ issuer: "customers", kind: "token", value: jti }, { by: "test", why: "test" });
  const answer = await call(bearer(token));
  expect(answer.status).toBe(401);
  expect(JSON.parse(logged.at(-1) ?? "")).toMatchObject({ code: "revoked" });
});

describe("the REST example", () => {
  it("answers the public route without a token and without an authorizer", async () => {
    const before = authorizerCalls(rest);
    expect((await get("/health", [])).status).toBe(200);
    expect(authorizerCalls(rest)).toBe(before);
  });

  it("keeps everybody's orders apart", async () => {
    const [alice, noor, saskia] = await Promise.all(["alice", "noor", "saskia"].map(async (name) => bearer(await tokenOf(name))));
    const { id } = JSON.parse((await order(alice ?? [])).body) as { readonly id: string };
    for (const [headers, status] of [
      [alice, 200],
      [noor, 404],
      [saskia, 404],
    ] as const) {
      const list = await get("/orders", headers ?? []);
      expect(list.status).toBe(200);
      expect(list.body.includes(id)).toBe(status === 200);
      expect((await get(`/orders/${id}`, headers ?? [])).status).toBe(status);
    }
  });

  it("asks its authorizer once for a token, and gives each route its own answer", async () => {
    const bob = bearer(await tokenOf("bob"));
    const before = authorizerCalls(rest);
    expect((await get("/me", bob)).status).toBe(200);
    expect((await get("/orders", bob)).status).toBe(403);
    expect(authorizerCalls(rest)).toBe(before + 1);
  });

  it.each([
    [401, "Bearer"],
    [403, 'Bearer error="insufficient_scope"'],
  ])("refuses with a %i that its web page can read, challenge and all", async (status, challenge) => {
    const { headers, body } = await get("/orders", status === 401 ? [] : bearer(await tokenOf("bob")));
    expect(JSON.parse(body)).toMatchObject({ type: "about:blank", status, correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(headers).toMatchObject({
      "content-type": "application/problem+json",
      "access-control-allow-origin": "https://app.example",
      "access-control-expose-headers": "WWW-Authenticate",
      "www-authenticate": challenge,
    });
  });
});

describe("the WebSocket example", () => {
  it.each([
    ["alice", "customers"],
    ["noor", "partners"],
    ["saskia", "shops"],
  ])("answers %s with her own principal", async (name, issuer) => {
    const token = await tokenOf(name);
    const { sub, exp } = claimsOf(token);
    const { from, ...answer } = JSON.parse((await converse(bearer(token))).body) as { readonly from: string };
    expect(from).toContain(sub);
    expect(answer).toEqual({ issuer, expiresAt: exp });
  });

  it("takes a browser's subprotocol where that is the identity source, as its page says, and not as it is shipped", async () => {
    const headers: Pairs = [["Sec-WebSocket-Protocol", `bearer, ${await tokenOf("alice")}`]];
    expect((await websocket.connect({ headers })).status).toBe(401);
    const forBrowsers = await deploy(webSocketService, "websocket", ["route.request.header.Sec-WebSocket-Protocol"]);
    const answer = await forBrowsers.connect({ headers });
    expect(answer).toMatchObject({ status: 101, headers: { "sec-websocket-protocol": "bearer" } });
    expect((await forBrowsers.send(answer.connectionId ?? "", "hello")).status).toBe(200);
    expect((await forBrowsers.connect({ headers: [["Sec-WebSocket-Protocol", `bearer, ${await tokenOf("bob")}`]] })).status).toBe(403);
  });
});

it("writes no token into a log", async () => {
  const token = await tokenOf("alice", "expired");
  await get("/orders", bearer(token));
  expect(logged.length).toBeGreaterThan(0);
  for (const part of token.split(".")) expect(logged.some((line) => line.includes(part))).toBe(false);
});
