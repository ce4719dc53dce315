import { checkCall, checkTable } from "../config/check-call.ts";
import type { RouteTable } from "../rules/route-table.ts";
import { checkRevoked } from "./check-revoked.ts";
import { fence, type Passage } from "./fence.ts";
import { GUARD_OPTIONS, type GuardOptions, openRevocations } from "./guard.ts";
import { withoutCredentials } from "./guarded-event.ts";
import { requestIdOf } from "../observe/request-id.ts";
import { type ProblemResult, refusal } from "./problem.ts";
import { createWatch } from "./watch.ts";
import { seconds } from "../seconds.ts";

/** The part of a middy request that the middleware touches. */
interface MiddyRequest {
  event: unknown;
  context: object;
}

/** A middy middleware; typed by its shape, so that middy itself is needed only by those who use it. */
interface IdentityMiddleware {
  readonly before: (request: MiddyRequest) => ProblemResult | undefined | Promise<ProblemResult | undefined>;
}

/**
 * The guard as a middy middleware: puts `principal` on the context, takes every credential out of the event, and answers
 * early with a 401 or 403 where there is no principal or the route's rule does not hold.
 * @throws ConfigurationError at once, for an argument that is not what it should be
 */
export function identity(routes: RouteTable, options: GuardOptions = {}): IdentityMiddleware {
  checkCall("identity", options, GUARD_OPTIONS, (report) => checkTable(routes, report));
  const { clock = Date.now, from, resourceMetadata = null, connectQuery } = options;
  const watch = createWatch(options);
  const revocations = openRevocations(options, watch);
  function enter(request: MiddyRequest, passage: Passage, began: number): ProblemResult | undefined {
    watch.end(began, passage, request.event);
    if (!passage.passes) return refusal(passage.code, passage.challenge, { correlationId: requestIdOf(request.event), resourceMetadata });
    request.event = withoutCredentials(request.event as Readonly<Record<string, unknown>>, connectQuery);
    Object.assign(request.context, { principal: passage.principal });
    return undefined;
  }
  return {
    before(request) {
      const began = watch.begin();
      const passage = fence(routes, request.event, seconds(clock()), from);
      if (revocations === null) return enter(request, passage, began);
      return checkRevoked(passage, revocations).then((checked) => enter(request, checked, began));
    },
  };
}
