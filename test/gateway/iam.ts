import type { PolicyDocument, Statement } from "aws-lambda";

const ACTION = "execute-api:Invoke";
/** Documented limit on a resource in an authorizer's policy, in characters. */
const MAX_RESOURCE = 512;
const ESCAPES: Readonly<Record<string, string>> = { "${*}": "\\*", "${?}": "\\?", "${$}": "\\$" };

/** What a policy says of one ARN: nothing said is a denial too, but not an explicit one. */
export type Effect = "allow" | "deny" | "explicit_deny";

/** Evaluates an authorizer's policy for one request: an explicit Deny wins, and what is not allowed is denied. */
export function evaluatePolicy(policy: PolicyDocument, arn: string): Effect {
  const matching = policy.Statement.filter((statement) => covers(statement, arn));
  if (matching.some(({ Effect }) => Effect === "Deny")) return "explicit_deny";
  return matching.length > 0 ? "allow" : "deny";
}

/** Whether an authorizer's policy has the shape that API Gateway accepts. */
export function isPolicy(value: unknown): value is PolicyDocument {
  if (!isRecord(value) || value["Version"] !== "2012-10-17") return false;
  const statements = value["Statement"];
  return Array.isArray(statements) && statements.length > 0 && statements.every(isStatement);
}

function isStatement(value: unknown): boolean {
  if (!isRecord(value) || (value["Effect"] !== "Allow" && value["Effect"] !== "Deny")) return false;
  for (const name of ["Condition", "NotAction", "NotResource", "Principal", "NotPrincipal"]) {
    if (name in value) throw new Error(`The test gateway does not evaluate ${name} in an authorizer's policy.`);
  }
  return isTexts(value["Action"]) && isTexts(value["Resource"]) && list(value["Resource"]).every((text) => text.length <= MAX_RESOURCE);
}

function covers(statement: Statement, arn: string): boolean {
  const actions = "Action" in statement ? list(statement.Action) : [];
  const resources = "Resource" in statement ? list(statement.Resource ?? []) : [];
  return actions.some((pattern) => glob(pattern, "i").test(ACTION)) && resources.some((pattern) => resourceMatches(pattern, arn));
}

/** A wildcard reaches across `/` in the last part of an ARN, and never across the five parts before it. */
function resourceMatches(pattern: string, arn: string): boolean {
  if (pattern === "*") return true;
  const patterns = arnParts(pattern);
  const parts = arnParts(arn);
  return patterns.length === parts.length && patterns.every((part, i) => glob(part).test(parts[i] ?? ""));
}

function arnParts(arn: string): string[] {
  const parts = arn.split(":");
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function glob(pattern: string, flags = ""): RegExp {
  const source = pattern.replaceAll(/\$\{[*?$]\}|[\s\S]/g, (token) => ESCAPES[token] ?? WILDCARDS[token] ?? escape(token));
  return new RegExp(`^${source}$`, `su${flags}`);
}

const WILDCARDS: Readonly<Record<string, string>> = { "*": ".*", "?": "." };

/** A single character, by its number: no list of special ones to keep. */
function escape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string | string[] {
  if (typeof value === "string") return value !== "";
  return Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === "string" && text !== "");
}

function list(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]) as string[];
}
