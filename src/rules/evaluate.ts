import { parseDuration } from "../config/duration.ts";
import { valueAt } from "../json.ts";
import { type Principal, sealPrincipal } from "../principal/principal.ts";
import { provesSecondFactor } from "./factors.ts";
import type { ClaimValue, Rule } from "./rule.ts";

/** What a fresh or stronger sign-in would have to be (RFC 9470 section 3): `max_age` in seconds, one `acr_values` entry. */
interface StepUp {
  readonly holds: false;
  readonly code: "step_up_required";
  readonly maxAge: number | null;
  readonly acr: string | null;
}

type Failure = { readonly holds: false; readonly code: "rule_denied" | "groups_incomplete" } | StepUp;

/** A rule of one's own threw: a fault, which says nothing about the principal. */
interface Fault {
  readonly holds: false;
  readonly code: "internal_error";
}

/** Whether a rule holds, and if not, why. */
export type Verdict = { readonly holds: true } | Failure | Fault;

/** Seconds by which a provider's clock may run ahead before its sign-in time counts as unknown. */
const CLOCK_SKEW = 60;

const HOLDS: Verdict = { holds: true };
const DENIED: Failure = { holds: false, code: "rule_denied" };
const INCOMPLETE: Verdict = { holds: false, code: "groups_incomplete" };
const FAULT: Fault = { holds: false, code: "internal_error" };

const verdict = (holds: boolean): Verdict => (holds ? HOLDS : DENIED);
const stepUp = (maxAge: number | null, acr: string | null): Verdict => ({ holds: false, code: "step_up_required", maxAge, acr });

type Evaluators = {
  readonly [Kind in Rule["kind"]]: (rule: Extract<Rule, { kind: Kind }>, principal: Principal, now: number) => Verdict;
};

const EVALUATORS: Evaluators = {
  public: () => HOLDS,
  authenticated: () => HOLDS,
  scope: (rule, { scopes }) => verdict(scopes.includes(rule.name)),
  group: (rule, { groups, groupsComplete }) => (groups.includes(rule.name) ? HOLDS : groupsComplete ? DENIED : INCOMPLETE),
  role: (rule, { roles }) => verdict(roles.includes(rule.name)),
  permission: (rule, { permissions }) => verdict(permissions.includes(rule.name)),
  issuer: (rule, principal) => verdict(principal.issuer === rule.name),
  tenant: (rule, principal) => verdict(principal.tenant === rule.name),
  user: (rule, principal) => verdict(principal.kind === "user" && principal.id === rule.name),
  client: (rule, principal) => verdict(principal.clientId === rule.name),
  claim: (rule, { claims }) => verdict(holdsOneOf(valueAt(claims, rule.path), rule.values)),
  custom: (rule, principal) => ask(rule.test, principal),
  assurance: (rule, { kind, authentication }) => {
    if (authentication.context?.split(" ").includes(rule.name) === true) return HOLDS;
    return kind === "user" ? stepUp(null, rule.name) : DENIED;
  },
  multiFactor: (rule, { kind, authentication }, now) => {
    if (kind !== "user") return DENIED;
    const maxAge = rule.within === null ? null : parseDuration(rule.within);
    const recent = rule.within === null || isRecent(authentication.at, maxAge, now);
    return recent && provesSecondFactor(authentication.methods) ? HOLDS : stepUp(maxAge, null);
  },
  authenticatedWithin: (rule, { kind, authentication }, now) => {
    if (kind !== "user") return DENIED;
    const maxAge = parseDuration(rule.within);
    return isRecent(authentication.at, maxAge, now) ? HOLDS : stepUp(maxAge, null);
  },
  // Asked elsewhere, about one request at a time: whoever has not asked does not know.
  live: () => DENIED,
  allOf: (rule, principal, now) => all(rule.rules, principal, now),
  anyOf: (rule, principal, now) => any(rule.rules, principal, now),
};

/**
 * Decides whether a rule holds for a principal. Names are compared whole and exactly. A rule this version does not know denies.
 * Where the only thing missing is a stronger or more recent sign-in the code is `step_up_required`; machine clients, which
 * cannot sign in again, are denied instead. Where a rule of one's own is asked and throws the code is `internal_error`, whatever
 * stands beside it: nothing is thrown from here.
 * @param now seconds since the epoch
 */
export function evaluate(rule: Rule, principal: Principal, now: number): Verdict {
  if (!Object.hasOwn(EVALUATORS, rule.kind)) return DENIED;
  const evaluator = EVALUATORS[rule.kind] as (rule: Rule, principal: Principal, now: number) => Verdict;
  return evaluator(rule, principal, now);
}

/** The first failure that no sign-in can mend wins, a fault too; only then is a step-up, the strictest asked for, worth proposing. */
function all(rules: readonly Rule[], principal: Principal, now: number): Verdict {
  if (rules.length === 0) return DENIED;
  let wanted: StepUp | null = null;
  for (const rule of rules) {
    const result = evaluate(rule, principal, now);
    if (result.holds) continue;
    if (result.code !== "step_up_required") return result;
    wanted = wanted === null ? result : both(wanted, result);
  }
  return wanted ?? HOLDS;
}

/** How much a failure helps: a step-up can be mended by the caller, an incomplete group list by the operator. */
const HELPS: Readonly<Record<Failure["code"], number>> = { rule_denied: 0, groups_incomplete: 1, step_up_required: 2 };

/** The first of the most helpful failures wins. A fault ends it, as a throw would. */
function any(rules: readonly Rule[], principal: Principal, now: number): Verdict {
  let best = DENIED;
  for (const rule of rules) {
    const result = evaluate(rule, principal, now);
    if (result.holds) return HOLDS;
    if (result.code === "internal_error") return result;
    if (HELPS[result.code] > HELPS[best.code]) best = result;
  }
  return best;
}

function both(first: StepUp, second: StepUp): StepUp {
  const ages = [first.maxAge, second.maxAge].filter((age) => age !== null);
  return { ...first, maxAge: ages.length === 0 ? null : Math.min(...ages), acr: first.acr ?? second.acr };
}

/** Unknown is not recent, and neither is a sign-in in the future. */
function isRecent(at: number | null, maxAge: number | null, now: number): boolean {
  return at !== null && maxAge !== null && at <= now + CLOCK_SKEW && now - at <= maxAge;
}

function ask(test: (principal: Principal) => boolean, principal: Principal): Verdict {
  try {
    return verdict((test(sealPrincipal(principal)) as unknown) === true);
  } catch {
    return FAULT;
  }
}

function holdsOneOf(value: unknown, values: readonly ClaimValue[]): boolean {
  const found: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.some((wanted) => found.includes(wanted));
}
