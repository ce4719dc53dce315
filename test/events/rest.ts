import type {
  APIGatewayAuthorizerResultContext,
  APIGatewayEventIdentity,
  APIGatewayEventRequestContext,
  APIGatewayProxyEvent,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayTokenAuthorizerEvent,
} from "aws-lambda";
import {
  ACCOUNT,
  API_ID,
  allValues,
  arnOf,
  DOMAIN,
  headerLines,
  headerValues,
  type Incoming,
  incoming,
  lastValues,
  type Pairs,
  SOURCE_IP,
} from "./incoming.ts";

const NO_IDENTITY = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
} as const satisfies Partial<APIGatewayEventIdentity>;

/** A TOKEN authorizer's event: three fields and nothing else. */
export function restTokenEvent(parts: Partial<Incoming>, authorizationToken?: string): APIGatewayTokenAuthorizerEvent {
  const request = incoming({ stage: "prod", ...parts });
  const token = authorizationToken ?? headerValues(request, "Authorization").at(-1) ?? "";
  return { type: "TOKEN", authorizationToken: token, methodArn: arnOf(request) };
}

/** A REQUEST authorizer's event, payload 1.0. */
export function restRequestEvent(parts: Partial<Incoming>): APIGatewayRequestAuthorizerEvent {
  const request = incoming({ stage: "prod", ...parts });
  return {
    type: "REQUEST",
    methodArn: arnOf(request),
    ...requestParts(request),
    headers: lastValues(headerLines(request)),
    multiValueHeaders: allValues(headerLines(request)),
    // Authorizers get empty objects where integrations get null.
    queryStringParameters: lastValues(request.query),
    multiValueQueryStringParameters: allValues(request.query),
    pathParameters: request.pathParameters ?? {},
    stageVariables: request.stageVariables ?? {},
    requestContext: requestContext(request) as APIGatewayRequestAuthorizerEvent["requestContext"],
  };
}

/** A proxy integration's event (payload 1.0), with what the authorizer said, if there was one. */
export function restProxyEvent(parts: Partial<Incoming>, authorizer?: APIGatewayAuthorizerResultContext): APIGatewayProxyEvent {
  const request = incoming({ stage: "prod", ...parts });
  const lines = headerLines(request);
  const context = requestContext(request);
  return {
    ...requestParts(request),
    headers: lastValues(lines),
    multiValueHeaders: allValues(lines),
    queryStringParameters: nullIfEmpty(request.query, lastValues),
    multiValueQueryStringParameters: nullIfEmpty(request.query, allValues),
    pathParameters: request.pathParameters,
    stageVariables: request.stageVariables,
    requestContext: authorizer === undefined ? context : { ...context, authorizer },
    body: request.body,
    isBase64Encoded: false,
  };
}

/** The template of the route: `/orders/{id}`. */
function resourceOf({ routeKey, path }: Incoming): string {
  const space = routeKey.indexOf(" ");
  return space < 0 ? path : routeKey.slice(space + 1);
}

function requestParts(request: Incoming) {
  return { resource: resourceOf(request), path: request.path, httpMethod: request.method };
}

function requestContext(request: Incoming): APIGatewayEventRequestContext {
  const context = {
    accountId: ACCOUNT,
    apiId: API_ID,
    domainName: DOMAIN,
    domainPrefix: API_ID,
    extendedRequestId: request.requestId,
    protocol: "HTTP/1.1",
    httpMethod: request.method,
    identity: { ...NO_IDENTITY, sourceIp: SOURCE_IP, userAgent: headerValues(request, "User-Agent").at(-1) ?? null },
    path: `/${request.stage}${request.path}`,
    stage: request.stage,
    requestId: request.requestId,
    requestTime: new Date(request.now).toUTCString(),
    requestTimeEpoch: request.now,
    resourceId: "r1s2t3",
    resourcePath: resourceOf(request),
  };
  // A route without an authorizer has no `authorizer` member at all, which the type cannot say.
  return context as typeof context & { authorizer: undefined };
}

function nullIfEmpty<T>(pairs: Pairs, read: (pairs: Pairs) => T): T | null {
  return pairs.length === 0 ? null : read(pairs);
}
