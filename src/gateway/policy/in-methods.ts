import { METHODS } from "../../rules/route-key.ts";
import type { Route } from "../../rules/route-table.ts";
import type { PathSearch } from "./path-search.ts";
import { patternOf, render, tokensOf } from "./pattern.ts";

/** GET and PUT are the only methods of three letters, so `???/` is exactly those two. */
const THREE_LETTERS = ["GET", "PUT"];

/** Resources for one path pattern in each of the methods, as few as say exactly that. */
export function inMethods(methods: readonly string[], text: string): string[] {
  const merged = THREE_LETTERS.every((method) => methods.includes(method));
  const rest = merged ? methods.filter((method) => !THREE_LETTERS.includes(method)) : methods;
  return [...(merged ? ["???"] : []), ...rest].map((method) => `${method}/${text}`);
}

/**
 * One resource for a path pattern in every method, and the denial it needs, because its `*` would also match the beginning of a
 * longer path: that of all longer paths. With it nothing is left but a method in front of just so many segments. Null where a longer
 * path is reachable, and where no ANY stands for methods that the table does not know.
 */
export function inEveryMethod(
  methods: readonly string[],
  text: string,
  reachable: ReadonlySet<Route>,
  search: PathSearch,
): { readonly allow: readonly string[]; readonly deny: readonly string[] } | null {
  const isAny = (route: Route) => route.method === "ANY" && render(patternOf(tokensOf(route))) === text;
  // A `*` in front of the root would be any path with a slash at its end.
  if (text === "" || METHODS.some((method) => !methods.includes(method)) || ![...reachable].some(isAny)) return null;
  const longer = `*${"/*".repeat(text.split("/").length + 1)}`;
  return search.findsReachable(longer) ? null : { allow: [`*/${text}`], deny: [longer] };
}
