import { gatewayResponses } from "../../src/gateway/gateway-responses.ts";
import { guard } from "../../src/guard/index.ts";
import {
  appSyncAuthorizer,
  type AuthorizerOptions,
  defineGateway,
  type Gateway,
  httpAuthorizer,
  httpPolicyAuthorizer,
  type LogEntry,
  oidc,
  restRequestAuthorizer,
  restTokenAuthorizer,
  type RuleInput,
  scope,
  verifyingGuard,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { createTestTokens, type TestTokens } from "../../src/testing/index.ts";
import { httpProxyEvent } from "../events/http-api.ts";
import type { Pairs } from "../events/incoming.ts";
import { testClock } from "../gateway/fixtures.ts";
import { createTestGateway } from "../gateway/gateway.ts";
import type { ApiType, AuthorizerConfig, GatewayResponseConfig, Lambda, TestResponse } from "../gateway/types.ts";

export const ISSUED_AT = Date.UTC(2026, 0, 1, 12);
const AUDIENCE = "https://api.orders.example";
export const ORIGIN = "https://app.example";

/** One way for a request to fail, or not to. */
export interface Situation {
  /** The rule of the route that is asked for; null: the route is deployed and not in the table. */
  readonly rule?: RuleInput | null;
  readonly token?: "good" | "expired" | "none";
  readonly keys?: "known" | "unavailable";
  /** Another API type's authorizer in this place. */
  readonly misplaced?: boolean;
  /** False: the path is not deployed. */
  readonly deployed?: boolean;
  readonly handler?: "answers" | "throws";
  /** Asks twice, so many seconds apart; the second answer counts. */
  readonly again?: number;
}

/** What the caller and the operator see. */
export interface Seen {
  /** Null where the platform's answer is not API Gateway's to give. */
  readonly status: number | null;
  readonly challenge: string | null;
  readonly isProblem: boolean;
  readonly hasCorrelationId: boolean;
  readonly isReadableByPage: boolean;
  /** The codes that were logged, by authorizer and guard. */
  readonly codes: readonly string[];
  readonly levels: readonly string[];
  readonly body: string;
}

type Factory = (gateway: Gateway, options: AuthorizerOptions) => unknown;

interface Kind {
  readonly api: ApiType;
  readonly factory: Factory;
  readonly settings: Omit<AuthorizerConfig, "handler">;
}

const rest = (type: "TOKEN" | "REQUEST", factory: Factory): Kind => ({
  api: "rest",
  factory,
  settings: { type, payload: "1.0", identitySources: ["method.request.header.Authorization"], ttl: 300 },
});

const http = (factory: Factory, settings: Partial<AuthorizerConfig>): Kind => ({
  api: "http",
  factory,
  settings: {
    type: "REQUEST",
    payload: "2.0",
    identitySources: ["$request.header.Authorization", "$context.routeKey"],
    ttl: 300,
    ...settings,
  },
});

const simple = (denials: "gateway" | "guard" | "guard-uncached", settings: Partial<AuthorizerConfig> = {}) =>
  http((gateway, options) => httpAuthorizer(gateway, { ...options, denials }), { simple: true, ...settings });

/** Every kind of API behind the emulated API Gateway. */
export const KINDS = {
  "REST, TOKEN": rest("TOKEN", restTokenAuthorizer),
  "REST, REQUEST": rest("REQUEST", restRequestAuthorizer),
  "HTTP, simple": simple("gateway"),
  "HTTP, policy 1.0": http(httpPolicyAuthorizer, { payload: "1.0" }),
  "HTTP, policy 2.0": http(httpPolicyAuthorizer, {}),
  "HTTP, guard": simple("guard"),
  "HTTP, guard, no cache": simple("guard-uncached", { identitySources: [], ttl: 0 }),
  WebSocket: {
    api: "websocket",
    factory: webSocketAuthorizer,
    settings: { type: "REQUEST", payload: "1.0", identitySources: ["route.request.header.Authorization"] },
  },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

/** Keys of the one issuer, and its tokens. */
export async function createIssuer(): Promise<TestTokens> {
  return createTestTokens(gatewayWith(null), { clock: () => ISSUED_AT });
}

export function gatewayWith(rule: RuleInput | null): Gateway {
  return defineGateway({
    issuers: { shop: oidc({ issuer: "https://id.shop.example", audience: AUDIENCE, jwksUri: "https://id.shop.example/keys" }) },
    routes: { "GET /health": "public", ...(rule !== null && { "GET /orders": rule, $connect: rule }) },
  });
}

async function headersFor(issuer: TestTokens, token: Situation["token"]): Promise<Pairs> {
  if (token === "none") return [];
  const now = ISSUED_AT / 1_000;
  const times = token === "expired" ? { iat: now - 7_200, exp: now - 3_600 } : { iat: now, exp: now + 120 };
  const claims = { sub: "user-1", aud: AUDIENCE, client_id: "web", scope: "orders:read", ...times };
  return [["Authorization", `Bearer ${await issuer.sign("shop", { claims })}`]];
}

/** Deploys one API for the situation and asks it. */
export async function ask(name: KindName, issuer: TestTokens, situation: Situation): Promise<Seen> {
  const { rule = scope("orders:read"), token = "good", deployed = true, misplaced = false, again = 0 } = situation;
  const kind: Kind = KINDS[name];
  const gateway = gatewayWith(rule);
  const clock = testClock(ISSUED_AT);
  const entries: { code?: unknown; level?: unknown }[] = [];
  const log = (entry: object) => void entries.push(entry);
  const factory: Factory = misplaced ? (kind.api === "rest" ? httpAuthorizer : restTokenAuthorizer) : kind.factory;
  const jwks = situation.keys === "unavailable" ? {} : issuer.jwks;
  const business = guard(gateway, handlerOf(situation), { clock, log }) as Lambda;
  const key = kind.api === "websocket" ? "$connect" : "GET /orders";
  const testGateway = createTestGateway({
    api: kind.api,
    stage: kind.api === "http" ? "$default" : "prod",
    routes: deployed ? [{ key, function: business, authorizer: "main" }] : [],
    authorizers: { main: { ...kind.settings, handler: factory(gateway, { clock, jwks, log }) as Lambda } },
    gatewayResponses: kind.api === "rest" ? generated() : {},
    clock,
  });
  const headers = await headersFor(issuer, token);
  const request = () => (kind.api === "websocket" ? testGateway.connect({ headers }) : testGateway.request({ path: "/orders", headers }));
  let response = await request();
  if (again > 0) {
    clock.advance(again);
    response = await request();
  }
  return seenOf(response, entries);
}

const handlerOf =
  ({ handler = "answers" }: Situation) =>
  async () => {
    if (handler === "throws") throw new Error("a secret detail");
    return { statusCode: 200, body: "{}" };
  };

/** The generated gateway responses in the emulator's form. */
export function generated(options: Partial<Parameters<typeof gatewayResponses>[0]> = {}): Record<string, GatewayResponseConfig> {
  const resources = Object.values(gatewayResponses({ origin: ORIGIN, ...options }));
  return Object.fromEntries(
    resources.map(({ Properties: { ResponseType, StatusCode, ResponseParameters, ResponseTemplates } }) => [
      ResponseType,
      {
        parameters: ResponseParameters,
        template: ResponseTemplates["application/json"],
        ...(StatusCode !== undefined && { statusCode: Number(StatusCode) }),
      },
    ]),
  );
}

export function seenOf({ status, headers, body }: TestResponse, entries: readonly { code?: unknown; level?: unknown }[]): Seen {
  const isProblem = headers["content-type"] === "application/problem+json";
  const parsed = isProblem ? (JSON.parse(body) as { correlationId?: unknown }) : {};
  return {
    status,
    challenge: headers["www-authenticate"] ?? headers["x-amzn-remapped-www-authenticate"] ?? null,
    isProblem,
    hasCorrelationId: typeof parsed.correlationId === "string" && parsed.correlationId !== "",
    isReadableByPage: headers["access-control-allow-origin"] === ORIGIN,
    codes: entries.flatMap(({ code }) => (typeof code === "string" ? [code] : [])),
    levels: entries.flatMap(({ level }) => (typeof level === "string" ? [level] : [])),
    body,
  };
}

/** The verifying guard behind a Function URL. */
export async function askFunction(issuer: TestTokens, situation: Situation): Promise<Seen> {
  const { rule = scope("orders:read"), token = "good" } = situation;
  const entries: LogEntry[] = [];
  const jwks = situation.keys === "unavailable" ? {} : issuer.jwks;
  const options = { clock: () => ISSUED_AT, jwks, log: (entry: object) => void entries.push(entry as LogEntry) };
  const handler = verifyingGuard(gatewayWith(rule), handlerOf(situation), options);
  const event = httpProxyEvent({ path: "/orders", routeKey: "$default", headers: await headersFor(issuer, token) });
  const {
    statusCode,
    headers = {},
    body,
  } = (await handler(event)) as { statusCode: number; headers?: Record<string, string>; body: string };
  return seenOf({ status: statusCode, headers, body }, entries);
}

/** AppSync's authorizer: whatever is refused is AppSync's own answer. */
export async function askAppSync(issuer: TestTokens, situation: Situation): Promise<Seen & { readonly outcome: string }> {
  const { rule = scope("orders:read"), token = "good" } = situation;
  const entries: LogEntry[] = [];
  const jwks = situation.keys === "unavailable" ? {} : issuer.jwks;
  const options = { clock: () => ISSUED_AT, jwks, log: (entry: LogEntry) => void entries.push(entry) };
  const authorizer = appSyncAuthorizer(gatewayWith(null), { ...options, rule: rule ?? "authenticated" });
  const [header] = await headersFor(issuer, token);
  const event = { authorizationToken: header?.[1] ?? "", requestContext: { apiId: "api" } };
  const outcome = await authorizer(event).then(
    ({ isAuthorized }) => (isAuthorized ? "authorized" : "not authorized"),
    () => "error",
  );
  return { ...seenOf({ status: 0, headers: {}, body: "" }, entries), status: null, outcome };
}
