import { guard, type GuardOptions } from "../../src/guard/index.ts";
import {
  type AuthorizerOptions,
  type Gateway,
  httpAuthorizer,
  httpPolicyAuthorizer,
  restRequestAuthorizer,
  restTokenAuthorizer,
  webSocketAuthorizer,
} from "../../src/index.ts";
import type { Principal } from "../../src/principal/principal.ts";
import type { Pairs } from "../events/incoming.ts";
import { createTestGateway } from "../gateway/gateway.ts";
import type { ApiType, AuthorizerConfig, Lambda, TestGateway, TestResponse } from "../gateway/types.ts";
import { gateway, type SampleKeys } from "./sample-gateway.ts";

export type AuthorizerFactory = (config: Gateway, options: AuthorizerOptions) => unknown;

/** One kind of API, deployed the way the project recommends. */
export interface ApiKind {
  readonly api: ApiType;
  readonly stage: string;
  readonly factory: AuthorizerFactory;
  readonly authorizer: Omit<AuthorizerConfig, "handler">;
  /** What the kind is like when somebody got the cache wrong. */
  readonly careless?: Partial<AuthorizerConfig>;
}

const REST = { api: "rest", stage: "prod" } as const;
const REST_SOURCES = ["method.request.header.Authorization"];

const HTTP_POLICY = { api: "http", stage: "$default", factory: httpPolicyAuthorizer } as const;
const HTTP_SOURCES = ["$request.header.Authorization"];

export const KINDS = {
  "REST TOKEN": {
    ...REST,
    factory: restTokenAuthorizer,
    authorizer: { type: "TOKEN", payload: "1.0", identitySources: REST_SOURCES, ttl: 300 },
  },
  "REST REQUEST": {
    ...REST,
    factory: restRequestAuthorizer,
    authorizer: { type: "REQUEST", payload: "1.0", identitySources: REST_SOURCES, ttl: 300 },
  },
  "HTTP API": {
    api: "http",
    stage: "$default",
    factory: httpAuthorizer,
    authorizer: {
      type: "REQUEST",
      payload: "2.0",
      simple: true,
      identitySources: ["$request.header.Authorization", "$context.routeKey"],
      ttl: 300,
    },
    careless: { identitySources: ["$request.header.Authorization"] },
  },
  "HTTP API policy 1.0": {
    ...HTTP_POLICY,
    authorizer: { type: "REQUEST", payload: "1.0", identitySources: HTTP_SOURCES, ttl: 300 },
  },
  "HTTP API policy 2.0": {
    ...HTTP_POLICY,
    authorizer: { type: "REQUEST", payload: "2.0", identitySources: HTTP_SOURCES, ttl: 300 },
  },
  WebSocket: {
    api: "websocket",
    stage: "prod",
    factory: webSocketAuthorizer,
    authorizer: { type: "REQUEST", payload: "1.0", identitySources: ["route.request.header.Authorization"] },
  },
} as const satisfies Record<string, ApiKind>;

export type KindName = keyof typeof KINDS;

/** Where the authorizers of other kinds can read the event as well, because it has the same form. */
export const READABLE_TO: Readonly<Partial<Record<KindName, readonly string[]>>> = {
  "HTTP API": ["HTTP API policy 1.0", "HTTP API policy 2.0"],
  "HTTP API policy 1.0": ["REST REQUEST", "HTTP API policy 2.0"],
  "HTTP API policy 2.0": ["HTTP API", "HTTP API policy 1.0"],
};

/** What a caller may want: a request, or a message after a handshake. */
export type Action = "health" | "me" | "list" | "create" | "forgotten" | "unguarded";

export const REQUESTS: Readonly<Record<Action, readonly [method: string, path: string]>> = {
  health: ["GET", "/health"],
  me: ["GET", "/me"],
  list: ["GET", "/orders"],
  create: ["POST", "/orders"],
  forgotten: ["GET", "/forgotten"],
  unguarded: ["GET", "/unguarded"],
};
const MESSAGES: Readonly<Partial<Record<Action, string>>> = { me: "me", list: "listOrders", create: "createOrder", forgotten: "forgotten" };

/** What is deployed, and with an authorizer or without. `forgotten` is not in the route table; `unguarded` lost its authorizer. */
const HEALTH = "GET /health";
const OPEN = [HEALTH, "GET /unguarded"];
const GUARDED = ["GET /me", "GET /orders", "GET /orders/{id}", "POST /orders", "DELETE /orders/{id}", "GET /forgotten"];
const MESSAGE_ROUTES = ["$default", "listOrders", "createOrder", "forgotten"];

/** The public function has nobody to guard it from. */
const health: Lambda = () => ({ statusCode: 200, body: "{}" });

/** What one business function was given. */
export interface Served {
  readonly event: unknown;
  readonly principal: Principal | null;
}

/** A deployed sample API. */
export interface Deployment {
  readonly kind: ApiKind;
  readonly gateway: TestGateway;
  /** Every call that reached business code. */
  readonly served: Served[];
  /** What the authorizer and the guards wrote down. */
  readonly logged: object[];
  /** One request, or a handshake and then one message; a refused handshake is the answer. */
  call(action: Action, headers: Pairs): Promise<TestResponse>;
  authorizerCalls(): number;
}

export interface DeployOptions {
  readonly clock: () => number;
  readonly jwks: SampleKeys["jwks"];
  /** Another configuration than the sample's. */
  readonly config?: Gateway;
  /** Another authorizer than this kind of API needs. */
  readonly factory?: AuthorizerFactory;
  /** Changes to the recommended settings. */
  readonly settings?: Partial<AuthorizerConfig>;
  /** Where guards look up revocations; default nowhere. */
  readonly revocations?: GuardOptions["revocations"];
  /** Further functions by their route: behind the authorizer, or open to everybody. */
  readonly functions?: { readonly guarded: Readonly<Record<string, Lambda>>; readonly open: Readonly<Record<string, Lambda>> };
  /** Changes what the authorizer answers: a stand-in for a mistake in it. */
  readonly falsify?: (answer: Record<string, unknown>) => Record<string, unknown>;
}

/** Deploys the sample API with one real authorizer and guarded business functions. */
export function deploy(name: KindName, options: DeployOptions): Deployment {
  const kind: ApiKind = KINDS[name];
  const { clock, jwks, settings, config = gateway, factory = kind.factory, revocations = null, falsify = (answer) => answer } = options;
  const { functions = { guarded: {}, open: {} } } = options;
  const served: Served[] = [];
  const logged: object[] = [];
  const log = (entry: object) => void logged.push(entry);
  const business = guard(
    config,
    async (event: unknown, { principal }: { principal: Principal }) => {
      served.push({ event, principal });
      return { statusCode: 200, body: JSON.stringify({ principal }) };
    },
    { clock, log, revocations },
  ) as Lambda;
  const authorizer = factory(config, { clock, jwks, log }) as (event: never, context: never) => Promise<Record<string, unknown>>;
  const handler: Lambda = async (event, context) => falsify(await authorizer(event, context as never));
  const guarded = kind.api === "websocket" ? ["$connect"] : GUARDED;
  const open = kind.api === "websocket" ? MESSAGE_ROUTES : OPEN;
  const testGateway = createTestGateway({
    api: kind.api,
    stage: kind.stage,
    routes: [
      ...guarded.map((key) => ({ key, function: business, authorizer: "main" })),
      ...open.map((key) => ({ key, function: key === HEALTH ? health : business })),
      ...Object.entries(functions.guarded).map(([key, lambda]) => ({ key, function: lambda, authorizer: "main" })),
      ...Object.entries(functions.open).map(([key, lambda]) => ({ key, function: lambda })),
    ],
    authorizers: { main: { ...kind.authorizer, ...settings, handler } },
    clock,
  });
  return {
    kind,
    gateway: testGateway,
    served,
    logged,
    call: (action, headers) => (kind.api === "websocket" ? converse(testGateway, action, headers) : request(testGateway, action, headers)),
    authorizerCalls: () => testGateway.invocations.filter((invocation) => invocation.kind === "authorizer").length,
  };
}

function request(testGateway: TestGateway, action: Action, headers: Pairs): Promise<TestResponse> {
  const [method, path] = REQUESTS[action];
  return testGateway.request({ method, path, headers });
}

async function converse(testGateway: TestGateway, action: Action, headers: Pairs): Promise<TestResponse> {
  const handshake = await testGateway.connect({ headers });
  if (handshake.connectionId === null) return handshake;
  return testGateway.send(handshake.connectionId, message(action));
}

/** The text that asks for an action over a connection. */
export function message(action: Action): string {
  return JSON.stringify({ action: MESSAGES[action] ?? action });
}

export const bearer = (token: string): Pairs => [["Authorization", `Bearer ${token}`]];
