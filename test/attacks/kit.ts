import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyOptions, jwtVerify } from "jose";
import { expect } from "vitest";
import { guard } from "../../src/guard/index.ts";
import {
  appSyncAuthorizer,
  createVerifier,
  type Gateway,
  httpAuthorizer,
  httpPolicyAuthorizer,
  REASONS,
  type ReasonCode,
  restRequestAuthorizer,
  restTokenAuthorizer,
  scope,
  verifyingGuard,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { AUDIENCE, createServers, gateway as labGateway, KEY_SETS, NOW, type Servers } from "./lab.ts";
import type { Secrets } from "./leaks.ts";
import { assertRefused, bareDecision, createPlace, type DecisionKind, decisionOf, type Options, type Seen, witness } from "./witness.ts";

/** One attempt to get in; its token is sent as `Authorization: Bearer <token>`. */
export interface Attempt extends Secrets {
  /** Default `GET /orders`, which wants the scope `orders:read`. */
  readonly route?: string;
  readonly gateway?: Gateway;
  readonly servers?: () => Servers;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Where the token is handed over without a header or a route around it, its reason; null: it is good there. Default the same. */
  readonly bare?: ReasonCode | null;
}

type Ask = (gateway: Gateway, options: Options, authorization: string | undefined, route: string) => Promise<unknown>;

const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live";
const arnOf = (route: string) => `${STAGE}/${route.replace(" ", "")}`;

const headersOf = (authorization: string | undefined) => (authorization === undefined ? {} : { authorization });

/** Every way in that API Gateway and its relatives offer. */
const ENTRANCES: Readonly<Record<string, Ask>> = {
  "REST TOKEN": (gateway, options, authorizationToken, route) => {
    const event = { type: "TOKEN", methodArn: arnOf(route), ...(authorizationToken !== undefined && { authorizationToken }) };
    return restTokenAuthorizer(gateway, options)(event);
  },
  "REST REQUEST": (gateway, options, authorization, route) =>
    restRequestAuthorizer(gateway, options)({ type: "REQUEST", methodArn: arnOf(route), headers: headersOf(authorization) }),
  HTTP: (gateway, options, authorization, routeKey) =>
    httpAuthorizer(gateway, options)({ version: "2.0", type: "REQUEST", routeKey, headers: headersOf(authorization) }),
  "HTTP with refusals left to the guard": async (gateway, options, authorization, routeKey) => {
    const authorizer = httpAuthorizer(gateway, { ...options, denials: "guard-uncached" });
    const answered = await authorizer({ version: "2.0", type: "REQUEST", routeKey, headers: headersOf(authorization) });
    // Never in this mode.
    if (!answered.isAuthorized) return answered;
    const { clock, log } = options;
    const { context } = answered;
    const handler = guard(gateway, async () => ({ statusCode: 200 }), { clock, log });
    return { ...(await handler({ version: "2.0", routeKey, requestContext: { authorizer: { lambda: context } } })), context };
  },
  "HTTP with policies": (gateway, options, authorization, route) => {
    const event = { version: "1.0", type: "REQUEST", methodArn: arnOf(route), headers: headersOf(authorization) };
    return httpPolicyAuthorizer(gateway, options)(event);
  },
  WebSocket: (gateway, options, authorization) =>
    webSocketAuthorizer(gateway, options)({ type: "REQUEST", methodArn: arnOf("$connect"), headers: headersOf(authorization) }),
  AppSync: (gateway, options, authorizationToken) => {
    const authorizer = appSyncAuthorizer(gateway, { ...options, rule: scope("orders:read") });
    return authorizer({ authorizationToken: authorizationToken ?? null, requestContext: { apiId: "api1234567" } });
  },
  "function URL": (gateway, options, authorization, route) => {
    const [method, rawPath] = route.split(" ");
    const guarded = verifyingGuard(gateway, async () => ({ statusCode: 200 }), options);
    const requestContext = { stage: "$default", http: { method } };
    return guarded({ version: "2.0", rawPath, headers: headersOf(authorization), requestContext });
  },
};
/** These have one route only. */
const WITHOUT_ROUTES = ["WebSocket", "AppSync"];

/** Runs one attempt at one entrance and writes down everything that came out of it. */
async function run(name: string, ask: Ask, attempt: Attempt): Promise<Seen> {
  const { token, authorization = token === undefined ? undefined : `Bearer ${token}`, route = "GET /orders" } = attempt;
  const place = createPlace((attempt.servers ?? createServers)(), attempt.clock);
  const arn = arnOf(name === "WebSocket" ? "$connect" : route);
  const { seen } = await witness((options) => ask(attempt.gateway ?? labGateway, options, authorization, route), place, attempt, arn);
  return seen;
}

/** AppSync knows one refusal, its own 401. */
const seenAt = (entrance: string, decision: DecisionKind): DecisionKind =>
  entrance === "AppSync" && decision === "unauthenticated" ? "deny" : decision;

/**
 * The attempt fails at every entrance: with this reason, the decision that belongs to it and this many fetches, and nothing of
 * the token or its claims is in logs, answers or errors.
 */
export async function refused(input: string | Attempt, code: ReasonCode, fetches = 0): Promise<void> {
  const attempt = typeof input === "string" ? { token: input } : input;
  const decision = decisionOf(REASONS[code].status);
  for (const [name, ask] of entrancesOf(attempt)) {
    const seen = await run(name, ask, attempt);
    expect({ name, ...seen }).toEqual({ name, decision: seenAt(name, decision), code, fetches, leaks: [] });
  }
  const { token, bare = code } = attempt;
  if (token !== undefined && bare !== null && decision !== "deny") await refusedBare(token, attempt, bare, fetches);
}

async function refusedBare(token: string, attempt: Attempt, code: ReasonCode, fetches: number): Promise<void> {
  const place = createPlace((attempt.servers ?? createServers)(), attempt.clock);
  const ask = async ({ clock, fetch }: Options) =>
    bareDecision(createVerifier(attempt.gateway ?? labGateway, { clock, fetch }).verify(token));
  await assertRefused(ask, code, { ...attempt, place, fetches });
}

function entrancesOf({ route }: Attempt): [string, Ask][] {
  return Object.entries(ENTRANCES).filter(([name]) => route === undefined || !WITHOUT_ROUTES.includes(name));
}

/** The attempt gets in at every entrance: the control that shows that only the attack was refused. */
export async function accepted(input: string | Attempt, fetches = 1): Promise<void> {
  const attempt = typeof input === "string" ? { token: input } : input;
  for (const [name, ask] of entrancesOf(attempt)) {
    const seen = await run(name, ask, attempt);
    expect({ name, ...seen }).toEqual({ name, decision: "allow", code: null, fetches, leaks: [] });
  }
}

/** Plain jose lets the token in, so that it is this gateway that refuses it. */
export async function joseAccepts(
  token: string,
  options: JWTVerifyOptions = {},
  keys = KEY_SETS["https://shop.example/keys"],
): Promise<void> {
  const currentDate = new Date(NOW * 1_000);
  const settings = { issuer: ["https://shop.example", "https://curve.example"], audience: AUDIENCE, currentDate, ...options };
  await expect(jwtVerify(token, createLocalJWKSet(keys as unknown as JSONWebKeySet), settings)).resolves.toBeTruthy();
}
