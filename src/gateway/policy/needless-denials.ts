import { EMPTY_ANYWHERE } from "./empty-segments.ts";
import type { PathSearch } from "./path-search.ts";

/**
 * Leaves out, one by one, denials without which these resources allow no request more that is not reachable. What is left has
 * nothing that could be left out; that there is no other choice with still fewer is not said.
 * @param deny where one of two will do, the later one is kept; those for empty segments anywhere only where nothing else will do
 */
export function withoutNeedless(allow: readonly string[], deny: readonly string[], search: PathSearch): string[] {
  const kept = new Set(deny);
  const isAnywhere = (resource: string) => EMPTY_ANYWHERE.includes(resource);
  for (const within of [...kept].toSorted((left, right) => Number(isAnywhere(right)) - Number(isAnywhere(left)))) {
    kept.delete(within);
    if (search.findsOverGrant({ within, allow, deny: [...kept] })) kept.add(within);
  }
  return [...new Set(deny)].filter((resource) => kept.has(resource));
}
