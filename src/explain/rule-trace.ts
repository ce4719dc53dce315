import type { ReasonCode } from "../errors.ts";
import type { Issuer, Identity } from "../providers/provider.ts";
import { translate, type NameMapping } from "../providers/vocabulary.ts";
import type { Principal } from "../principal/principal.ts";
import { describeRule } from "../rules/describe.ts";
import { evaluate } from "../rules/evaluate.ts";
import { needsLive, withoutLive } from "../rules/live.ts";
import type { Rule } from "../rules/rule.ts";

/** A rule, whether it holds, and the same of the rules in it. */
export interface RuleTrace {
  readonly text: string;
  readonly holds: boolean;
  /** Why it does not hold. */
  readonly code: ReasonCode | null;
  readonly parts: readonly RuleTrace[];
}

/**
 * Evaluates a rule and every rule in it; `now` in seconds.
 * @param isLive what the issuer said about the principal, for rules that ask it
 */
export function traceRule(rule: Rule, principal: Principal, now: number, isLive: boolean): RuleTrace {
  const verdict = evaluate(withoutLive(rule), principal, now);
  const holds = verdict.holds && (isLive || !needsLive(rule));
  return {
    text: describeRule(rule),
    holds,
    code: holds ? null : verdict.holds ? "token_inactive" : verdict.code,
    parts: "rules" in rule ? rule.rules.map((part) => traceRule(part, principal, now, isLive)) : [],
  };
}

/** Every rule without rules in it. */
export function leaves(rule: Rule): readonly Rule[] {
  return "rules" in rule ? rule.rules.flatMap(leaves) : [rule];
}

/** One name out of a token, and what it is called here; null: the vocabulary drops it. */
export interface NameTrace {
  readonly kind: "scope" | "role" | "group" | "permission";
  readonly token: string;
  readonly gateway: string | null;
}

const KINDS = [
  ["scope", "scopes"],
  ["role", "roles"],
  ["group", "groups"],
  ["permission", "permissions"],
] as const;

/** What the issuer's vocabulary makes of the names in a token. */
export function traceNames(identity: Identity, { settings: { vocabulary } }: Issuer): readonly NameTrace[] {
  return KINDS.flatMap(([kind, list]) => identity[list].map((token) => ({ kind, token, gateway: called(token, vocabulary[list]) })));
}

const called = (name: string, mapping: NameMapping | undefined) => (mapping === undefined ? name : translate(name, mapping));
