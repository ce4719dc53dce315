import { type AuthorizationRequest, authorize, type Decision, NOBODY, type Runtime } from "../authorize.ts";
import { seconds } from "../seconds.ts";
import { REASONS, SallyportError } from "../errors.ts";
import { isOnLambda } from "../config/lambda.ts";
import type { Gateway } from "../gateway.ts";
import { createKeys, type KeysOptions } from "../keys/create-keys.ts";
import { prefetchKeys } from "../keys/prefetch.ts";
import { httpsFetch } from "../keys/transport.ts";
import { openLive } from "../live/open-live.ts";
import { pinnedKeys } from "../keys/snapshot.ts";
import type { KeyEvents } from "../keys/key-events.ts";
import { createObserver, type ObserverOptions } from "../observe/observer.ts";
import { type AuthorizerContext, encodeMarks } from "../principal/codec.ts";
import type { Principal } from "../principal/principal.ts";
import { challengeOf } from "../rules/challenge.ts";
import { evaluate } from "../rules/evaluate.ts";
import type { Route } from "../rules/route-table.ts";
import type { UnavailableObserver } from "../sessions/revocations.ts";
import { ProofMemo } from "../token/proof-memo.ts";
import { encodeOnce } from "./encode-once.ts";
import { placeOf } from "./place.ts";

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
  /** Whether keys that no snapshot holds are fetched at once, before a token asks for them. Default: on Lambda, in its init phase. */
  readonly prefetch?: boolean;
}

export interface AuthorizerOptions extends VerifierOptions, ObserverOptions {}

/** One API type's way of asking and answering. */
export interface ApiType<Event, Answer> {
  /** @throws SallyportError `event_unsupported` where the event is not of this API type */
  readonly read: (event: Event, gateway: Gateway) => AuthorizationRequest;
  /** @throws SallyportError `principal_too_large` */
  readonly encode: (principal: Principal) => AuthorizerContext;
  readonly answer: (event: Event, outcome: Outcome) => Answer;
  /** The answer to an unauthenticated caller, on API types that have no signal for 401. */
  readonly unauthenticated?: () => Answer;
  /** Whether a denial's context can reach the caller, by a gateway response. Then it says what a stronger sign-in has to be. */
  readonly explainsDenials?: boolean;
  /** The answer that lets a refused request through, without a principal, for the guard to refuse; null: refused here. */
  readonly leaveToGuard?: (refusal: Refusal) => Answer | null;
}

/** A decision that lets nobody in. */
export type Refusal = Exclude<Decision, { kind: "allow" }>;

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
export type AuthorizerHandler<Event, Answer> = (event: Event, invocation?: { readonly awsRequestId?: string }) => Promise<Answer>;

/** Builds the runtime once, outside the handler: caches live as long as the sandbox. */
export function createRuntime(gateway: Gateway, options: VerifierOptions, events?: KeyEvents, unavailable?: UnavailableObserver): Runtime {
  const { clock = Date.now, fetch, jwks, snapshot = pinnedKeys, prefetch = isOnLambda() } = options;
  const { maxStale, store } = gateway.keys;
  const keys = createKeys({ clock, fetch, jwks, snapshot, maxStale: maxStale * 1_000, store, events });
  if (prefetch) prefetchKeys(gateway, keys);
  const revocations = gateway.revocations?.open({ clock, ...(unavailable && { unavailable }) }) ?? null;
  const asked = gateway.issuers.find(({ settings }) => settings.introspection)?.settings.introspection;
  const online = asked?.openAll(gateway.issuers, { clock, fetch: fetch ?? httpsFetch, forward: gateway.forward }) ?? null;
  return { gateway, clock, keys, revocations, online, askLive: openLive(gateway, online), memo: new ProofMemo() };
}

/** An authorizer of one API type. */
export function createAuthorizer<Event, Answer>(
  gateway: Gateway,
  options: AuthorizerOptions,
  api: ApiType<Event, Answer>,
): AuthorizerHandler<Event, Answer> {
  const observer = createObserver(options);
  const runtime = createRuntime(gateway, options, observer.keyEvents, observer.revocationsUnavailable);
  const encode = encodeOnce(api.encode);
  return async function authorizer(event, invocation) {
    try {
      const began = observer.begin();
      const request = readRequest(api, event, gateway);
      const decided = await authorize(request, runtime);
      const context = contextOf(decided, encode);
      const { route } = request;
      const decision = withinBudget(decided, context, route);
      const { isFault, take } = settle(() => answer(api, event, { decision, route, context }, runtime));
      observer.end(began, { decision: isFault ? FAULT : decision, route, event, invocationId: invocation?.awsRequestId });
      return take();
    } catch (error) {
      throw error instanceof UnauthorizedSignal || error instanceof SallyportError ? error : new SallyportError("internal_error");
    }
  };
}

const FAULT: Decision = { kind: "unavailable", code: "internal_error", issuer: null };

/** Makes an answer and holds it back, or the error that stands for one, until it was written down. Any other error is our own fault. */
function settle<Answer>(make: () => Answer): { readonly isFault: boolean; readonly take: () => Answer } {
  try {
    const made = make();
    return { isFault: false, take: () => made };
  } catch (error) {
    const isFault = !(error instanceof UnauthorizedSignal || error instanceof SallyportError);
    return {
      isFault,
      take: () => {
        throw isFault ? new SallyportError("internal_error") : error;
      },
    };
  }
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
function contextOf(decision: Decision, encode: ApiType<never, never>["encode"]): AuthorizerContext | null {
  if (decision.kind !== "allow" && decision.kind !== "deny") return null;
  const { principal, marks } = decision;
  return principal === null ? {} : encoded(() => (marks ? { ...encode(principal), ...encodeMarks(marks) } : encode(principal)));
}

/** A principal that does not fit into the answer is denied, never cut; on a public route it is nobody. */
function withinBudget(decision: Decision, context: AuthorizerContext | null, route: Route | null): Decision {
  if (decision.kind !== "allow" || decision.principal === null || context !== null) return decision;
  if (route?.rule.kind === "public") return NOBODY;
  return { kind: "deny", principal: decision.principal, code: "principal_too_large" };
}

function encoded(encode: () => AuthorizerContext): AuthorizerContext | null {
  try {
    return encode();
  } catch (error) {
    if (error instanceof SallyportError && error.code === "principal_too_large") return null;
    throw error;
  }
}

/** A decision, the route it is about, and what its answer carries. */
interface Decided {
  readonly decision: Decision;
  readonly route: Route | null;
  readonly context: AuthorizerContext | null;
}

function answer<Event, Answer>(
  api: ApiType<Event, Answer>,
  event: Event,
  { decision, route, context }: Decided,
  { gateway, clock }: Runtime,
): Answer {
  const left = decision.kind === "allow" ? null : (api.leaveToGuard?.(decision) ?? null);
  if (left !== null) return left;
  if (decision.kind === "unauthenticated") return unauthenticated(api);
  if (decision.kind === "unavailable") throw new SallyportError(decision.code);
  const { kind, principal } = decision;
  const isAllowed = kind === "allow";
  if (!isAllowed && REASONS[decision.code].status === 401 && api.explainsDenials !== true) return unauthenticated(api);
  const now = seconds(clock());
  // What was decided for the requested route may have taken a live check, which no other route has had.
  const reaches = (candidate: Route) =>
    principal === null
      ? candidate.rule.kind === "public"
      : context !== null && ((isAllowed && candidate === route) || evaluate(candidate.rule, principal, now).holds);
  return api.answer(event, {
    isAllowed,
    principal,
    gateway,
    reaches,
    context: annotate({ ...context }, api, event, decision),
  });
}

/**
 * Adds what goes with the principal: where it is valid, and for access logs and gateway responses why it was denied. An allowed answer
 * may become a denial too, when API Gateway reuses it on another route: it carries the challenge of one that nothing can mend.
 */
function annotate<Event, Answer>(
  context: AuthorizerContext,
  api: ApiType<Event, Answer>,
  event: Event,
  decision: Exclude<Decision, Signalled>,
): AuthorizerContext {
  const place = decision.principal === null ? null : placeOf(event);
  const code = decision.kind === "deny" ? decision.code : null;
  const challenge = code === null ? SCOPE_CHALLENGE : challengeOf(code, decision.kind === "deny" ? decision.challenge : {});
  if (place !== null) context["api"] = place;
  if (decision.kind === "allow" && decision.liveAt !== undefined) context["liveAt"] = decision.liveAt;
  if (code !== null) context["reason"] = code;
  if (api.explainsDenials === true && challenge !== null) context["challenge"] = challenge;
  return context;
}

type Signalled = { readonly kind: "unauthenticated" | "unavailable" };
/** Of `rule_denied`, as text, so that no start computes it. */
const SCOPE_CHALLENGE = 'Bearer error="insufficient_scope"';

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
