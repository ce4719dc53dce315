import { unreadVariable } from "./env.ts";
import type { Report } from "./report.ts";
import { suggest } from "./suggest.ts";

/** What a value is, for a message: its kind and never the value. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value === "") return "an empty string";
  return { string: "a string", object: "an object", function: "a function" }[typeof value as string] ?? `a ${typeof value}`;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reports a value that is not `what`: "a list". */
export const notA = (what: string, value: unknown, report: Report, path: string, fix: string): false =>
  report.problem(path, `is ${kindOf(value)}, not ${what}.`, fix);

/** Reports what is no object. */
export const checkObject = (value: unknown, report: Report, path: string, fix: string): value is Readonly<Record<string, unknown>> =>
  isObject(value) || notA("an object", value, report, path, fix);

/** A copy of an object's own members: what it inherits is no setting. */
export const ownMembers = <T extends object>(value: T): T => Object.assign(Object.create(null), value);

/** Settings that a factory of its own made: they stay as they are. */
const MADE = ["introspection", "liveCheck"];

/** A copy of a value and of all in it, frozen, so that what was checked is what is used. */
export function ownCopy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(Array.from(value, ownCopy));
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = ownMembers(value);
  for (const name in copy) if (!MADE.includes(name)) copy[name] = ownCopy(copy[name]);
  return Object.freeze(copy);
}

/** What a missing value turns into as text. */
const MISSING_WORDS = ["undefined", "null", "NaN", "[object Object]"];
/** Alone or as the host of an address. */
const MISSING = /^(undefined|null|NaN|\[object Object\])$|^([a-z]+:\/\/)?undefined\.|:\/\/(undefined|null)([:/]|$)/;

/** Reports a value that is none of these. */
export function checkKnown(value: unknown, known: readonly unknown[], report: Report, path: string): void {
  if (!known.includes(value)) report.problem(path, "is not a known value.", `Use one of: ${known.join(", ")}.`);
}

/** A string that says something: not empty, not `*`, not what a missing value turns into. */
export function checkText(value: unknown, report: Report, path: string): value is string {
  if (typeof value !== "string") return notA("a string", value, report, path, "Give a string.");
  const variable = unreadVariable(value);
  if (variable !== null) {
    return report.problem(path, `the environment variable ${variable.name} ${variable.state}.`, `Set ${variable.name} and start again.`);
  }
  if (value.trim() === "") return report.problem(path, "is an empty string.", "Give the exact value, or remove the setting.");
  if (MISSING_WORDS.some((word) => value.includes(word)) && MISSING.test(value)) {
    return report.problem(path, "holds what a missing value turns into as text.", "Check where the value comes from.");
  }
  if (value.includes("*")) return report.problem(path, "holds a wildcard.", "List the exact values: wildcards are never matched.");
  if (value !== value.trim()) return report.problem(path, "starts or ends with white space.", "Remove it: values are compared exactly.");
  return true;
}

/** A list with at least one string that says something, and none twice. */
export function checkTexts(value: unknown, report: Report, path: string): value is readonly string[] {
  if (!Array.isArray(value)) return notA("a list", value, report, path, "Give a list of strings.");
  if (value.length === 0) return report.problem(path, "is an empty list.", "List at least one value, or write `null` to opt out.");
  // Unlike map, this visits holes.
  const valid = Array.from(value, (item, index) => checkText(item, report, `${path}[${index}]`)).every(Boolean);
  if (valid && new Set(value).size < value.length) return report.problem(path, "lists a value twice.", "Keep one of them.");
  return valid;
}

/** Reports members that nobody reads, which are usually misspelt. */
export function checkNames(value: Readonly<Record<string, unknown>>, known: readonly string[], report: Report, what = "option"): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const near = suggest(name, known);
    report.problem(name, `is not a known ${what}.`, near === null ? `Known are: ${known.join(", ")}.` : `Did you mean \`${near}\`?`);
  }
}
