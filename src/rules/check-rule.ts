import { kindOf } from "../config/check-values.ts";
import { parseDuration } from "../config/duration.ts";
import type { Report } from "../config/report.ts";
import { needsLive } from "./live.ts";
import type { Rule } from "./rule.ts";

/** What a rule is checked against: the names of the configured issuers, where they are known. */
export interface RuleContext {
  readonly issuers: readonly string[] | null;
}

type Input = Readonly<Record<string, unknown>>;
type Check = (rule: Input, report: Report, context: RuleContext) => boolean;

const ALWAYS: Check = () => true;
const DURATION_FIX = 'Write a duration longer than zero, such as `"30s"`, `"15m"` or `"24h"`.';

const name: Check = (rule, report) => {
  const found = rule["name"];
  if (typeof found !== "string")
    return report.problem(
      "",
      `the name is ${kindOf(found)}, not text.`,
      "Give one name, as text; for several, join rules by `anyOf`, or use `anyScope`.",
    );
  if (found.trim() === "") return report.problem("", "the name is empty.", "Give the name the principal must have.");
  if (found !== found.trim())
    return report.problem("", "the name starts or ends with a space.", "Remove the space: names are compared exactly.");
  if (["undefined", "null", "*"].includes(found)) {
    return report.problem(
      "",
      "the name is a placeholder, not a name.",
      "Give one exact name; there are no wildcards. Check the variable it comes from.",
    );
  }
  return true;
};

/** Scopes and assurance levels travel in space-separated lists, so a name with a space could never match. */
const word: Check = (rule, report, context) => {
  if (!name(rule, report, context)) return false;
  return (
    !/\s/.test(rule["name"] as string) ||
    report.problem("", "the name holds a space.", "Give one name to each rule and join them with `allOf` or `anyOf`.")
  );
};

const issuerName: Check = (rule, report, context) => {
  if (!name(rule, report, context)) return false;
  if (context.issuers === null || context.issuers.includes(rule["name"] as string)) return true;
  return report.problem(
    "",
    "the rule names an issuer that is not configured.",
    `Use one of: ${context.issuers.join(", ") || "(none configured)"}.`,
  );
};

const duration: Check = (rule, report) => {
  const found = rule["within"];
  if ((parseDuration(found) ?? 0) > 0) return true;
  return report.problem("within", `this is ${kindOf(found)} that is not a usable duration.`, DURATION_FIX);
};

const optionalDuration: Check = (rule, report, context) => rule["within"] === null || duration(rule, report, context);

const claim: Check = (rule, report) => {
  const { path, values } = rule;
  const isText = (part: unknown) => typeof part === "string" && part.trim() !== "" && part !== "undefined";
  if (!Array.isArray(path) || path.length === 0 || !path.every(isText)) {
    return report.problem("", "the claim's path is empty or not text.", "Name the claim, or give the keys of a nested one as an array.");
  }
  const isValue = (value: unknown) =>
    ["string", "number", "boolean"].includes(typeof value) && value !== "" && value !== "undefined" && value !== "*";
  if (Array.isArray(values) && values.length > 0 && values.every(isValue)) return true;
  return report.problem(
    "",
    "the claim's values are missing, or one is not exact.",
    "List at least one text, number or boolean; there are no wildcards.",
  );
};

const custom: Check = (rule, report, context) => {
  if (!name(rule, report, context)) return false;
  return (
    typeof rule["test"] === "function" || report.problem("", "the custom rule has no function.", "Give a pure function of the principal.")
  );
};

const combination: Check = (rule, report, context) => {
  const { kind, rules } = rule;
  if (!Array.isArray(rules) || rules.length === 0) {
    return report.problem("", `\`${String(kind)}\` has no rules.`, "Name at least one rule: an empty list would decide nothing.");
  }
  const valid = rules.map((part: unknown, index) => checkRule(part, report.at(`${String(kind)}[${index}]`), context, false));
  return valid.every(Boolean);
};

/** Whether to ask would depend on what else holds: nobody could say of a route whether it is checked. */
const choice: Check = (rule, report, context) => {
  const isSound = combination(rule, report, context);
  if (!isSound || !(rule as unknown as { readonly rules: readonly Rule[] }).rules.some(needsLive)) return isSound;
  return report.problem("", "`live` is one of several ways in.", "Make it the route's whole rule, or a part of `allOf`.");
};

const CHECKS: Readonly<Record<Rule["kind"], Check>> = {
  public: ALWAYS,
  authenticated: ALWAYS,
  scope: word,
  group: name,
  role: name,
  permission: name,
  issuer: issuerName,
  tenant: name,
  user: name,
  client: name,
  assurance: word,
  claim,
  custom,
  multiFactor: optionalDuration,
  authenticatedWithin: duration,
  live: ALWAYS,
  allOf: combination,
  anyOf: choice,
};

/** Checks a rule and the rules in it; reports every problem. `whole`: it is a route's whole rule, not part of another. */
export function checkRule(rule: unknown, report: Report, context: RuleContext, whole = true): rule is Rule {
  const kind = typeof rule === "object" && rule !== null ? (rule as Input)["kind"] : undefined;
  if (typeof kind !== "string" || !Object.hasOwn(CHECKS, kind)) {
    const found = typeof kind === "string" ? "a rule of an unknown kind" : `${kindOf(rule)}, not a rule`;
    return report.problem("", `this is ${found}.`, 'Write `"public"`, `"authenticated"` or a rule such as `scope("orders:read")`.');
  }
  if (kind === "public" && !whole) {
    return report.problem("", "`public` is part of another rule.", "Make it the route's whole rule, or use `authenticated`.");
  }
  return CHECKS[kind as Rule["kind"]](rule as Input, report, context);
}
