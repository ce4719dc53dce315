import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyOptions, jwtVerify } from "jose";
import { expect, vi } from "vitest";
import { guard } from "../../src/guard/index.ts";
import {
  appSyncAuthorizer,
  createVerifier,
  type Gateway,
  httpAuthorizer,
  httpPolicyAuthorizer,
  REASONS,
  type ReasonCode,
  type LogEntry,
  restRequestAuthorizer,
  restTokenAuthorizer,
  SallyportError,
  scope,
  verifyingGuard,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { evaluatePolicy } from "../gateway/iam.ts";
import { AUDIENCE, CLOCK, createServers, gateway as labGateway, KEY_SETS, NOW, type Servers } from "./lab.ts";
import { leaksOf } from "./leaks.ts";

/** One attempt to get in. */
export interface Attempt {
  /** Sent as `Authorization: Bearer <token>`. */
  readonly token?: string;
  /** The whole header's value, instead of a token. */
  readonly authorization?: string | undefined;
  /** Default `GET /orders`, which wants the scope `orders:read`. */
  readonly route?: string;
  readonly gateway?: Gateway;
  readonly servers?: () => Servers;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Where the token is handed over without a header around it, its reason; default the same. */
  readonly bare?: ReasonCode;
  /** Further values that must turn up nowhere. */
  readonly secrets?: readonly string[];
}

type DecisionKind = "allow" | "deny" | "unauthenticated" | "unavailable";

interface Options {
  readonly clock: () => number;
  readonly fetch: Servers["fetch"];
  readonly log: (entry: object) => void;
}
/** What came back: an answer with its decision, or something thrown. */
interface Reply {
  readonly decision: DecisionKind;
  readonly answer: unknown;
}
type Ask = (gateway: Gateway, options: Options, authorization: string | undefined, route: string) => Promise<Reply>;

const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live";
const arnOf = (route: string) => `${STAGE}/${route.replace(" ", "")}`;

/** The answer is a policy: what it says of the very request. */
const byPolicy = (arn: string, answer: { policyDocument: unknown }): Reply => ({
  decision: evaluatePolicy(answer.policyDocument as Parameters<typeof evaluatePolicy>[0], arn) === "allow" ? "allow" : "deny",
  answer,
});
const byFlag = (answer: { isAuthorized: boolean }): Reply => ({ decision: answer.isAuthorized ? "allow" : "deny", answer });

const headersOf = (authorization: string | undefined) => (authorization === undefined ? {} : { authorization });

/** Every way in that API Gateway and its relatives offer. */
const ENTRANCES: Readonly<Record<string, Ask>> = {
  "REST TOKEN": async (gateway, options, authorizationToken, route) => {
    const event = { type: "TOKEN", methodArn: arnOf(route), ...(authorizationToken !== undefined && { authorizationToken }) };
    return byPolicy(event.methodArn, await restTokenAuthorizer(gateway, options)(event));
  },
  "REST REQUEST": async (gateway, options, authorization, route) => {
    const event = { type: "REQUEST", methodArn: arnOf(route), headers: headersOf(authorization) };
    return byPolicy(event.methodArn, await restRequestAuthorizer(gateway, options)(event));
  },
  HTTP: async (gateway, options, authorization, routeKey) =>
    byFlag(await httpAuthorizer(gateway, options)({ version: "2.0", type: "REQUEST", routeKey, headers: headersOf(authorization) })),
  "HTTP with refusals left to the guard": async (gateway, options, authorization, routeKey) => {
    const authorizer = httpAuthorizer(gateway, { ...options, denials: "guard-uncached" });
    const { isAuthorized, context } = await authorizer({ version: "2.0", type: "REQUEST", routeKey, headers: headersOf(authorization) });
    if (!isAuthorized) return { decision: "deny", answer: "never in this mode" };
    const { clock, log } = options;
    const handler = guard(gateway, async () => ({ statusCode: 200 }), { clock, log });
    const answer = await handler({ version: "2.0", routeKey, requestContext: { authorizer: { lambda: context } } });
    return { decision: decisionOf(answer.statusCode), answer: [answer, context] };
  },
  "HTTP with policies": async (gateway, options, authorization, route) => {
    const event = { version: "1.0", type: "REQUEST", methodArn: arnOf(route), headers: headersOf(authorization) };
    return byPolicy(event.methodArn, await httpPolicyAuthorizer(gateway, options)(event));
  },
  WebSocket: async (gateway, options, authorization) => {
    const event = { type: "REQUEST", methodArn: arnOf("$connect"), headers: headersOf(authorization) };
    return byPolicy(event.methodArn, await webSocketAuthorizer(gateway, options)(event));
  },
  AppSync: async (gateway, options, authorizationToken) => {
    const authorizer = appSyncAuthorizer(gateway, { ...options, rule: scope("orders:read") });
    return byFlag(await authorizer({ authorizationToken: authorizationToken ?? null, requestContext: { apiId: "api1234567" } }));
  },
  "function URL": async (gateway, options, authorization, route) => {
    const [method, rawPath] = route.split(" ");
    const guarded = verifyingGuard(gateway, async () => ({ statusCode: 200 }), options);
    const requestContext = { stage: "$default", http: { method } };
    const answer = await guarded({ version: "2.0", rawPath, headers: headersOf(authorization), requestContext });
    return { decision: decisionOf(answer.statusCode), answer };
  },
};
/** These have one route only. */
const WITHOUT_ROUTES = ["WebSocket", "AppSync"];

function decisionOf(status: number): DecisionKind {
  if (status === 200) return "allow";
  return status === 401 ? "unauthenticated" : status === 403 ? "deny" : "unavailable";
}

/** Runs one attempt at one entrance and writes down everything that came out of it. */
async function run(name: string, attempt: Attempt) {
  const { token, authorization = token === undefined ? undefined : `Bearer ${token}`, route = "GET /orders" } = attempt;
  const servers = (attempt.servers ?? createServers)();
  const entries: LogEntry[] = [];
  const console = watchConsole();
  const options: Options = {
    clock: attempt.clock ?? CLOCK,
    fetch: servers.fetch,
    log: (entry) => void entries.push(entry as LogEntry),
  };
  try {
    const reply = await reach(() => ENTRANCES[name]?.(attempt.gateway ?? labGateway, options, authorization, route));
    const written = [JSON.stringify(entries), ...console.lines];
    return { ...reply, code: entries.at(-1)?.code ?? null, fetches: servers.urls.length, urls: servers.urls, written };
  } finally {
    console.restore();
  }
}

/** A throw is a decision too: exactly `Unauthorized` is a 401, an error of ours is a 5xx. Anything else fails the test. */
async function reach(ask: () => Promise<Reply> | undefined): Promise<Reply> {
  try {
    return (await ask()) ?? { decision: "allow", answer: "no such entrance" };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const answer = [error.message, error.stack, String(error.cause ?? "")];
    if (error.message === "Unauthorized") return { decision: "unauthenticated", answer };
    if (error instanceof SallyportError && error.status >= 500) return { decision: "unavailable", answer };
    throw error;
  }
}

function watchConsole() {
  const lines: string[] = [];
  const spies = (["log", "info", "warn", "error", "debug"] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void lines.push(args.map(String).join(" "))),
  );
  return { lines, restore: () => spies.forEach((spy) => spy.mockRestore()) };
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
  for (const name of entrancesOf(attempt)) {
    const seen = await run(name, attempt);
    // A denied principal is known, and crosses the wall; the token itself never does.
    const outputs = [...seen.written, ...(decision === "deny" ? [] : [JSON.stringify(seen.answer)])];
    const leaks = leaksOf(attempt, outputs, [JSON.stringify(seen.answer)]);
    const found = { name, decision: seen.decision, code: seen.code, fetches: seen.fetches, leaks };
    expect(found).toEqual({ name, decision: seenAt(name, decision), code, fetches, leaks: [] });
  }
  if (attempt.token !== undefined && decision !== "deny") await refusedBare(attempt.token, attempt, attempt.bare ?? code);
}

async function refusedBare(token: string, attempt: Attempt, code: ReasonCode): Promise<void> {
  const { fetch } = (attempt.servers ?? createServers)();
  const verifier = createVerifier(attempt.gateway ?? labGateway, { clock: attempt.clock ?? CLOCK, fetch });
  const error: unknown = await verifier.verify(token).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SallyportError);
  expect((error as SallyportError).code).toBe(code);
}

function entrancesOf({ route }: Attempt): string[] {
  return Object.keys(ENTRANCES).filter((name) => route === undefined || !WITHOUT_ROUTES.includes(name));
}

/** The attempt gets in at every entrance: the control that shows that only the attack was refused. */
export async function accepted(input: string | Attempt, fetches = 1): Promise<void> {
  const attempt = typeof input === "string" ? { token: input } : input;
  for (const name of entrancesOf(attempt)) {
    const { decision, code, fetches: made, written, answer } = await run(name, attempt);
    const leaks = leaksOf(attempt, written, [JSON.stringify(answer)]);
    expect({ name, decision, code, fetches: made, leaks }).toEqual({ name, decision: "allow", code: null, fetches, leaks: [] });
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
