import { startReport } from "../config/report.ts";
import { samplePath } from "../explain/events.ts";
import { checkRoutes } from "../rules/define-routes.ts";
import { matchRoute, routeOf } from "../rules/match-route.ts";
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

/** The rule that the gateway uses for a deployed route: by its key, and on REST APIs by the request's own path. */
export function ruleOf(table: RouteTable, api: DeployedApi, deployed: DeployedRoute): Route | null {
  const exact = routeOf(table, deployed.key);
  if (exact !== null || api.kind !== "rest") return exact;
  const route = tableOf(api).routes.get(deployed.key);
  if (route === undefined || route.method === null) return null;
  const methods = route.method === "ANY" ? METHODS : [route.method];
  return methods.map((method) => matchRoute(table, method, samplePath(route))).find((one) => one !== null) ?? null;
}

/** Whether any request for a route of the table can reach this API. */
export function isDeployed(api: DeployedApi, route: Route): boolean {
  if (route.method === null) return routeOf(tableOf(api), route.key) !== null;
  const methods = route.method === "ANY" ? METHODS : [route.method];
  return methods.some((method) => matchRoute(tableOf(api), method, samplePath(route)) !== null);
}
