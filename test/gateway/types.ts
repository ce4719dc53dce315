import type { Pairs } from "../events/incoming.ts";

/** The kinds of API that API Gateway has. */
export type ApiType = "rest" | "http" | "websocket";

/** What the Lambda runtime hands a handler beside the event. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  getRemainingTimeInMillis(): number;
}

/** Any Lambda handler that returns its answer. */
export type Lambda = (event: never, context: LambdaContext) => unknown;

/** An authorizer as it would be written in a template. */
export interface AuthorizerConfig {
  readonly type: "TOKEN" | "REQUEST";
  readonly payload: "1.0" | "2.0";
  /** HTTP API, payload 2.0: `{ isAuthorized }` in place of a policy. */
  readonly simple?: boolean;
  /** `method.request.header.X` on REST, `$request.header.X` on HTTP, `route.request.header.X` on WebSocket APIs, and their like. */
  readonly identitySources: readonly string[];
  /** TOKEN only: a token that does not match is refused without an invocation. */
  readonly identityValidationExpression?: string;
  /** Seconds, 0 to 3600; 0 is off. Default 300 on REST, 0 on HTTP. WebSocket authorizers have no cache. */
  readonly ttl?: number;
  readonly handler: Lambda;
}

/** One route or method, its function, and the name of its authorizer. */
export interface RouteConfig {
  /** `GET /orders/{id}`, `ANY /x/{proxy+}`, `$default`, `$connect`, or a WebSocket action. */
  readonly key: string;
  readonly function: Lambda;
  readonly authorizer?: string | undefined;
}

/** A REST API's gateway response, in the shape of AWS::ApiGateway::GatewayResponse. */
export interface GatewayResponseConfig {
  readonly statusCode?: number;
  /** `gatewayresponse.header.<Name>` to `'literal'`, `context.<variable>` or `method.request.header.<Name>`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The `application/json` template; `$context.…` variables are filled in. */
  readonly template?: string;
}

export interface TestGatewayOptions {
  readonly api: ApiType;
  readonly stage: string;
  readonly routes: readonly RouteConfig[];
  readonly authorizers?: Readonly<Record<string, AuthorizerConfig>>;
  /** REST only: by response type, such as `UNAUTHORIZED`, `ACCESS_DENIED`, `DEFAULT_4XX`. */
  readonly gatewayResponses?: Readonly<Record<string, GatewayResponseConfig>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

export interface TestRequest {
  readonly method?: string;
  /** With or without a query string. */
  readonly path: string;
  readonly headers?: Pairs;
  readonly query?: Pairs;
  readonly cookies?: readonly string[];
  readonly body?: string | null;
}

export interface TestResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to a handshake; the connection exists when the status is 101. */
export interface TestHandshake extends TestResponse {
  readonly connectionId: string | null;
}

/** One call of an authorizer or a function. */
export interface Invocation {
  readonly kind: "authorizer" | "function";
  /** The authorizer's name, or the route's key. */
  readonly name: string;
  readonly event: unknown;
}

export interface TestGateway {
  /** REST and HTTP APIs. */
  request(request: TestRequest): Promise<TestResponse>;
  /** WebSocket APIs: the handshake. */
  connect(request?: Omit<TestRequest, "path" | "body">): Promise<TestHandshake>;
  /** WebSocket APIs: one text message; the route is chosen by the body's `action`. */
  send(connectionId: string, body: string): Promise<TestResponse>;
  /** WebSocket APIs: the client goes away. */
  disconnect(connectionId: string): Promise<void>;
  /** Everything that was invoked so far, in order. */
  readonly invocations: readonly Invocation[];
}

/** Why API Gateway itself refuses a request. REST names its gateway responses so. */
export type Refusal =
  | "UNAUTHORIZED"
  | "ACCESS_DENIED"
  | "EXPLICIT_DENY"
  | "AUTHORIZER_FAILURE"
  | "AUTHORIZER_CONFIGURATION_ERROR"
  | "MISSING_AUTHENTICATION_TOKEN"
  | "URI_TOO_LONG"
  | "HEADERS_TOO_LARGE"
  | "INTEGRATION_FAILURE";

/** An authorizer context after its API type's conversion. */
export type AuthorizerContext = Readonly<Record<string, unknown>>;

/** What came of authorization. */
export type Authorization =
  | { readonly allowed: true; readonly context: AuthorizerContext }
  | { readonly allowed: false; readonly refusal: Refusal; readonly context: AuthorizerContext | null };
