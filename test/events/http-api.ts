import type {
  APIGatewayEventRequestContextV2,
  APIGatewayProxyEventV2,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
} from "aws-lambda";
import {
  ACCOUNT,
  API_ID,
  arnOf,
  DOMAIN,
  headerLines,
  headerValues,
  type Incoming,
  incoming,
  joinedValues,
  rawQuery,
  SOURCE_IP,
} from "./incoming.ts";
import { restRequestEvent } from "./rest.ts";

/** A Lambda authorizer's event, payload 2.0. The identity source values default to the Authorization header's and the route key. */
export function httpAuthorizerEvent(parts: Partial<Incoming>, identitySource?: readonly string[]): APIGatewayRequestAuthorizerEventV2 {
  const request = incoming(parts);
  return {
    ...common(request),
    type: "REQUEST",
    routeArn: arnOf(request),
    identitySource: [...(identitySource ?? [...headerValues(request, "authorization"), request.routeKey])],
    cookies: [...request.cookies],
  };
}

/** A Lambda authorizer's event of an HTTP API, payload 1.0. */
export function httpAuthorizerEventV1(parts: Partial<Incoming>, identitySource: readonly string[]): APIGatewayRequestAuthorizerEvent {
  const joined = identitySource.join(",");
  const additions = { version: "1.0", identitySource: joined, authorizationToken: joined };
  return { ...restRequestEvent(incoming(parts)), ...additions };
}

/** An integration's event: on a route with a Lambda authorizer, with the context that the authorizer gave. */
export interface HttpProxyEvent extends Omit<APIGatewayProxyEventV2, "requestContext"> {
  readonly requestContext: APIGatewayEventRequestContextV2 & { authorizer?: { lambda: Readonly<Record<string, unknown>> } };
}

/** An integration's event, payload 2.0, with the authorizer's context if there was one. */
export function httpProxyEvent(parts: Partial<Incoming>, context?: Readonly<Record<string, unknown>>): HttpProxyEvent {
  const request = incoming(parts);
  const base = common(request);
  return {
    ...base,
    ...(request.cookies.length > 0 && { cookies: [...request.cookies] }),
    requestContext: { ...base.requestContext, ...(context !== undefined && { authorizer: { lambda: context } }) },
    ...(request.body !== null && { body: request.body }),
    isBase64Encoded: false,
  };
}

function common(request: Incoming) {
  return {
    version: "2.0",
    routeKey: request.routeKey,
    rawPath: rawPath(request),
    rawQueryString: rawQuery(request.query),
    // Cookies have a member of their own and are not among the headers.
    headers: joinedValues(
      headerLines({ ...request, cookies: [] })
        .map(([name, value]) => [name.toLowerCase(), value] as const)
        .filter(([name]) => name !== "cookie"),
    ),
    ...(request.query.length > 0 && { queryStringParameters: joinedValues(request.query) }),
    ...(request.pathParameters !== null && { pathParameters: { ...request.pathParameters } }),
    ...(request.stageVariables !== null && { stageVariables: { ...request.stageVariables } }),
    requestContext: requestContext(request),
  };
}

/** A named stage is part of the raw path; `$default` is not. */
function rawPath({ stage, path }: Incoming): string {
  return stage === "$default" ? path : `/${stage}${path}`;
}

function requestContext(request: Incoming): APIGatewayEventRequestContextV2 {
  return {
    accountId: ACCOUNT,
    apiId: API_ID,
    domainName: DOMAIN,
    domainPrefix: API_ID,
    http: {
      method: request.method,
      path: rawPath(request),
      protocol: "HTTP/1.1",
      sourceIp: SOURCE_IP,
      userAgent: headerValues(request, "user-agent").join(","),
    },
    requestId: request.requestId,
    routeKey: request.routeKey,
    stage: request.stage,
    time: new Date(request.now).toUTCString(),
    timeEpoch: request.now,
  };
}
