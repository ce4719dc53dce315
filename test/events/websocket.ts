import type { APIGatewayProxyWebsocketEventV2 } from "aws-lambda";
import { API_ID, allValues, arnOf, DOMAIN, headerLines, type Incoming, incoming, lastValues, SOURCE_IP } from "./incoming.ts";

type EventType = "CONNECT" | "MESSAGE" | "DISCONNECT";

/** What a WebSocket event knows of its connection. */
export interface Connection {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** What the authorizer said at `$connect`, strings all; kept for the life of the connection. */
  readonly authorizer?: Readonly<Record<string, unknown>> | undefined;
}

/** A `$connect` authorizer's event: of the REQUEST kind, without resource, path, method or path parameters. */
export interface WebSocketAuthorizerEvent {
  readonly type: "REQUEST";
  readonly methodArn: string;
  readonly headers: Record<string, string>;
  readonly multiValueHeaders: Record<string, string[]>;
  readonly queryStringParameters: Record<string, string>;
  readonly multiValueQueryStringParameters: Record<string, string[]>;
  readonly stageVariables: Record<string, string>;
  readonly requestContext: ReturnType<typeof requestContext>;
}

const FIRST: Connection = { id: "connection-1", connectedAt: Date.UTC(2026, 0, 1) };

/** The event of the authorizer on `$connect`. */
export function webSocketAuthorizerEvent(parts: Partial<Incoming>, connection: Connection = FIRST): WebSocketAuthorizerEvent {
  const request = incoming({ stage: "prod", routeKey: "$connect", ...parts });
  const lines = headerLines(request);
  return {
    type: "REQUEST",
    methodArn: arnOf(request, true),
    headers: lastValues(lines),
    multiValueHeaders: allValues(lines),
    queryStringParameters: lastValues(request.query),
    multiValueQueryStringParameters: allValues(request.query),
    stageVariables: { ...request.stageVariables },
    requestContext: requestContext(request, { id: connection.id, connectedAt: connection.connectedAt }, "CONNECT"),
  };
}

/** The event of a route's function: `$connect` with the handshake's headers and query, every other route with a body alone. */
export function webSocketEvent(parts: Partial<Incoming>, connection: Connection = FIRST): APIGatewayProxyWebsocketEventV2 {
  const request = incoming({ stage: "prod", ...parts });
  const lines = headerLines(request);
  const type = EVENT_TYPES[request.routeKey] ?? "MESSAGE";
  const handshake = {
    headers: lastValues(lines),
    multiValueHeaders: allValues(lines),
    ...(request.query.length > 0 && {
      queryStringParameters: lastValues(request.query),
      multiValueQueryStringParameters: allValues(request.query),
    }),
  };
  return {
    ...(type === "CONNECT" && handshake),
    requestContext: requestContext(request, connection, type),
    ...(request.body !== null && { body: request.body }),
    isBase64Encoded: false,
  };
}

const NO_MESSAGE: object = {};
const EVENT_TYPES: Readonly<Record<string, EventType>> = { $connect: "CONNECT", $disconnect: "DISCONNECT" };

function requestContext(request: Incoming, { id, connectedAt, authorizer }: Connection, eventType: EventType) {
  return {
    routeKey: request.routeKey,
    // Only messages have one, which the type does not say.
    ...(eventType === "MESSAGE" ? { messageId: request.requestId } : (NO_MESSAGE as { messageId: string })),
    eventType,
    extendedRequestId: request.requestId,
    requestTime: new Date(request.now).toUTCString(),
    messageDirection: "IN" as const,
    stage: request.stage,
    connectedAt,
    requestTimeEpoch: request.now,
    identity: { sourceIp: SOURCE_IP },
    requestId: request.requestId,
    domainName: DOMAIN,
    connectionId: id,
    apiId: API_ID,
    ...(authorizer !== undefined && { authorizer }),
  };
}
