import { matchRoute } from "../../rules/match-route.ts";
import { type RouteGroup, routeGroups } from "../../rules/route-groups.ts";
import type { Route, RouteTable } from "../../rules/route-table.ts";
import { exactResource, type ParsedArn } from "../arn.ts";
import { type Compiled, compileToFit, type Fitting, fitGrants, MAX_RESOURCE } from "./fit-policy.ts";
import { connectPolicy, denyAll, documentOf, type PolicyCompiler, type PolicyDocument } from "./policy-document.ts";
import type { ResourceGrant } from "./policy-resources.ts";
import { indexResources } from "./resource-match.ts";

/** Sets of reachable routes remembered for each table: about as many as there are kinds of principals. */
const MAX_REMEMBERED = 200;

/** What a set of reachable routes comes to, and the policies made of it for the stage asked for last. */
interface Remembered extends Compiled {
  /** The grants whose denials hold a request. */
  readonly harmful: (text: string) => readonly ResourceGrant[];
  stageArn: string;
  /** By the grants left out, because their denials stood in a request's way. */
  readonly policies: Map<string, Fitting>;
}

const remembered = new WeakMap<RouteTable, Map<string, Remembered>>();

/**
 * The policy for everything in the route table that a principal may reach in this API and stage. API Gateway caches it and
 * applies it to other requests, so it never holds a request that the table denies; it always holds this one if the table
 * allows it, and every other allowed one that fits beside it. Nothing reachable: an explicit Deny for the stage.
 * @param allowed whether the route's rule holds for the principal
 * @param groups routes that are allowed together, if not each for itself; every route is in one of them
 */
export function compilePolicy(
  table: RouteTable,
  allowed: (route: Route) => boolean,
  arn: ParsedArn,
  groups: readonly RouteGroup[] = [...table.routes.values()].map((route) => [route]),
): PolicyDocument {
  if (arn.method === null) return connectPolicy(table, allowed, arn);
  // What fits depends on how long the stage's name is.
  let key = `${arn.stageArn.length}:`;
  for (const [route] of groups) key += allowed(route) ? "1" : "0";
  const requested = matchRoute(table, arn.method, arn.path);
  const isAllowed = requested !== null && allowed(requested);
  return assemble(recall(table, key, groups, arn.stageArn), arn, isAllowed) ?? denyAll(arn);
}

/** {@link compilePolicy} where the routes of one rule are allowed together: the rules are evaluated, and not the routes. */
export const compilePolicyByRule: PolicyCompiler = (table, allowed, arn) => compilePolicy(table, allowed, arn, routeGroups(table));

/** @param key a length and a colon, then a `1` for each group that is allowed, and a `0` for each that is not */
function recall(table: RouteTable, key: string, groups: readonly RouteGroup[], stageArn: string): Remembered {
  const known = remembered.get(table) ?? new Map<string, Remembered>();
  remembered.set(table, known);
  const first = key.indexOf(":") + 1;
  const open = () => new Set(groups.filter((_, index) => key[first + index] === "1").flat());
  const found = known.get(key) ?? remember(compileToFit(table, open(), stageArn), stageArn);
  known.delete(key);
  known.set(key, found);
  const [oldest = key] = known.keys();
  if (known.size > MAX_REMEMBERED) known.delete(oldest);
  return found;
}

function remember(compiled: Compiled, stageArn: string): Remembered {
  const harmful = indexResources(compiled.grants.flatMap((grant) => grant.deny.map((resource) => [resource, grant] as const)));
  return { ...compiled, harmful: (text) => [...new Set(harmful(text))], stageArn, policies: new Map([["", compiled.whole]]) };
}

/** The policy of these grants, with the request's own resource where they do not hold it. Null where nothing is left to allow. */
function assemble(policy: Remembered, arn: ParsedArn, isAllowed: boolean): PolicyDocument | null {
  const text = `${arn.method}${arn.path}`;
  const usual = fittingOf(policy, [], arn);
  if (usual.covers(text) === isAllowed) return usual.allow.length === 0 ? null : documentOf(usual.allow, usual.deny);
  // Not reached unless the grants are wrong: the answer to that is to allow nothing.
  if (!isAllowed) return null;
  const { allow, deny } = fittingOf(policy, policy.harmful(text), arn);
  const exact = exactResource(arn);
  const wanted = exact.length > MAX_RESOURCE ? allow : [exact, ...allow];
  return wanted.length === 0 ? null : documentOf(wanted, deny);
}

function fittingOf(policy: Remembered, without: readonly ResourceGrant[], { stageArn }: ParsedArn): Fitting {
  if (policy.stageArn !== stageArn || policy.policies.size > MAX_REMEMBERED) policy.policies.clear();
  policy.stageArn = stageArn;
  const key = without.map((grant) => policy.grants.indexOf(grant)).join();
  const known = policy.policies.get(key) ?? fitGrants(policy, without, stageArn);
  policy.policies.set(key, known);
  return known;
}
