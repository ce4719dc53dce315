import type { Rule } from "./rule.ts";

/** Whether a rule asks for a live check, which a route table allows at the top and in `allOf` only. */
export function needsLive(rule: Rule): boolean {
  return rule.kind === "live" || (rule.kind === "allOf" && rule.rules.some(needsLive));
}

/** What the rule asks for besides the live check. */
export function withoutLive(rule: Rule): Rule {
  if (rule.kind === "live") return { kind: "authenticated" };
  return rule.kind === "allOf" ? { ...rule, rules: rule.rules.map(withoutLive) } : rule;
}
