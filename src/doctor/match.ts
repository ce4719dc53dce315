import { startReport } from "../config/report.ts";
import { samplePath } from "../explain/events.ts";
import { checkRoutes } from "../rules/define-routes.ts";
import { matchRoute, routeOf, routeOfResource, withoutDefault } from "../rules/match-route.ts";
import { METHODS } from "../rules/route-key.ts";
import type { Route, RouteTable } from "../rules/route-table.ts";
import type { DeployedApi, DeployedRoute } from "./model.ts";

const tables = new WeakMap<DeployedApi, RouteTable>();

/** An API's own routes as a route table, so that requests can be matched with them; keys that no table can hold are left out. */
function tableOf(api: DeployedApi): RouteTable {
  const known = tables.get(api);
  if (known !== undefined) return known;
  const table = checkRoutes(Object.fromEntries(api.routes.map(({ key }) => [key, "authenticated"])), startReport([]));
  tables.set(api, table);
  return table;
}

/** The rule that authorizers use for a deployed route: by its key, and on REST APIs by the request's own path. */
export function ruleOf(table: RouteTable, api: DeployedApi, deployed: DeployedRoute): Route | null {
  const exact = routeOf(table, deployed.key);
  if (exact !== null || api.kind !== "rest") return exact;
  const own = withoutDefault(table);
  return (
    requestsFor(api, deployed)
      .map(({ method, path }) => matchRoute(own, method, path))
      .find((one) => one !== null) ?? null
  );
}

/** A rule that the table has for a request's path and not for the resource as it is deployed, and the key that would be both. */
export interface Misnamed {
  readonly rule: Route;
  readonly key: string;
}

/** A guard goes by the resource's own text, where a REST API's authorizers go by the path. Null: they find the same rules. */
export function misnamedIn(table: RouteTable, api: DeployedApi, deployed: DeployedRoute): Misnamed | null {
  if (api.kind !== "rest") return null;
  const own = withoutDefault(table);
  for (const { method, path, resource } of requestsFor(api, deployed)) {
    const rule = method === "OPTIONS" ? null : matchRoute(own, method, path);
    if (rule === null || routeOfResource(own, method, resource) !== null) continue;
    return { rule, key: deployed.key.startsWith("ANY ") ? `${rule.method ?? "ANY"} ${resource}` : deployed.key };
  }
  return null;
}

/** One request of each method that a deployed route takes. */
function requestsFor(api: DeployedApi, { key }: DeployedRoute) {
  const route = tableOf(api).routes.get(key);
  if (route === undefined || route.method === null) return [];
  const [path, resource] = [samplePath(route), `/${route.segments.join("/")}`];
  return (route.method === "ANY" ? METHODS : [route.method]).map((method) => ({ method, path, resource }));
}

/** Whether any request for a route of the table can reach this API. */
export function isDeployed(api: DeployedApi, route: Route): boolean {
  if (route.method === null) return routeOf(tableOf(api), route.key) !== null;
  const methods = route.method === "ANY" ? METHODS : [route.method];
  return methods.some((method) => matchRoute(tableOf(api), method, samplePath(route)) !== null);
}
