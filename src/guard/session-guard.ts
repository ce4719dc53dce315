import { type HeaderSource, headerValues, onlyOne, readBearer } from "../gateway/credential.ts";
import type { Proof } from "../principal/proof.ts";
import type { RouteTable } from "../rules/route-table.ts";
import { behindFence, type GuardOptions } from "./guard.ts";
import type { BusinessEvent } from "./guarded-event.ts";
import type { ProblemResult } from "./problem.ts";

/** What a handler that ends sessions is given beside the event. */
export interface SessionContext {
  readonly proof: Proof;
  /** The caller's token, for the identity provider that issued it and for nobody else; null: it was not in the one usual place. */
  readonly accessToken: string | null;
}

/**
 * The guard of functions that end sessions: the only ones that are handed the caller's token. Import rules keep every other
 * function from it.
 */
export function sessionGuard<Result>(
  routes: RouteTable,
  handler: (event: BusinessEvent, context: SessionContext) => Promise<Result>,
  options: GuardOptions = {},
): (event: unknown) => Promise<Result | ProblemResult> {
  return behindFence(routes, options, async (event, passage, original) =>
    handler(event, { proof: passage.proof(), accessToken: bearerToken(original as HeaderSource) }),
  );
}

/** Of a request that an authorizer let through, so that its form was checked; null: not exactly one. */
function bearerToken(original: HeaderSource): string | null {
  try {
    return readBearer(onlyOne(headerValues(original, "authorization")));
  } catch {
    return null;
  }
}
