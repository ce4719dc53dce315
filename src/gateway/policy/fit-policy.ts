import type { Route, RouteTable } from "../../rules/route-table.ts";
import { withoutNeedless } from "./needless-denials.ts";
import { type PathSearch, pathSearch } from "./path-search.ts";
import { documentOf } from "./policy-document.ts";
import { compileResources, type ResourceGrant, type Room } from "./policy-resources.ts";
import { indexResources } from "./resource-match.ts";
import { worldsOf } from "./world.ts";

/** The longest resource a policy may name, in characters. */
export const MAX_RESOURCE = 512;
/** The longest policy, in bytes of JSON (a resource is ASCII): beyond it API Gateway has been seen to refuse everyone. */
const MAX_POLICY = 8_192;
/** Quotes and a comma. */
const RESOURCE_OVERHEAD = 3;

/** Grants that fit into one policy, and its resources. */
export interface Fitting {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Whether they hold a request, such as `GET/orders/7`. */
  readonly covers: (text: string) => boolean;
  /** How many grants there was no room for. */
  readonly left: number;
}

/** What a set of reachable routes comes to. */
export interface Compiled {
  readonly grants: readonly ResourceGrant[];
  readonly search: PathSearch;
  /** All of the grants, as far as they fit. */
  readonly whole: Fitting;
}

/**
 * Compiles the reachable routes of a table for stages of this name's length: tersely only where that leaves room for more grants.
 */
export function compileToFit(table: RouteTable, reachable: ReadonlySet<Route>, stageArn: string): Compiled {
  const search = pathSearch(worldsOf(table), reachable);
  const compileFor = (room: Room): Compiled => {
    const grants = compileResources(table, reachable, search, room);
    return { grants, search, whole: fitGrants({ grants, search }, [], stageArn) };
  };
  const usual = compileFor("ample");
  if (usual.whole.left === 0) return usual;
  const terse = compileFor("scarce");
  return terse.whole.left < usual.whole.left ? terse : usual;
}

/** As many grants as fit into a policy beside the longest exact resource, each with its denials. */
export function fitGrants({ grants, search }: Omit<Compiled, "whole">, without: readonly ResourceGrant[], stageArn: string): Fitting {
  const [allow, deny] = [new Set<string>(), new Set<string>()];
  let size = JSON.stringify(documentOf([""], [""])).length + MAX_RESOURCE;
  const wanted = grants.filter((grant) => !without.includes(grant));
  const fitting = wanted.filter((grant) => {
    const added = [grant.allow.filter((resource) => !allow.has(resource)), grant.deny.filter((resource) => !deny.has(resource))].flat();
    const growth = added.reduce((sum, resource) => sum + stageArn.length + resource.length + RESOURCE_OVERHEAD, 0);
    if (size + growth > MAX_POLICY || added.some((resource) => stageArn.length + resource.length > MAX_RESOURCE)) return false;
    size += growth;
    for (const resource of grant.allow) allow.add(resource);
    for (const resource of grant.deny) deny.add(resource);
    return true;
  });
  // The denials of one grant were chosen for it, and what others allow makes none of them needless: only others' denials do.
  const denying = fitting.filter((grant) => grant.deny.length > 0).length;
  const needed = denying > 1 ? withoutNeedless([...allow], [...deny], search) : [...deny];
  const [allows, denies] = [indexOf(allow), indexOf(needed)];
  return {
    allow: named(allow, stageArn),
    deny: named(needed, stageArn),
    covers: (text) => allows(text).length > 0 && denies(text).length === 0,
    left: wanted.length - fitting.length,
  };
}

const indexOf = (resources: Iterable<string>) => indexResources([...resources].map((resource) => [resource, resource]));

const named = (resources: Iterable<string>, stageArn: string) => Object.freeze([...resources].map((resource) => stageArn + resource));
