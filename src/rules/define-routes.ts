import { checked, type Report } from "../config/report.ts";
import { checkRule, type RuleContext } from "./check-rule.ts";
import { parseRouteKey } from "./route-key.ts";
import type { Route, RouteTable } from "./route-table.ts";
import { type Rule, type RuleInput, toRule } from "./rule.ts";

/** A route table as it is written. */
export type RouteTableInput = Readonly<Record<string, RuleInput>>;

/** The rules of routes that were found sound whatever the issuers are called: a configuration takes such routes as they are. */
const sound = new WeakMap<Route, Rule>();

/**
 * Makes the route table: which rule guards which route of API Gateway.
 * @throws ConfigurationError with every malformed key and rule at once
 */
export function defineRoutes(table: RouteTableInput): RouteTable {
  return checked("routes", (report) => checkRoutes(table, report));
}

/**
 * The checks of {@link defineRoutes} for callers with a report of their own. Routes with a problem are left out of the answer.
 * @param issuers the names that `issuer()` rules may use; null where they are not known
 */
export function checkRoutes(input: RouteTableInput | RouteTable, report: Report, issuers: readonly string[] | null = null): RouteTable {
  const routes = new Map<string, Route>();
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    report.problem("", "the route table is not an object.", 'Write `{ "GET /path": rule }`.');
    return { routes };
  }
  const shapes = new Map<string, string>();
  for (const [key, rule, known] of entriesOf(input)) {
    const route = known ?? checkRoute(key, rule, report.at(`["${key}"]`), { issuers });
    if (route === null) continue;
    const shape = shapeOf(key);
    const twin = shapes.get(shape);
    if (twin !== undefined) report.problem(`["${key}"]`, `this is the same route as "${twin}".`, "Keep one of the two.");
    else routes.set(key, route);
    shapes.set(shape, twin ?? key);
  }
  return { routes };
}

function entriesOf(input: RouteTableInput | RouteTable): (readonly [key: string, rule: RuleInput, known?: Route])[] {
  const table = (input as RouteTable).routes;
  if (!(table instanceof Map)) return Object.entries(input as RouteTableInput);
  const isSound = (key: string, route: Route) => route.key === key && sound.get(route) === route.rule;
  return [...(table as RouteTable["routes"])].map(([key, route]) => (isSound(key, route) ? [key, route.rule, route] : [key, route.rule]));
}

function checkRoute(key: string, input: RuleInput, report: Report, context: RuleContext): Route | null {
  const parts = parseRouteKey(key, report);
  const rule = toRule(input);
  if (!checkRule(rule, report, context) || parts === null) return null;
  const route = { key, ...parts, rule };
  if (!namesIssuer(rule)) sound.set(route, rule);
  return route;
}

const namesIssuer = (rule: Rule): boolean => rule.kind === "issuer" || ("rules" in rule && rule.rules.some(namesIssuer));

/** Keys of one shape match the same requests: their parameters have no names. */
const shapeOf = (key: string) => key.replaceAll(/\{[^}+]+/g, "{");
