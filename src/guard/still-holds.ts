import type { Principal } from "../principal/principal.ts";
import { evaluate, type Verdict } from "../rules/evaluate.ts";
import { needsLive, withoutLive } from "../rules/live.ts";
import type { Rule } from "../rules/rule.ts";

/** Seconds after a live check within which a request reaches its function, unless the answer was cached. */
const LIVE_FOR = 15;

/** A live check that was not made, or too long ago. */
interface NotLive {
  readonly holds: false;
  readonly code: "introspection_unavailable";
}

/**
 * Whether a rule holds behind an authorizer, whose answer may have been cached: of a live check only the moment is known, from the
 * authorizer's context.
 * @param now seconds since the epoch
 */
export function stillHolds(rule: Rule, principal: Principal, context: unknown, now: number): Verdict | NotLive {
  if (!needsLive(rule)) return evaluate(rule, principal, now);
  const verdict = evaluate(withoutLive(rule), principal, now);
  return verdict.holds && !isLive(context, now) ? { holds: false, code: "introspection_unavailable" } : verdict;
}

/** REST and WebSocket APIs make text of the number. */
function isLive(context: unknown, now: number): boolean {
  const { liveAt } = typeof context === "object" && context !== null ? (context as { readonly liveAt?: unknown }) : {};
  const at = typeof liveAt === "string" && /^\d{1,12}$/.test(liveAt) ? Number(liveAt) : liveAt;
  return typeof at === "number" && Math.abs(now - at) <= LIVE_FOR;
}
