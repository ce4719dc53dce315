import { describe, expect, it } from "vitest";
import { ALLOW_ALL, echo, gatewayOf, testClock } from "./fixtures.ts";
import { createTestGateway } from "./gateway.ts";
import type { Lambda } from "./types.ts";

const ALLOW: Lambda = () => ({ ...ALLOW_ALL, context: { principal: "{}", number: 1 } });
const HANDSHAKE = { headers: [["Authorization", "Bearer a"]], query: [["room", "1"]] } as const;
const AUTHORIZER = { principal: "{}", number: "1", principalId: "someone", integrationLatency: 0 };

async function connected(handler: Lambda = ALLOW, clock = testClock()) {
  const gateway = gatewayOf("websocket", handler, {}, { clock });
  const { status, connectionId } = await gateway.connect(HANDSHAKE);
  expect(status).toBe(101);
  return { gateway, clock, connectionId: connectionId ?? "" };
}

describe("a WebSocket API", () => {
  it("gives the authorizer a $connect event without resource, path or method", async () => {
    const { gateway, connectionId } = await connected();
    const event = gateway.invocations[0]?.event as Record<string, unknown>;
    expect(event).toMatchObject({
      type: "REQUEST",
      methodArn: "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/$connect",
      headers: { Authorization: "Bearer a" },
      multiValueHeaders: { Authorization: ["Bearer a"] },
      queryStringParameters: { room: "1" },
      requestContext: { routeKey: "$connect", eventType: "CONNECT", connectionId, stage: "prod" },
    });
    for (const name of ["resource", "path", "httpMethod", "pathParameters"]) expect(event).not.toHaveProperty(name);
    expect(event["requestContext"]).not.toHaveProperty("authorizer");
  });

  it("keeps the authorizer's context, as texts, for every message and the end of the connection", async () => {
    const { gateway, connectionId } = await connected();
    const message = JSON.parse((await gateway.send(connectionId, '{"action":"hello"}')).body);
    expect(message.requestContext).toMatchObject({ routeKey: "$default", eventType: "MESSAGE", connectionId });
    expect(message.requestContext.authorizer).toEqual(AUTHORIZER);
    expect(message).not.toHaveProperty("headers");
    expect(message.body).toBe('{"action":"hello"}');
    expect(gateway.invocations.filter(({ kind }) => kind === "authorizer")).toHaveLength(1);
  });

  it("limits what the authorizer returns to 8 kB", async () => {
    const answer = (bytes: number) => ({ ...ALLOW_ALL, context: { filling: "x".repeat(bytes) } });
    const frame = JSON.stringify(answer(0)).length;
    const fitting = await gatewayOf("websocket", () => answer(8_192 - frame)).connect(HANDSHAKE);
    expect(fitting.status).toBe(101);
    const tooLarge = await gatewayOf("websocket", () => answer(8_193 - frame)).connect(HANDSHAKE);
    expect(tooLarge).toMatchObject({ status: 500, connectionId: null });
  });

  it("opens no connection that the $connect function refuses", async () => {
    const routes = [{ key: "$connect", function: () => ({ statusCode: 403 }) }];
    const gateway = createTestGateway({ api: "websocket", stage: "prod", routes, clock: () => 0 });
    expect(await gateway.connect(HANDSHAKE)).toMatchObject({ status: 403, connectionId: null });
  });

  it("ends a connection after ten minutes of silence, or two hours", async () => {
    const idle = await connected();
    idle.clock.advance(600);
    expect((await idle.gateway.send(idle.connectionId, "x")).status).toBe(410);
    const busy = await connected();
    for (let minute = 0; minute < 117; minute += 9) {
      busy.clock.advance(540);
      expect((await busy.gateway.send(busy.connectionId, "x")).status).toBe(200);
    }
    busy.clock.advance(180);
    expect((await busy.gateway.send(busy.connectionId, "x")).status).toBe(410);
  });

  it("tells $disconnect and forgets the connection", async () => {
    const routes = ["$connect", "$disconnect", "$default"].map((key) => ({ key, function: echo }));
    const gateway = createTestGateway({ api: "websocket", stage: "prod", routes, clock: () => 0 });
    const { connectionId } = await gateway.connect();
    await gateway.disconnect(connectionId ?? "");
    expect(gateway.invocations.at(-1)?.event).toMatchObject({ requestContext: { eventType: "DISCONNECT", connectionId } });
    expect((await gateway.send(connectionId ?? "", "x")).status).toBe(410);
  });

  it("takes connections only, and other APIs take none", async () => {
    await expect(gatewayOf("websocket", ALLOW).request({ path: "/" })).rejects.toThrow();
    await expect(gatewayOf("http", ALLOW).connect()).rejects.toThrow();
  });
});
