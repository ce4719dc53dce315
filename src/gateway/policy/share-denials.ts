import { type Pattern, render } from "./pattern.ts";
import type { Grant } from "./reach.ts";
import type { View } from "./world.ts";

/**
 * Replaces denials that differ only in the literals they begin with by one for all of them, where that one takes nothing from any
 * reachable route: `/a/x/*` and `/a/y/*` become `/a` and anything two segments deeper. The fewer there are, the more routes fit
 * into a policy.
 */
export function shareDenials(grants: readonly Grant[], view: View): Grant[] {
  const denials = new Map(grants.flatMap(({ denies }) => denies).map((deny) => [render(deny), deny]));
  if (denials.size < 2) return [...grants];
  const depth = Math.max(...denials.values().map(leading));
  const wider = new Map<string, Pattern>();
  for (let kept = 0; kept < depth; kept++) {
    const left = [...denials].filter(([text, deny]) => !wider.has(text) && leading(deny) > kept);
    for (const group of Map.groupBy(left, ([, deny]) => render(widened(deny, kept))).values()) {
      const [, first] = group[0] as (typeof left)[number];
      const common = widened(first, kept);
      if (group.length > 1 && view.lossOf(common).size === 0) for (const [text] of group) wider.set(text, common);
    }
  }
  return grants.map((grant) => ({ ...grant, denies: grant.denies.map((deny) => wider.get(render(deny)) ?? deny) }));
}

/** How many literals a pattern begins with. Patterns of literals only have nothing to widen. */
function leading(pattern: Pattern): number {
  return Math.max(
    0,
    pattern.findIndex((atom) => typeof atom === "number"),
  );
}

/** The pattern with its first wildcard taking the place of all leading literals but so many. */
function widened(pattern: Pattern, kept: number): Pattern {
  const literals = leading(pattern);
  return [...pattern.slice(0, kept), literals - kept + Number(pattern[literals]), ...pattern.slice(literals + 1)];
}
