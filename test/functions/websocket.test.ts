import { expect, it, vi } from "vitest";
import { handler as connect } from "../../examples/websocket/connect.ts";
import { handler as message } from "../../examples/websocket/message.ts";
import type { BusinessEvent } from "../../src/guard/index.ts";
import type { Principal } from "../../src/principal/principal.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import type { Pairs } from "../events/incoming.ts";
import { webSocketEvent } from "../events/websocket.ts";

const alice = testPrincipal({ subject: "alice", scopes: ["orders:read"] });
const event = (routeKey: string, principal: Principal, headers: Pairs = []) => {
  const connection = { id: "c1", connectedAt: 1, authorizer: authorizerContext(principal, "websocket") };
  return webSocketEvent({ routeKey, headers, body: "hello" }, connection) as unknown as BusinessEvent;
};

it("a connection opens for whoever satisfies the rule of $connect, and for nobody else", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  expect(await connect(event("$connect", alice))).toEqual({ statusCode: 200 });
  expect((await connect(event("$connect", testPrincipal(), [["Sec-WebSocket-Protocol", "bearer, a.b.c"]]))).statusCode).toBe(403);
  log.mockRestore();
});

it("the subprotocol that carried the token is accepted, and the token is not sent back", async () => {
  const accepted = await connect(event("$connect", alice, [["sec-websocket-protocol", "bearer, a.b.c"]]));
  expect(accepted).toEqual({ statusCode: 200, headers: { "Sec-WebSocket-Protocol": "bearer" } });
  expect(await connect(event("$connect", alice, [["Sec-WebSocket-Protocol", "chat"]]))).toEqual({ statusCode: 200 });
});

it("a message is answered with its sender until the token has expired", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const answer = await message(event("$default", alice));
  expect(answer.statusCode).toBe(200);
  expect(JSON.parse(answer.body)).toEqual({ from: "test|alice", issuer: "test", expiresAt: alice.expiresAt });
  expect((await message(event("$default", { ...alice, expiresAt: 1 }))).statusCode).toBe(401);
  log.mockRestore();
});
