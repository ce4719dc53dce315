import type { Route, RouteTable } from "./route-table.ts";
import type { Rule } from "./rule.ts";

/** Routes that one rule decides on: they are open or closed together. Never empty. */
export type RouteGroup = readonly [Route, ...Route[]];

const groups = new WeakMap<RouteTable, readonly RouteGroup[]>();

/** The routes of a table by their rules, worked out once. A table of a thousand routes has a few dozen rules at most. */
export function routeGroups(table: RouteTable): readonly RouteGroup[] {
  const known = groups.get(table);
  if (known !== undefined) return known;
  const spell = createSpeller();
  const byRule = new Map<string, [Route, ...Route[]]>();
  for (const route of table.routes.values()) {
    const spelling = spell(route.rule);
    const group = byRule.get(spelling);
    if (group === undefined) byRule.set(spelling, [route]);
    else group.push(route);
  }
  const found = [...byRule.values()];
  groups.set(table, found);
  return found;
}

/** Spells rules as text, equal for rules that say the same. Two functions are the same rule only if they are one function. */
function createSpeller(): (rule: Rule) => string {
  const numbers = new Map<unknown, number>();
  return (rule) =>
    JSON.stringify(rule, (_name, value: unknown) => {
      if (typeof value !== "function") return value;
      const number = numbers.get(value) ?? numbers.size;
      numbers.set(value, number);
      return { function: number };
    });
}
