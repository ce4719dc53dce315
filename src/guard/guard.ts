import { checkCall, checkHandler, checkTable } from "../config/check-call.ts";
import { kindOf } from "../config/check-values.ts";
import { checked } from "../config/report.ts";
import { requestIdOf } from "../observe/request-id.ts";
import type { Principal } from "../principal/principal.ts";
import type { RouteTable } from "../rules/route-table.ts";
import type { Revocations, RevocationSource } from "../sessions/revocations.ts";
import { checkRevoked } from "./check-revoked.ts";
import { fence, type Passage, type PrincipalSource } from "./fence.ts";
import { type BusinessEvent, withoutCredentials } from "./guarded-event.ts";
import { problem, type ProblemResult, refusal } from "./problem.ts";
import { createWatch, type Watch, type WatchOptions } from "./watch.ts";
import { seconds } from "../seconds.ts";
import type { Members } from "../members.ts";

/** What a business handler is given beside the event. */
export interface BusinessContext {
  /** It cannot be changed. */
  readonly principal: Principal;
}

/** What the guard may be given; nothing is needed on Lambda. */
export interface GuardOptions extends WatchOptions {
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly clock?: () => number;
  /**
   * Where the principal comes from, on an API behind an authorizer of API Gateway's own: `nativeAuthorizer(…)`. Default: from an
   * authorizer of this gateway, and from nothing else.
   */
  readonly from?: PrincipalSource;
  /** The URL of the API's own description (RFC 9728), for challenges; default none. */
  readonly resourceMetadata?: string | null;
  /**
   * Where revocations are looked up, the same as in the gateway's configuration: the answer of an authorizer may have been cached
   * before the token was revoked. Default: those of `from`, else null, and what the authorizer said stands.
   */
  readonly revocations?: RevocationSource | null;
  /**
   * Query parameters of a WebSocket's `$connect` that the function may see. Default none: where `webSocketCredential` names a parameter,
   * the token is one of them, and an opaque one looks like nothing in particular.
   */
  readonly connectQuery?: readonly string[];
}

/** The names of these options. */
export const GUARD_OPTIONS: readonly string[] = Object.keys({
  clock: 0,
  log: 0,
  metrics: 0,
  stopwatch: 0,
  from: 0,
  resourceMetadata: 0,
  revocations: 0,
  connectQuery: 0,
} satisfies Record<keyof GuardOptions, 0>);

/**
 * What a guard asks for revocations; null: nothing. A request that is let through unasked gets a line.
 * @throws ConfigurationError
 */
export function openRevocations({ revocations, from, clock = Date.now }: GuardOptions, watch: Watch): Revocations | null {
  const source = revocations === undefined ? from?.revocations : revocations;
  if (source !== undefined && source !== null && typeof source.open !== "function")
    checked("revocations", (report) =>
      report.problem("", `is ${kindOf(source)}, not a table of revocations.`, "Use `revocationTable({…})`."),
    );
  return source?.open({ clock, unavailable: watch.revocationsUnavailable }) ?? null;
}

/**
 * Wraps a business handler as a Lambda handler: `(event, { principal })` is all it sees. Without a valid principal, or when the
 * route's rule does not hold, it is not called and the caller gets a 401 or 403 (RFC 6750 challenge, RFC 9457 body).
 * @throws ConfigurationError at once, for an argument that is not what it should be
 */
export function guard<Result>(
  routes: RouteTable,
  handler: (event: BusinessEvent, context: BusinessContext) => Promise<Result>,
  options: GuardOptions = {},
): (event: unknown) => Promise<Result | ProblemResult> {
  checkCall("guard", options, GUARD_OPTIONS, (report) => {
    checkTable(routes, report);
    checkHandler(handler, report);
  });
  return behindFence(routes, options, async (event, { principal }) => handler(event, { principal }));
}

/** Runs what is given for requests that pass the fence, and answers the others. `original`: the event, credentials and all. */
export function behindFence<Result>(
  routes: RouteTable,
  options: GuardOptions,
  run: (event: BusinessEvent, passage: Passage & { readonly passes: true }, original: Members) => Promise<Result>,
): (event: unknown) => Promise<Result | ProblemResult> {
  const { clock = Date.now, from, resourceMetadata = null, connectQuery } = options;
  const watch = createWatch(options);
  const revocations = openRevocations(options, watch);
  return async function guarded(event) {
    const began = watch.begin();
    const passed = fence(routes, event, seconds(clock()), from);
    const passage = revocations === null ? passed : await checkRevoked(passed, revocations);
    watch.end(began, passage, event);
    if (!passage.passes) return refusal(passage.code, passage.challenge, { correlationId: requestIdOf(event), resourceMetadata });
    const original = event as Members;
    const request = { event, route: passage.route, issuer: passage.principal.issuer };
    const failed = (error: unknown) => watch.fail(began, request, error);
    return contained(() => run(withoutCredentials(original, connectQuery), passage, original), failed, event);
  };
}

/**
 * Runs a business handler; its failure becomes a 500 that tells the caller nothing but the request's id, in the form it reads.
 * @param failed writes down what was thrown
 */
export async function contained<Result>(
  run: () => Promise<Result>,
  failed: (error: unknown) => void,
  event: unknown,
  inForm: (failure: ProblemResult) => ProblemResult = (failure) => failure,
): Promise<Result | ProblemResult> {
  try {
    return await run();
  } catch (error) {
    failed(error);
    const correlationId = requestIdOf(event);
    return inForm(problem(500, { title: "Internal Server Error", ...(correlationId !== null && { correlationId }) }));
  }
}
