import { matchRoute, routeOf } from "../rules/match-route.ts";
import type { Route, RouteTable } from "../rules/route-table.ts";
import { exactResource, type ParsedArn } from "./arn.ts";
import { compileResources, type ResourceGrant } from "./policy-resources.ts";
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
/** The longest policy, in bytes of JSON (a resource is ASCII): beyond it API Gateway has been seen to refuse everyone. */
const MAX_POLICY = 8_192;
/** Quotes and a comma. */
const RESOURCE_OVERHEAD = 3;
/** Sets of reachable routes remembered for each table: about as many as there are kinds of principals. */
const MAX_REMEMBERED = 200;

/** What a set of reachable routes comes to, and the policies made of it for the stage asked for last. */
interface Remembered {
  readonly grants: readonly ResourceGrant[];
  stageArn: string | null;
  /** By the grants left out, because their denials stood in a request's way. */
  readonly policies: Map<string, Fitting>;
}

/** Grants that fit into one policy, and its resources. */
interface Fitting {
  readonly grants: readonly ResourceGrant[];
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

const remembered = new WeakMap<RouteTable, Map<string, Remembered>>();

/**
 * The policy for everything in the route table that a principal may reach in this API and stage. API Gateway caches it and
 * applies it to other requests, so it never holds a request that the table denies; it always holds this one if the table
 * allows it, and every other allowed one that fits beside it. Nothing reachable: an explicit Deny for the stage.
 * @param allowed whether the route's rule holds for the principal
 */
export function compilePolicy(table: RouteTable, allowed: (route: Route) => boolean, arn: ParsedArn): PolicyDocument {
  const reachable = new Set([...table.routes.values()].filter(allowed));
  const requested = arn.method === null ? routeOf(table, arn.routeKey ?? "") : matchRoute(table, arn.method, arn.path);
  const isAllowed = requested !== null && reachable.has(requested);
  if (arn.method === null) return isAllowed ? documentOf([exactResource(arn)], []) : denyAll(arn);
  return assemble(recall(table, reachable), arn, isAllowed) ?? denyAll(arn);
}

function recall(table: RouteTable, reachable: ReadonlySet<Route>): Remembered {
  const known = remembered.get(table) ?? new Map<string, Remembered>();
  remembered.set(table, known);
  let key = "";
  for (const route of table.routes.values()) key += reachable.has(route) ? "1" : "0";
  const found = known.get(key) ?? { grants: compileResources(table, reachable), stageArn: null, policies: new Map() };
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
function assemble(policy: Remembered, arn: ParsedArn, isAllowed: boolean): PolicyDocument | null {
  const text = `${arn.method}${arn.path}`;
  const usual = fittingOf(policy, [], arn);
  if (isCovered(usual.grants, text) === isAllowed) return usual.allow.length === 0 ? null : documentOf(usual.allow, usual.deny);
  // Not reached unless the grants are wrong: the answer to that is to allow nothing.
  if (!isAllowed) return null;
  const harmful = policy.grants.filter(({ deny }) => deny.some((resource) => matchesResource(resource, text)));
  const { allow, deny } = fittingOf(policy, harmful, arn);
  const exact = exactResource(arn);
  const wanted = exact.length > MAX_RESOURCE ? allow : [exact, ...allow];
  return wanted.length === 0 ? null : documentOf(wanted, deny);
}

function fittingOf(policy: Remembered, without: readonly ResourceGrant[], { stageArn }: ParsedArn): Fitting {
  if (policy.stageArn !== stageArn || policy.policies.size > MAX_REMEMBERED) policy.policies.clear();
  policy.stageArn = stageArn;
  const key = without.map((grant) => policy.grants.indexOf(grant)).join();
  const known =
    policy.policies.get(key) ??
    fit(
      policy.grants.filter((grant) => !without.includes(grant)),
      stageArn,
    );
  policy.policies.set(key, known);
  return known;
}

/** As many grants as fit into a policy beside the longest exact resource, each with its denials. */
function fit(grants: readonly ResourceGrant[], stageArn: string): Fitting {
  const [allow, deny] = [new Set<string>(), new Set<string>()];
  let size = JSON.stringify(documentOf([""], [""])).length + MAX_RESOURCE;
  const fitting = grants.filter((grant) => {
    const [newAllow, newDeny] = [fresh(grant.allow, stageArn, allow), fresh(grant.deny, stageArn, deny)];
    const added = [...newAllow, ...newDeny];
    const growth = added.reduce((sum, resource) => sum + resource.length + RESOURCE_OVERHEAD, 0);
    if (size + growth > MAX_POLICY || added.some((resource) => resource.length > MAX_RESOURCE)) return false;
    size += growth;
    for (const resource of newAllow) allow.add(resource);
    for (const resource of newDeny) deny.add(resource);
    return true;
  });
  return { grants: fitting, allow: [...allow], deny: [...deny] };
}

const fresh = (resources: readonly string[], stageArn: string, known: ReadonlySet<string>) =>
  resources.map((resource) => stageArn + resource).filter((resource) => !known.has(resource));

function documentOf(allow: readonly string[], deny: readonly string[]): PolicyDocument {
  const statements: PolicyStatement[] = [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: allow }];
  if (deny.length > 0) statements.push({ Action: "execute-api:Invoke", Effect: "Deny", Resource: deny });
  return { Version: "2012-10-17", Statement: statements };
}

function denyAll({ stageArn }: ParsedArn): PolicyDocument {
  return { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect: "Deny", Resource: [`${stageArn}*`] }] };
}
