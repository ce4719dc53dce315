import type { PolicyDocument } from "../../src/gateway/policy/policy-document.ts";
import type { Route, RouteTable } from "../../src/rules/route-table.ts";

/** IAM's verdict, written apart from the implementation: an explicit Deny wins, then any Allow, else refused. */
export function policyAllows(policy: PolicyDocument, arn: string): boolean {
  const hit = (effect: string) =>
    policy.Statement.some((part) => part.Effect === effect && part.Resource.some((pattern) => iamRegExp(pattern).test(arn)));
  return hit("Allow") && !hit("Deny");
}

const compiled = new Map<string, RegExp>();

function iamRegExp(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const source = pattern.replace(/\$\{([*?$])\}|([*?])|[\\^$.|+()[\]{}]/g, (found, escaped?: string, wildcard?: string) =>
    escaped !== undefined ? `\\${escaped}` : wildcard === "*" ? "[^]*" : wildcard === "?" ? "[^]" : `\\${found}`,
  );
  const regExp = new RegExp(`^${source}$`);
  if (compiled.size > 20_000) compiled.clear();
  compiled.set(pattern, regExp);
  return regExp;
}

const RANKS = { literal: 0, parameter: 1, greedy: 2, none: 3 };

/** API Gateway's selection, written apart: of all routes that match, the one that is more specific at the first difference. */
export function selectRoute(table: RouteTable, method: string, path: string): Route | null {
  const matching = [...table.routes.values()].filter(
    (route) => (route.method === method || route.method === "ANY") && pathRegExp(route).test(path),
  );
  const rank = ({ segments, method: own }: Route) => [
    ...segments.map((segment) => RANKS[segment.endsWith("+}") ? "greedy" : segment.startsWith("{") ? "parameter" : "literal"]),
    ...(segments.at(-1)?.endsWith("+}") ? [] : [RANKS.none]),
    own === "ANY" ? 1 : 0,
  ];
  const before = (left: number[], right: number[]) => {
    for (const [index, value] of left.entries()) if (value !== right[index]) return value < (right[index] ?? 9);
    return true;
  };
  const [first, ...others] = matching;
  if (first === undefined) return table.routes.get("$default") ?? null;
  return others.reduce((best, route) => (before(rank(best), rank(route)) ? best : route), first);
}

const paths = new WeakMap<Route, RegExp>();

function pathRegExp(route: Route): RegExp {
  const known =
    paths.get(route) ??
    new RegExp(
      `^/${route.segments.map((segment) => (segment.endsWith("+}") ? "[^]+" : segment.startsWith("{") ? "[^/]+" : segment.replace(/[.]/g, "\\."))).join("/")}$`,
    );
  paths.set(route, known);
  return known;
}
