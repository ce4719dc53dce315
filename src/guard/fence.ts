import { type ReasonCode, SallyportError } from "../errors.ts";
import { decodePrincipal } from "../principal/codec.ts";
import type { Principal } from "../principal/principal.ts";
import { evaluate } from "../rules/evaluate.ts";
import { routeOf, routeOfResource } from "../rules/match-route.ts";
import type { Route, RouteTable } from "../rules/route-table.ts";
import type { Challenge } from "./problem.ts";

/** The guard's verdict on one request. */
export type Passage =
  | { readonly passes: true; readonly principal: Principal }
  | { readonly passes: false; readonly code: ReasonCode; readonly challenge: Challenge };

/**
 * The second door. API Gateway caches an authorizer's answer and reuses it, so what the answer stood for is proven again where
 * the work is done: the principal is there, its token has not expired, and the rule of the route that was really taken holds.
 * @param now seconds since the epoch
 */
export function fence(routes: RouteTable, event: unknown, now: number): Passage {
  try {
    const { route, context } = readEvent(routes, event);
    const principal = decodePrincipal(context);
    if (principal.expiresAt <= now) return stop("principal_expired");
    if (route === null) return stop("route_unknown");
    const verdict = evaluate(route.rule, principal, now);
    if (verdict.holds) return { passes: true, principal };
    return stop(verdict.code, verdict.code === "step_up_required" ? verdict : {});
  } catch (error) {
    return stop(error instanceof SallyportError ? error.code : "internal_error");
  }
}

const stop = (code: ReasonCode, challenge: Challenge = {}): Passage => ({ passes: false, code, challenge });

type Members = Readonly<Record<string, unknown>>;

const asMembers = (value: unknown): Members => (typeof value === "object" && value !== null ? (value as Members) : {});
const asText = (value: unknown): string => (typeof value === "string" ? value : "");

/** The route API Gateway took, and what its authorizer said: from the request context only, which no client can write. */
function readEvent(routes: RouteTable, event: unknown): { readonly route: Route | null; readonly context: unknown } {
  const members = asMembers(event);
  const request = asMembers(members["requestContext"]);
  const authorizer = request["authorizer"];
  if (members["version"] === "2.0")
    return { route: routeOf(routes, asText(members["routeKey"])), context: asMembers(authorizer)["lambda"] };
  if (typeof request["connectionId"] === "string") return { route: routeOf(routes, asText(request["routeKey"])), context: authorizer };
  return { route: routeOfResource(routes, asText(members["httpMethod"]), asText(members["resource"])), context: authorizer };
}
