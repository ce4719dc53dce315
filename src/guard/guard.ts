import { checkCall, checkHandler, checkTable } from "../config/check-call.ts";
import { REASONS } from "../errors.ts";
import { requestIdOf } from "../observe/request-id.ts";
import type { Principal } from "../principal/principal.ts";
import type { RouteTable } from "../rules/route-table.ts";
import type { Revocations, RevocationSource } from "../sessions/revocations.ts";
import { checkRevoked } from "./check-revoked.ts";
import { failureOf } from "./failure.ts";
import { fence, type Passage, type PrincipalSource } from "./fence.ts";
import { type BusinessEvent, withoutCredentials } from "./guarded-event.ts";
import { problem, type ProblemResult, refusal } from "./problem.ts";
import { seconds } from "../seconds.ts";
import type { Members } from "../members.ts";

/** What a business handler is given beside the event. */
export interface BusinessContext {
  /** It cannot be changed. */
  readonly principal: Principal;
}

/** What the guard may be given; nothing is needed on Lambda. */
export interface GuardOptions {
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly clock?: () => number;
  /** Where refusals and failures of the handler are written, as one JSON line; default stdout. */
  readonly log?: (entry: Readonly<Record<string, string | readonly string[]>>) => void;
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
  from: 0,
  resourceMetadata: 0,
  revocations: 0,
  connectQuery: 0,
} satisfies Record<keyof GuardOptions, 0>);

/** One JSON line on stdout. */
export const logToConsole: NonNullable<GuardOptions["log"]> = ({ level, message, ...rest }) =>
  console.log(JSON.stringify({ level, message, timestamp: new Date().toISOString(), ...rest }));

/**
 * What a guard asks for revocations; null: nothing. A request that is let through unasked gets a line.
 * @throws ConfigurationError
 */
export function openRevocations({ revocations, from, clock = Date.now, log = logToConsole }: GuardOptions): Revocations | null {
  const line = { level: "ERROR", message: "Request allowed", service: "sallyport", code: "revocations_unavailable" };
  const source = revocations === undefined ? from?.revocations : revocations;
  return source?.open({ clock, unavailable: (outcome) => void (outcome === "allow" && log(line)) }) ?? null;
}

/** One line for a refusal: fixed words, configured names, and API Gateway's id of the request. */
export function refusalLine({ code, route, issuer }: Passage & { passes: false }, event: unknown): Readonly<Record<string, string>> {
  const correlationId = requestIdOf(event);
  const failed = REASONS[code].status >= 500;
  return {
    level: failed ? "ERROR" : "WARN",
    message: failed ? "Request failed" : "Request refused",
    service: "sallyport",
    ...(correlationId !== null && { correlation_id: correlationId }),
    code,
    ...(issuer && { issuer }),
    ...(route && { route }),
  };
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
  const { clock = Date.now, log = logToConsole, from, resourceMetadata = null, connectQuery } = options;
  const revocations = openRevocations(options);
  return async function guarded(event) {
    const passed = fence(routes, event, seconds(clock()), from);
    const passage = revocations === null ? passed : await checkRevoked(passed, revocations);
    if (!passage.passes) {
      log(refusalLine(passage, event));
      return refusal(passage.code, passage.challenge, { correlationId: requestIdOf(event), resourceMetadata });
    }
    const original = event as Members;
    return contained(() => run(withoutCredentials(original, connectQuery), passage, original), log, event);
  };
}

/** Runs a business handler; its failure becomes a 500 that tells the caller nothing but the request's id, in the form it reads. */
export async function contained<Result>(
  run: () => Promise<Result>,
  log: NonNullable<GuardOptions["log"]>,
  event: unknown,
  inForm: (failure: ProblemResult) => ProblemResult = (failure) => failure,
): Promise<Result | ProblemResult> {
  try {
    return await run();
  } catch (error) {
    const correlationId = requestIdOf(event);
    const id = correlationId !== null && { correlation_id: correlationId };
    log({ level: "ERROR", message: "Handler failed", service: "sallyport", ...id, ...failureOf(error) });
    return inForm(problem(500, { title: "Internal Server Error", ...(correlationId !== null && { correlationId }) }));
  }
}
