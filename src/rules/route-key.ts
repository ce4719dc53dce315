import type { Report } from "../config/report.ts";

/** A route key taken apart: see `Route`. */
export interface RouteKey {
  readonly method: string | null;
  readonly segments: readonly string[];
}

/** The methods API Gateway routes. */
export const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] as const;

const RESERVED = new Set(["$default", "$connect", "$disconnect"]);
/** A custom WebSocket route: one word, which the API's route selection expression yields. */
const WEBSOCKET_WORD = /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/;
const PARAMETER = /^\{([A-Za-z0-9._-]+)(\+?)\}$/;
/** Everything a path segment may hold unescaped (RFC 3986 section 3.3), less `*`, which a policy would read as a wildcard. */
const LITERAL = /^(?:[A-Za-z0-9._~!$&'()+,;=:@-]|%[0-9A-Fa-f]{2})+$/;

/** What a segment of a route's path matches: exactly itself, one non-empty segment, or the whole non-empty rest of the path. */
export function segmentKind(segment: string): "literal" | "parameter" | "greedy" {
  if (!segment.startsWith("{")) return "literal";
  return segment.endsWith("+}") ? "greedy" : "parameter";
}

/** Takes a route key apart; reports what is wrong with it and then answers null. */
export function parseRouteKey(key: string, report: Report): RouteKey | null {
  if (RESERVED.has(key)) return { method: null, segments: [] };
  const space = key.indexOf(" ");
  if (space === -1) return parseWord(key, report);
  const method = key.slice(0, space);
  const path = key.slice(space + 1);
  const problems = [...methodProblems(method), ...pathProblems(path)];
  for (const [message, fix] of problems) report.problem("", message, fix);
  return problems.length === 0 ? { method, segments: path === "/" ? [] : path.slice(1).split("/") } : null;
}

type Finding = readonly [message: string, fix: string];

function parseWord(key: string, report: Report): RouteKey | null {
  const isMethod = [...METHODS, "ANY"].includes(key.toUpperCase());
  if (!isMethod && WEBSOCKET_WORD.test(key)) return { method: null, segments: [] };
  const fix = 'Write `"METHOD /path"`, `"$default"`, `"$connect"`, `"$disconnect"` or the word of a WebSocket route.';
  report.problem("", "this is not a route key.", fix);
  return null;
}

function methodProblems(method: string): Finding[] {
  if (method === "ANY" || (METHODS as readonly string[]).includes(method)) return [];
  const upper = method.toUpperCase();
  const known = upper === "ANY" || (METHODS as readonly string[]).includes(upper);
  return known
    ? [["the method is not in upper case.", `Write \`${upper}\`.`]]
    : [["the method is not one that API Gateway routes.", `Use one of ${METHODS.join(", ")} or ANY.`]];
}

function pathProblems(path: string): Finding[] {
  if (!path.startsWith("/")) return [["the path does not start with a slash.", 'Write `"METHOD /path"` with one space between.']];
  if (path === "/") return [];
  const segments = path.slice(1).split("/");
  const names = segments.map((segment) => PARAMETER.exec(segment)?.[1]).filter((name) => name !== undefined);
  const findings = segments.flatMap((segment, index) => segmentProblems(segment, index === segments.length - 1));
  if (new Set(names).size < names.length) findings.push(["two path parameters have the same name.", "Give each its own name."]);
  return findings;
}

function segmentProblems(segment: string, last: boolean): Finding[] {
  if (segment === "") return [["the path has an empty segment.", "Remove the doubled or trailing slash."]];
  if (LITERAL.test(segment) && !segment.startsWith(":")) return [];
  const parameter = PARAMETER.exec(segment);
  if (parameter !== null) {
    return parameter[2] === "+" && !last ? [["a greedy parameter is not the last segment.", "Move `{name+}` to the end of the path."]] : [];
  }
  return /[{}]|^:/.test(segment)
    ? [["a path parameter is malformed.", "A parameter is a whole segment: `{name}`, or `{name+}` at the end."]]
    : [["a path segment holds a character that a route cannot match.", "Use letters, digits and `-._~`; percent-encode anything else."]];
}
