import { type AuthorizationRequest, authorize, type Decision, type Runtime, seconds } from "../authorize.ts";
import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { createKeys, type KeysOptions } from "../keys/create-keys.ts";
import { type Log, logToConsole } from "../observe/log.ts";
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
  /** Keys saved earlier, for a cold start without the network. */
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
  readonly allow: (event: Event, principal: Principal | null, reach: Reach) => Answer;
  readonly deny: (event: Event, principal: Principal, code: string, reach: Reach) => Answer;
}

/** The routes open to a principal, for answers that API Gateway reuses on other routes. */
export interface Reach {
  readonly gateway: Gateway;
  readonly allowed: (route: Route) => boolean;
}

/** The Lambda handler of an authorizer. It throws nothing but the 401 signal and, for failures, an error that becomes a 500. */
export type AuthorizerHandler<Event, Answer> = (event: Event) => Promise<Answer>;

/** Builds the runtime once, outside the handler: caches live as long as the sandbox. */
export function createRuntime(gateway: Gateway, options: VerifierOptions): Runtime {
  const { clock = Date.now, fetch, jwks, snapshot } = options;
  return { gateway, clock, keys: createKeys({ clock, fetch, jwks, snapshot }) };
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
    const decision = await authorize(request, runtime);
    if (decision.kind !== "allow") logRefusal(log, decision, request.route, event);
    try {
      return answer(api, event, decision, runtime);
    } catch (error) {
      throw signalFor(error, log, request.route, event, decision);
    }
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

function answer<Event, Answer>(api: ApiType<Event, Answer>, event: Event, decision: Decision, { gateway, clock }: Runtime): Answer {
  switch (decision.kind) {
    case "allow":
      return api.allow(event, decision.principal, reachOf(gateway, decision.principal, seconds(clock())));
    case "deny":
      if (new SallyportError(decision.code).status === 401) throw new UnauthorizedSignal();
      return api.deny(event, decision.principal, decision.code, reachOf(gateway, decision.principal, seconds(clock())));
    case "unauthenticated":
      throw new UnauthorizedSignal();
    case "unavailable":
      throw new SallyportError(decision.code);
  }
}

function reachOf(gateway: Gateway, principal: Principal | null, now: number): Reach {
  return { gateway, allowed: ({ rule }) => (principal === null ? rule.kind === "public" : evaluate(rule, principal, now).holds) };
}

/** API Gateway turns an error with exactly this message into a 401, and any other into a 500. */
class UnauthorizedSignal extends Error {
  constructor() {
    super("Unauthorized");
  }
}

/** What may leave the handler: the two signals as they are; a failure while answering is logged and becomes a fixed code. */
function signalFor(error: unknown, log: Log, route: Route | null, event: unknown, decision: Decision): Error {
  if (error instanceof UnauthorizedSignal || (error instanceof SallyportError && decision.kind === "unavailable")) return error;
  const code = error instanceof SallyportError ? error.code : "internal_error";
  logRefusal(log, { kind: "unavailable", code, issuer: null }, route, event);
  return new SallyportError(code);
}

function logRefusal(log: Log, decision: Exclude<Decision, { kind: "allow" }>, route: Route | null, event: unknown): void {
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
