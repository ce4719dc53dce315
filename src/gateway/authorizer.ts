import { type AuthorizationRequest, authorize, type Decision, type Runtime, seconds } from "../authorize.ts";
import { REASONS, SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { createKeys, type KeysOptions } from "../keys/create-keys.ts";
import { pinnedKeys } from "../keys/snapshot.ts";
import { type Log, logToConsole } from "../observe/log.ts";
import type { AuthorizerContext } from "../principal/codec.ts";
import type { Principal } from "../principal/principal.ts";
import { evaluate } from "../rules/evaluate.ts";
import type { Route } from "../rules/route-table.ts";

/** What every verifier and authorizer may be given; nothing is needed on Lambda. */
export interface VerifierOptions {
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly clock?: () => number;
  /** Fetches keys and discovery documents; default a small client over `node:https`. */
  readonly fetch?: KeysOptions["fetch"];
  /** An issuer's name to its fixed key set. When given, no network is used at all. */
  readonly jwks?: KeysOptions["jwks"];
  /** Keys saved earlier, for a cold start without the network. Default: those of `sallyport keys pin` that the build found. */
  readonly snapshot?: KeysOptions["snapshot"];
}

export interface AuthorizerOptions extends VerifierOptions {
  /** Where refusals are written; default one JSON line on stdout. */
  readonly log?: Log;
}

/** One API type's way of asking and answering. */
export interface ApiType<Event, Answer> {
  /** @throws SallyportError `event_unsupported` where the event is not of this API type */
  readonly read: (event: Event, gateway: Gateway) => AuthorizationRequest;
  /** @throws SallyportError `principal_too_large` */
  readonly encode: (principal: Principal) => AuthorizerContext;
  readonly answer: (event: Event, outcome: Outcome) => Answer;
  /** The answer to an unauthenticated caller, on API types that have no signal for 401. */
  readonly unauthenticated?: () => Answer;
}

/** What an answer is made of. */
export interface Outcome {
  readonly isAllowed: boolean;
  /** Null: a public route, which nobody had to prove anything for. */
  readonly principal: Principal | null;
  readonly context: AuthorizerContext;
  readonly gateway: Gateway;
  /** The routes open to the principal, for answers that API Gateway reuses on other routes. */
  readonly reaches: (route: Route) => boolean;
}

/** The Lambda handler of an authorizer. It throws nothing but the 401 signal and, for failures, an error that becomes a 500. */
export type AuthorizerHandler<Event, Answer> = (event: Event) => Promise<Answer>;

/** Builds the runtime once, outside the handler: caches live as long as the sandbox. */
export function createRuntime(gateway: Gateway, options: VerifierOptions): Runtime {
  const { clock = Date.now, fetch, jwks, snapshot = pinnedKeys } = options;
  const maxStale = gateway.keys.maxStale * 1_000;
  return { gateway, clock, keys: createKeys({ clock, fetch, jwks, snapshot, maxStale }) };
}

/** An authorizer of one API type. */
export function createAuthorizer<Event, Answer>(
  gateway: Gateway,
  options: AuthorizerOptions,
  api: ApiType<Event, Answer>,
): AuthorizerHandler<Event, Answer> {
  const runtime = createRuntime(gateway, options);
  const log = options.log ?? logToConsole;
  return async function authorizer(event) {
    const request = readRequest(api, event, gateway);
    const decided = await authorize(request, runtime);
    const context = contextOf(decided, api);
    const decision = withinBudget(decided, context);
    if (decision.kind !== "allow") logRefusal(log, decision, request.route, event);
    return answer(api, event, decision, context, runtime);
  };
}

/** An event that cannot be read is refused inside the decision, so that it is logged like everything else. */
function readRequest<Event, Answer>(api: ApiType<Event, Answer>, event: Event, gateway: Gateway): AuthorizationRequest {
  try {
    return api.read(event, gateway);
  } catch (error) {
    const failure = error instanceof SallyportError ? error : new SallyportError("event_unsupported");
    return {
      route: null,
      credential: () => {
        throw failure;
      },
    };
  }
}

/** What the answer carries, encoded once; null: there is no principal to carry, or it does not fit. */
function contextOf<Event, Answer>(decision: Decision, api: ApiType<Event, Answer>): AuthorizerContext | null {
  if (decision.kind !== "allow" && decision.kind !== "deny") return null;
  return decision.principal === null ? {} : encoded(api, decision.principal);
}

/** A principal that does not fit into the answer is denied, never cut. */
function withinBudget(decision: Decision, context: AuthorizerContext | null): Decision {
  if (decision.kind !== "allow" || decision.principal === null || context !== null) return decision;
  return { kind: "deny", principal: decision.principal, code: "principal_too_large" };
}

function encoded<Event, Answer>(api: ApiType<Event, Answer>, principal: Principal): AuthorizerContext | null {
  try {
    return api.encode(principal);
  } catch (error) {
    if (error instanceof SallyportError && error.code === "principal_too_large") return null;
    throw error;
  }
}

function answer<Event, Answer>(
  api: ApiType<Event, Answer>,
  event: Event,
  decision: Decision,
  context: AuthorizerContext | null,
  { gateway, clock }: Runtime,
): Answer {
  if (decision.kind === "unauthenticated") return unauthenticated(api);
  if (decision.kind === "unavailable") throw new SallyportError(decision.code);
  const { kind, principal } = decision;
  const isAllowed = kind === "allow";
  if (!isAllowed && REASONS[decision.code].status === 401) return unauthenticated(api);
  const now = seconds(clock());
  const reaches = ({ rule }: Route) =>
    principal === null ? rule.kind === "public" : context !== null && evaluate(rule, principal, now).holds;
  return api.answer(event, {
    isAllowed,
    principal,
    gateway,
    reaches,
    context: { ...context, ...(!isAllowed && { reason: decision.code }) },
  });
}

function unauthenticated<Event, Answer>(api: ApiType<Event, Answer>): Answer {
  if (api.unauthenticated === undefined) throw new UnauthorizedSignal();
  return api.unauthenticated();
}

/** API Gateway turns an error with exactly this message into a 401, and any other into a 500. */
class UnauthorizedSignal extends Error {
  constructor() {
    super("Unauthorized");
    // An expected refusal is no fault of the code: the runtime would otherwise log a stack for every one.
    this.stack = "Unauthorized";
  }
}

/** Writes a refusal down. */
export function logRefusal(log: Log, decision: Exclude<Decision, { kind: "allow" }>, route: Route | null, event: unknown): void {
  const failed = decision.kind === "unavailable";
  log({
    level: failed ? "ERROR" : "WARN",
    message: failed ? "Request failed" : "Request refused",
    code: decision.code,
    issuer: decision.kind === "deny" ? decision.principal.issuer : decision.issuer,
    route: route?.key ?? null,
    requestId: requestIdOf(event),
  });
}

/** API Gateway's own id; anything that does not look like one is not written down. */
function requestIdOf(event: unknown): string | null {
  const id = (event as { requestContext?: { requestId?: unknown } } | null)?.requestContext?.requestId;
  return typeof id === "string" && /^[A-Za-z0-9=_-]{1,64}$/.test(id) ? id : null;
}
