import type { Route } from "../rules/route-table.ts";
import { segmentKind } from "../rules/route-key.ts";

/** One request for a route, in the little of every API type's event that authorizers read. */
export interface SampleRequest {
  readonly method: string;
  readonly path: string;
  readonly routeKey: string;
  readonly token: string;
}

const STAGE_ARN = "arn:aws:execute-api:eu-central-1:123456789012:explain0/$default/";
/** What stands in a path where a route has a parameter: unlikely to be a route's own word. */
const PLACE = "-any-";

/** A path that a route matches. */
export const samplePath = ({ segments }: Route): string =>
  `/${segments.map((segment) => (segmentKind(segment) === "literal" ? segment : PLACE)).join("/")}`;

/** A request that API Gateway would select the route for; an ANY route is asked with GET, and `$default` for a path of its own. */
export function sampleRequest(route: Route, token: string): SampleRequest {
  const { key, method } = route;
  const path = method === null ? `/${PLACE}` : samplePath(route);
  return { method: method === null || method === "ANY" ? "GET" : method, path, routeKey: key, token };
}

const headers = ({ token }: SampleRequest) => ({ authorization: `Bearer ${token}` });

/** The ARN that a policy is held against. */
export const arnOf = ({ method, path }: SampleRequest): string => `${STAGE_ARN}${method}${path}`;

/** The ARN of a WebSocket connection. */
export const CONNECT_ARN = `${STAGE_ARN}$connect`;

const requestContext = { apiId: "explain0", stage: "$default" };

export const restTokenEvent = (request: SampleRequest) => ({
  type: "TOKEN",
  authorizationToken: `Bearer ${request.token}`,
  methodArn: arnOf(request),
});

export const restRequestEvent = (request: SampleRequest) => ({
  type: "REQUEST",
  methodArn: arnOf(request),
  headers: headers(request),
  requestContext,
});

export const httpEvent = (request: SampleRequest) => ({
  version: "2.0",
  type: "REQUEST",
  routeKey: request.routeKey,
  routeArn: arnOf(request),
  headers: headers(request),
  identitySource: [headers(request).authorization, request.routeKey],
  requestContext,
});

export const webSocketEvent = (request: SampleRequest) => ({
  type: "REQUEST",
  methodArn: CONNECT_ARN,
  headers: headers(request),
  requestContext,
});

export const appSyncEvent = ({ token }: SampleRequest) => ({ authorizationToken: token, requestContext: { apiId: "explain0" } });

/** Of a Function URL. */
export const directEvent = (request: SampleRequest) => ({
  version: "2.0",
  rawPath: request.path,
  headers: headers(request),
  requestContext: { stage: "$default", http: { method: request.method, path: request.path } },
});

/** Of a load balancer that signs users in. */
export const loadBalancerEvent = ({ method, path, token }: SampleRequest) => ({
  requestContext: { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/explain/0" } },
  httpMethod: method,
  path,
  headers: { "x-amzn-oidc-data": token },
});
