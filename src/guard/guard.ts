import type { Principal } from "../principal/principal.ts";
import type { RouteTable } from "../rules/route-table.ts";
import { fence } from "./fence.ts";
import { type BusinessEvent, withoutCredentials } from "./guarded-event.ts";
import { problem, type ProblemResult, refusal } from "./problem.ts";

/** What a business handler is given beside the event. */
export interface BusinessContext {
  readonly principal: Principal;
}

/** What the guard may be given; nothing is needed on Lambda. */
export interface GuardOptions {
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly clock?: () => number;
  /** Where refusals and failures of the handler are written, as one JSON line; default stdout. */
  readonly log?: (entry: Readonly<Record<string, string>>) => void;
}

const logToConsole: NonNullable<GuardOptions["log"]> = (entry) => console.log(JSON.stringify(entry));

/**
 * Wraps a business handler as a Lambda handler: `(event, { principal })` is all it sees. Without a valid principal, or when the
 * route's rule does not hold, it is not called and the caller gets a 401 or 403 (RFC 6750 challenge, RFC 9457 body).
 */
export function guard<Result>(
  routes: RouteTable,
  handler: (event: BusinessEvent, context: BusinessContext) => Promise<Result>,
  options: GuardOptions = {},
): (event: unknown) => Promise<Result | ProblemResult> {
  const { clock = Date.now, log = logToConsole } = options;
  return async function guarded(event) {
    const passage = fence(routes, event, Math.floor(clock() / 1_000));
    if (!passage.passes) {
      log({ level: "WARN", message: "Request refused", code: passage.code, service: "sallyport" });
      return refusal(passage.code, passage.challenge);
    }
    const { principal } = passage;
    return contained(() => handler(withoutCredentials(event as Readonly<Record<string, unknown>>), { principal }), log);
  };
}

/** Runs a business handler; its failure becomes a 500 that tells the caller nothing, in the form the caller reads. */
export async function contained<Result>(
  run: () => Promise<Result>,
  log: NonNullable<GuardOptions["log"]>,
  inForm: (failure: ProblemResult) => ProblemResult = (failure) => failure,
): Promise<Result | ProblemResult> {
  try {
    return await run();
  } catch (error) {
    // The name only: a message may quote what the caller sent.
    log({ level: "ERROR", message: "Handler failed", error: error instanceof Error ? error.name : "unknown", service: "sallyport" });
    return inForm(problem(500, { title: "Internal Server Error" }));
  }
}
