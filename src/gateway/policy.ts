import { matchRoute, routeOf } from "../rules/match-route.ts";
import type { Route, RouteTable } from "../rules/route-table.ts";
import { exactResource, type ParsedArn } from "./arn.ts";
import { type CompiledPolicy, compileResources, type ResourceGrant } from "./policy-resources.ts";
import { matchesResource } from "./resource-match.ts";

/** One statement of an authorizer's policy. */
export interface PolicyStatement {
  readonly Action: "execute-api:Invoke";
  readonly Effect: "Allow" | "Deny";
  readonly Resource: readonly string[];
}

/** What an authorizer answers on REST and WebSocket APIs, and on HTTP APIs that want a policy. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

/** The longest resource a policy may name, in characters. */
const MAX_RESOURCE = 512;
/** The longest policy, in bytes of JSON: beyond it API Gateway has been seen to refuse everyone. */
const MAX_POLICY = 8_192;
/** Quotes and a comma. */
const RESOURCE_OVERHEAD = 3;
/** Sets of reachable routes remembered for each table: about as many as there are kinds of principals. */
const MAX_REMEMBERED = 200;

const remembered = new WeakMap<RouteTable, Map<string, CompiledPolicy>>();

/**
 * The policy for everything in the route table that a principal may reach in this API and stage. API Gateway caches it and
 * applies it to other requests, so it never holds a request that the table denies; it always holds this one if the table
 * allows it, and every other allowed one that fits beside it. Nothing reachable: an explicit Deny for the stage.
 * @param allowed whether the route's rule holds for the principal
 */
export function compilePolicy(table: RouteTable, allowed: (route: Route) => boolean, arn: ParsedArn): PolicyDocument {
  const routes = [...table.routes.values()].filter(allowed);
  const reachable = new Set(routes);
  const requested = arn.method === null ? routeOf(table, arn.routeKey ?? "") : matchRoute(table, arn.method, arn.path);
  const isAllowed = requested !== null && reachable.has(requested);
  if (arn.method === null) return isAllowed ? documentOf([exactResource(arn)], []) : denyAll(arn);
  const { grants } = recall(table, reachable);
  return assemble(grants, arn, isAllowed) ?? denyAll(arn);
}

function recall(table: RouteTable, reachable: ReadonlySet<Route>): CompiledPolicy {
  const known = remembered.get(table) ?? new Map<string, CompiledPolicy>();
  remembered.set(table, known);
  const key = [...table.routes.values()].map((route) => (reachable.has(route) ? "1" : "0")).join("");
  const found = known.get(key) ?? compileResources(table, reachable);
  known.delete(key);
  known.set(key, found);
  const [oldest] = known.keys();
  if (known.size > MAX_REMEMBERED && oldest !== undefined) known.delete(oldest);
  return found;
}

function isCovered(grants: readonly ResourceGrant[], text: string): boolean {
  const matches = (resource: string) => matchesResource(resource, text);
  return grants.some(({ allow }) => allow.some(matches)) && !grants.some(({ deny }) => deny.some(matches));
}

/** The policy of these grants, with the request's own resource where they do not hold it. Null where nothing is left to allow. */
function assemble(grants: readonly ResourceGrant[], arn: ParsedArn, isAllowed: boolean): PolicyDocument | null {
  const text = `${arn.method}${arn.path}`;
  const fitting = fit(grants, 0, arn);
  if (isCovered(fitting, text) === isAllowed) return toDocument(fitting, null, arn);
  // Not reached unless the grants are wrong: the answer to that is to allow nothing.
  if (!isAllowed) return null;
  const exact = exactResource(arn);
  const harmless = grants.filter(({ deny }) => !deny.some((resource) => matchesResource(resource, text)));
  return toDocument(fit(harmless, exact.length, arn), exact.length > MAX_RESOURCE ? null : exact, arn);
}

/** As many grants as fit into a policy, each with its denials. */
function fit(grants: readonly ResourceGrant[], reserved: number, { stageArn }: ParsedArn): ResourceGrant[] {
  const known = new Set<string>();
  let size = sizeOf(documentOf([""], [""])) + 2 * reserved;
  return grants.filter(({ allow, deny }) => {
    const added = [...allow, ...deny.map((resource) => `!${resource}`)].filter((resource) => !known.has(resource));
    const growth = [...new Set(added)].reduce((sum, resource) => sum + resource.length + stageArn.length + RESOURCE_OVERHEAD, 0);
    if (size + growth > MAX_POLICY || added.some((resource) => stageArn.length + resource.length > MAX_RESOURCE)) return false;
    size += growth;
    for (const resource of added) known.add(resource);
    return true;
  });
}

function toDocument(grants: readonly ResourceGrant[], exact: string | null, { stageArn }: ParsedArn): PolicyDocument | null {
  const full = (resources: readonly string[]) => [...new Set(resources)].map((resource) => stageArn + resource);
  const allow = [...(exact === null ? [] : [exact]), ...full(grants.flatMap((grant) => grant.allow))];
  return allow.length === 0 ? null : documentOf(allow, full(grants.flatMap(({ deny }) => deny)));
}

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

function documentOf(allow: readonly string[], deny: readonly string[]): PolicyDocument {
  const statements: PolicyStatement[] = [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: allow }];
  if (deny.length > 0) statements.push({ Action: "execute-api:Invoke", Effect: "Deny", Resource: deny });
  return { Version: "2012-10-17", Statement: statements };
}

function denyAll({ stageArn }: ParsedArn): PolicyDocument {
  return { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect: "Deny", Resource: [`${stageArn}*`] }] };
}
