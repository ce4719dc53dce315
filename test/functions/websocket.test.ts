import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { BusinessEvent } from "../../src/guard/index.ts";
import { createRevoker } from "../../src/sessions/revoker.ts";
import type { Principal } from "../../src/principal/principal.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import type { Pairs } from "../events/incoming.ts";
import { webSocketEvent } from "../events/websocket.ts";
import { startDatabase } from "./database.ts";
import { spyOnStdout } from "../observe/stdout.ts";

/** They read their environment when they are loaded. */
const loadHandlers = async () => ({
  connect: (await import("../../examples/websocket/connect.ts")).handler,
  message: (await import("../../examples/websocket/message.ts")).handler,
  revocations: (await import("../../gateway.sessions.ts")).revocations,
});

let database: Awaited<ReturnType<typeof startDatabase>>;
let loaded: Awaited<ReturnType<typeof loadHandlers>>;

beforeAll(async () => {
  database = await startDatabase("orders");
  for (const [name, value] of Object.entries(database.environment)) vi.stubEnv(name, value);
  loaded = await loadHandlers();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.stop();
});

const alice = testPrincipal({ subject: "alice", scopes: ["orders:read"] });
const event = (routeKey: string, principal: Principal, headers: Pairs = []) => {
  const connection = { id: "c1", connectedAt: 1, authorizer: authorizerContext(principal, "websocket") };
  return webSocketEvent({ routeKey, headers, body: "hello" }, connection) as unknown as BusinessEvent;
};

it("a connection opens for whoever satisfies the rule of $connect, and for nobody else", async () => {
  spyOnStdout(() => {});
  expect(await loaded.connect(event("$connect", alice))).toEqual({ statusCode: 200 });
  expect((await loaded.connect(event("$connect", testPrincipal(), [["Sec-WebSocket-Protocol", "bearer, a.b.c"]]))).statusCode).toBe(403);
  vi.restoreAllMocks();
});

it("the subprotocol that carried the token is accepted, and the token is not sent back", async () => {
  const accepted = await loaded.connect(event("$connect", alice, [["sec-websocket-protocol", "bearer, a.b.c"]]));
  expect(accepted).toEqual({ statusCode: 200, headers: { "Sec-WebSocket-Protocol": "bearer" } });
  expect(await loaded.connect(event("$connect", alice, [["Sec-WebSocket-Protocol", "chat"]]))).toEqual({ statusCode: 200 });
});

it("a message is answered with its sender until the token has expired", async () => {
  spyOnStdout(() => {});
  const answer = await loaded.message(event("$default", alice));
  expect(answer.statusCode).toBe(200);
  expect(JSON.parse(answer.body)).toEqual({ from: "test|alice", issuer: "test", expiresAt: alice.expiresAt });
  expect((await loaded.message(event("$default", { ...alice, expiresAt: 1 }))).statusCode).toBe(401);
  vi.restoreAllMocks();
});

it("no connection opens for somebody who was signed out, and no message of theirs is answered", async () => {
  spyOnStdout(() => {});
  const bob = testPrincipal({ subject: "bob", scopes: ["orders:read"] });
  await createRevoker(loaded.revocations).revoke({ issuer: "test", kind: "subject", value: "bob" }, { by: "test", why: "test" });
  expect((await loaded.connect(event("$connect", bob))).statusCode).toBe(401);
  expect((await loaded.message(event("$default", bob))).statusCode).toBe(401);
  vi.restoreAllMocks();
});
