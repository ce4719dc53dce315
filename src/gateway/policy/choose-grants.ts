import { type Pattern, render, type Shape } from "./pattern.ts";
import { type Grant, grantOf, holds, isSubtree } from "./reach.ts";
import type { View } from "./world.ts";

type LossOf = View["lossOf"];

/**
 * Chooses which reachable routes one policy can hold. An explicit Deny wins over every Allow, so two routes may exclude each
 * other: `/a/{x}` needs everything deeper denied, `/a/{x}/b` is deeper. Those that cost others most are left out.
 */
export function chooseGrants(view: View): Grant[] {
  const left = new Set<Shape>();
  const grants = view.reachable.map((shape) => grantOf(shape, view));
  for (;;) {
    const chosen = withoutHeld(grants.filter(({ shape }) => !left.has(shape)));
    const dropped = dropCostliest(chosen, view.lossOf, left);
    if (!dropped) return withoutLost(chosen, view.lossOf);
  }
}

/** A subtree's pattern already holds the patterns below it. */
function withoutHeld(grants: readonly Grant[]): Grant[] {
  const subtrees = grants.filter(({ shape }) => isSubtree(shape));
  return grants.filter(({ shape }) => !subtrees.some((subtree) => subtree.shape !== shape && holds(subtree.shape, shape)));
}

/** Leaves out grants, the costliest first, whose denials cost others more than they are worth. Shared denials share the cost. */
function dropCostliest(grants: readonly Grant[], lossOf: LossOf, left: Set<Shape>): boolean {
  const denials = grants.map((grant) => ({ shape: grant.shape, denies: new Map(grant.denies.map((deny) => [render(deny), deny])) }));
  const sharers = new Map<string, number>();
  for (const { denies } of denials) for (const text of denies.keys()) sharers.set(text, (sharers.get(text) ?? 0) + 1);
  const kept = new Set(denials.map(({ shape }) => shape));
  const cost = ({ shape, denies }: (typeof denials)[number]) => costOf(shape, denies, kept, lossOf, sharers);
  const costly = denials.map((entry) => ({ entry, cost: cost(entry) })).filter((found) => found.cost > 1);
  for (const { entry } of costly.toSorted((first, second) => second.cost - first.cost)) {
    if (cost(entry) <= 1) continue;
    left.add(entry.shape);
    kept.delete(entry.shape);
    for (const text of entry.denies.keys()) sharers.set(text, (sharers.get(text) ?? 1) - 1);
  }
  return kept.size < denials.length;
}

function costOf(
  shape: Shape,
  denies: ReadonlyMap<string, Pattern>,
  kept: ReadonlySet<Shape>,
  lossOf: LossOf,
  sharers: ReadonlyMap<string, number>,
): number {
  const costs = new Map<Shape, number>();
  for (const [text, deny] of denies) {
    for (const [victim, part] of lossOf(deny)) {
      if (victim === shape || !kept.has(victim)) continue;
      costs.set(victim, Math.max(costs.get(victim) ?? 0, part / (sharers.get(text) ?? 1)));
    }
  }
  return costs.values().reduce((sum, part) => sum + part, 0);
}

/** A grant that a denial takes away whole is dropped, and with it what it had to deny itself. */
function withoutLost(grants: Grant[], lossOf: LossOf): Grant[] {
  const losses = grants.flatMap(({ denies }) => denies.flatMap((deny) => [...lossOf(deny)]));
  const gone = new Set(losses.filter(([, part]) => part === 1).map(([victim]) => victim));
  const lost = grants.find(({ shape }) => gone.has(shape));
  return lost === undefined
    ? grants
    : withoutLost(
        grants.filter((grant) => grant !== lost),
        lossOf,
      );
}
