import { randomUUID } from "node:crypto";
import { type Connection, webSocketEvent } from "../events/websocket.ts";
import { type Core, integrate, overLimit } from "./core.ts";
import { selectMessageRoute } from "./select-route.ts";
import type { TestGateway, TestHandshake, TestResponse } from "./types.ts";

/** Documented limits of a connection, in milliseconds. */
const MAX_CONNECTION = 2 * 60 * 60 * 1000;
const MAX_IDLE = 10 * 60 * 1000;

interface OpenConnection extends Connection {
  lastActiveAt: number;
}

/** The WebSocket half: authorized once, at `$connect`; the authorizer's context then stays with the connection. */
export function createWebSocket(core: Core): Pick<TestGateway, "connect" | "send" | "disconnect"> {
  const connections = new Map<string, OpenConnection>();
  const isOpen = ({ connectedAt, lastActiveAt }: OpenConnection, now: number) =>
    now - connectedAt < MAX_CONNECTION && now - lastActiveAt < MAX_IDLE;
  return {
    async connect(sent) {
      const request = { ...core.receive({ ...sent, path: "/" }), routeKey: "$connect" };
      const id = randomUUID();
      const opening: Connection = { id, connectedAt: request.now };
      const tooLarge = overLimit(request);
      if (tooLarge !== null) return failed(core.refuse(tooLarge, request));
      const route = core.options.routes.find(({ key }) => key === "$connect");
      const authorization = route === undefined ? null : await core.authorize(request, route, opening);
      if (authorization?.allowed === false) return failed(core.refuse(authorization.refusal, request));
      const context = route?.authorizer === undefined ? undefined : authorization?.context;
      const connection = { ...opening, authorizer: context, lastActiveAt: request.now };
      const answer = route === undefined ? null : await integrate(core, route, request, webSocketEvent(request, connection));
      if (answer !== null && (answer.status < 200 || answer.status > 299)) return failed(answer);
      connections.set(id, connection);
      return { status: 101, headers: answer?.headers ?? {}, body: "", connectionId: id };
    },
    async send(connectionId, body) {
      const request = core.receive({ path: "/", body });
      const connection = connections.get(connectionId);
      if (connection === undefined || !isOpen(connection, request.now)) return { status: 410, headers: {}, body: "Gone" };
      connection.lastActiveAt = request.now;
      const route = selectMessageRoute(core.options.routes, body);
      if (route === null) return core.refuse("MISSING_AUTHENTICATION_TOKEN", request);
      const message = { ...request, routeKey: route.key };
      return integrate(core, route, message, webSocketEvent(message, connection));
    },
    async disconnect(connectionId) {
      const connection = connections.get(connectionId);
      if (connection === undefined || !connections.delete(connectionId)) return;
      const route = core.options.routes.find(({ key }) => key === "$disconnect");
      const request = { ...core.receive({ path: "/" }), routeKey: "$disconnect" };
      if (route !== undefined) await integrate(core, route, request, webSocketEvent(request, connection));
    },
  };
}

function failed(response: TestResponse): TestHandshake {
  return { ...response, connectionId: null };
}
