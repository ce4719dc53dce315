import { appSyncAuthorizer } from "../gateway/appsync-api.ts";
import type { VerifierOptions } from "../gateway/authorizer.ts";
import { httpAuthorizer } from "../gateway/http-api.ts";
import { httpPolicyAuthorizer } from "../gateway/http-policy-api.ts";
import type { IamAnswer } from "../gateway/iam-answer.ts";
import type { PolicyDocument } from "../gateway/policy/policy-document.ts";
import { matchesResource } from "../gateway/policy/resource-match.ts";
import { restRequestAuthorizer, restTokenAuthorizer } from "../gateway/rest-api.ts";
import { webSocketAuthorizer } from "../gateway/websocket-api.ts";
import type { Gateway } from "../gateway.ts";
import { verifyingGuard } from "../inline/verifying-guard.ts";
import type { Route } from "../rules/route-table.ts";
import {
  appSyncEvent,
  arnOf,
  CONNECT_ARN,
  directEvent,
  httpEvent,
  loadBalancerEvent,
  restRequestEvent,
  restTokenEvent,
  sampleRequest,
  type SampleRequest,
  webSocketEvent,
} from "./events.ts";

/** What a client of one API type gets to see. */
export interface ClientView {
  readonly api: string;
  /** The HTTP status; 200 stands for whatever the function answers. */
  readonly status: number;
  /** What else there is to see of it. */
  readonly seen: string;
}

type Seen = Omit<ClientView, "api">;

interface Api {
  readonly name: string;
  /** Calls the real authorizer. */
  readonly ask: (gateway: Gateway, options: VerifierOptions, route: Route, request: SampleRequest) => Promise<unknown>;
  /** What API Gateway makes of its answer. */
  readonly read: (answer: unknown, request: SampleRequest) => Seen;
  /** What it makes of an error. */
  readonly failed: (isUnauthorized: boolean) => Seen;
}

const THROUGH: Seen = { status: 200, seen: "the request reaches the function" };
const silent = { log: () => {} };

/** What each API type answers by itself (no gateway responses of your own on REST). */
const REST_FAILED = (isUnauthorized: boolean): Seen =>
  isUnauthorized ? { status: 401, seen: '{"message":"Unauthorized"}' } : { status: 500, seen: '{"message":null}' };
const HTTP_FAILED = (isUnauthorized: boolean): Seen =>
  isUnauthorized ? { status: 401, seen: '{"message":"Unauthorized"}' } : { status: 500, seen: '{"message":"Internal Server Error"}' };
const FORBIDDEN: Seen = { status: 403, seen: '{"message":"Forbidden"}' };

function readRest(answer: unknown, request: SampleRequest): Seen {
  const { policyDocument, context } = answer as IamAnswer;
  if (allows(policyDocument, arnOf(request))) return THROUGH;
  const isExplicit = policyDocument.Statement.some(({ Effect, Resource }) => Effect === "Deny" && covers(Resource, arnOf(request)));
  const body = `{"Message":"User is not authorized to access this resource${isExplicit ? " with an explicit deny" : ""}"}`;
  const challenge = Object.hasOwn(context, "challenge") ? "; with a challenge where the gateway responses are deployed" : "";
  return { status: 403, seen: body + challenge };
}

const readPolicy = (arn: (request: SampleRequest) => string) => (answer: unknown, request: SampleRequest) =>
  allows((answer as IamAnswer).policyDocument, arn(request)) ? THROUGH : FORBIDDEN;

const covers = (resources: readonly string[], arn: string) => resources.some((resource) => matchesResource(resource, arn));

function allows({ Statement }: PolicyDocument, arn: string): boolean {
  const matching = Statement.filter(({ Resource }) => covers(Resource, arn));
  return matching.some(({ Effect }) => Effect === "Allow") && !matching.some(({ Effect }) => Effect === "Deny");
}

const APPSYNC_REFUSED: Seen = { status: 401, seen: '{"errors":[{"errorType":"UnauthorizedException",…}]}' };

/** No authorizer in front: the function verifies by itself. */
function guarded(name: string, event: (request: SampleRequest) => object): Api {
  return {
    name,
    ask: (gateway, options, _route, request) =>
      verifyingGuard(gateway, async () => ({ statusCode: 200 }), { ...options, ...silent })(event(request)),
    read: (answer) => readProblem(answer as Problem),
    failed: () => ({ status: 500, seen: "an error of Lambda's own" }),
  };
}

const APPSYNC: Api = {
  name: "AppSync, with the same rule",
  ask: (gateway, options, { rule }, request) => appSyncAuthorizer(gateway, { ...options, ...silent, rule })(appSyncEvent(request)),
  read: (answer) => ((answer as { readonly isAuthorized: boolean }).isAuthorized ? THROUGH : APPSYNC_REFUSED),
  failed: () => ({ status: 500, seen: "an error of AppSync's own" }),
};

/** REST APIs have no route `$default`. */
const REST_APIS: readonly Api[] = [
  {
    name: "REST API, TOKEN authorizer",
    ask: (gateway, options, _route, request) => restTokenAuthorizer(gateway, { ...options, ...silent })(restTokenEvent(request)),
    read: readRest,
    failed: REST_FAILED,
  },
  {
    name: "REST API, REQUEST authorizer",
    ask: (gateway, options, _route, request) => restRequestAuthorizer(gateway, { ...options, ...silent })(restRequestEvent(request)),
    read: readRest,
    failed: REST_FAILED,
  },
];

const HTTP: Api = {
  name: "HTTP API, simple response",
  ask: (gateway, options, _route, request) => httpAuthorizer(gateway, { ...options, ...silent })(httpEvent(request)),
  read: (answer) => ((answer as { readonly isAuthorized: boolean }).isAuthorized ? THROUGH : FORBIDDEN),
  failed: HTTP_FAILED,
};

/** The same, for a request that API Gateway has no other route for than `$default`. */
const HTTP_BY_DEFAULT: Api = {
  ...HTTP,
  name: "HTTP API, simple response, by $default",
  ask: (gateway, options, route, request) => HTTP.ask(gateway, options, route, { ...request, routeKey: "$default" }),
};

const HTTP_POLICY: Api = {
  name: "HTTP API, policy",
  ask: (gateway, options, _route, request) => httpPolicyAuthorizer(gateway, { ...options, ...silent })(httpEvent(request)),
  read: readPolicy(arnOf),
  failed: HTTP_FAILED,
};

const GUARD = guarded("no authorizer, verifyingGuard", directEvent);

const LOAD_BALANCER = guarded("load balancer, verifyingGuard", loadBalancerEvent);

const CONNECT: Api = {
  name: "WebSocket API, $connect",
  ask: (gateway, options, _route, request) => webSocketAuthorizer(gateway, { ...options, ...silent })(webSocketEvent(request)),
  read: (answer) => {
    const { status } = readPolicy(() => CONNECT_ARN)(answer, { method: "", path: "", routeKey: "", token: "" });
    return status === 200 ? { status: 101, seen: "the connection is made" } : { status, seen: "the handshake is refused" };
  },
  failed: (isUnauthorized) => ({ status: isUnauthorized ? 401 : 500, seen: "the handshake is refused" }),
};

interface Problem {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function readProblem({ statusCode, headers = {}, body = "" }: Problem): Seen {
  if (statusCode === 200) return THROUGH;
  const challenge = headers["www-authenticate"];
  return { status: statusCode, seen: [body, challenge === undefined ? "" : `WWW-Authenticate: ${challenge}`].filter(Boolean).join(", ") };
}

/** What the authorizers are asked with. */
export interface Asking {
  readonly gateway: Gateway;
  readonly verifier: VerifierOptions;
  /** The token comes from a load balancer, behind which there is no API Gateway. */
  readonly isLoadBalancer: boolean;
}

/**
 * What a client gets to see of this token on some routes, on every API type that can have them: the real authorizers are asked.
 * API Gateway's own answers are those that it gives without gateway responses of your own.
 */
export async function clientViews(asking: Asking, routes: readonly Route[], token: string): Promise<readonly ClientView[]> {
  const asked = routes.flatMap((route) => apisOf(route, asking).map((api) => view(api, asking, route, sampleRequest(route, token))));
  return Promise.all(asked);
}

function apisOf({ key, method }: Route, { gateway, isLoadBalancer }: Asking): readonly Api[] {
  if (isLoadBalancer) return method === null ? [] : [LOAD_BALANCER];
  if (key === "$connect") return [CONNECT];
  if (key === "$default") return [HTTP, HTTP_POLICY, APPSYNC, GUARD];
  if (method === null) return [];
  if (gateway.routes.has(key)) return [...REST_APIS, HTTP, HTTP_POLICY, APPSYNC, GUARD];
  // AppSync has no routes, so that a missing one has no rule to be the same.
  return [...REST_APIS, HTTP, ...(gateway.routes.has("$default") ? [HTTP_BY_DEFAULT] : []), HTTP_POLICY, GUARD];
}

async function view(api: Api, { gateway, verifier }: Asking, route: Route, request: SampleRequest): Promise<ClientView> {
  try {
    return { api: api.name, ...api.read(await api.ask(gateway, verifier, route, request), request) };
  } catch (error) {
    return { api: api.name, ...api.failed(error instanceof Error && error.message === "Unauthorized") };
  }
}
