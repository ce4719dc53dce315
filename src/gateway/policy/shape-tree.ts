import type { Route } from "../../rules/route-table.ts";
import { ONE, REST, type Shape } from "./pattern.ts";

/** One position in the paths of a world, whose segments may be empty here. */
export interface ShapeNode {
  /** Unlike that of any other node, in whatever tree. */
  readonly id: number;
  readonly literals: Map<string, ShapeNode>;
  parameter: ShapeNode | null;
  here: Route | null;
  greedy: Route | null;
}

/** A greedy route that has begun; whether it holds what there is so far, which a single empty segment is not. */
interface Rest {
  readonly id: number;
  readonly route: Route;
  readonly isMet: boolean;
}

/** Where a path may have come to, what is selected first at the front. */
export type Places = readonly (ShapeNode | Rest)[];

/** @param nextId numbers the nodes, of several trees if they are searched together */
export function shapeTree(shapes: readonly Shape[], nextId: () => number): ShapeNode {
  const emptyNode = (): ShapeNode => ({ id: nextId(), literals: new Map(), parameter: null, here: null, greedy: null });
  const literalBelow = (node: ShapeNode, segment: string) => {
    const below = node.literals.get(segment) ?? emptyNode();
    node.literals.set(segment, below);
    return below;
  };
  const root = emptyNode();
  for (const { tokens, route } of shapes) {
    let node = root;
    // The root's path is one empty segment.
    for (const token of tokens.length === 0 ? [""] : tokens) {
      if (token === REST) node.greedy = route;
      else node = token === ONE ? (node.parameter ??= emptyNode()) : literalBelow(node, token);
    }
    if (tokens.at(-1) !== REST) node.here = route;
  }
  return root;
}

/** One segment further, in the order in which API Gateway selects: a literal before a parameter before a rest. */
export function stepPlaces(places: Places, segment: string): Places {
  const next: (ShapeNode | Rest)[] = [];
  for (const place of places) {
    if ("route" in place) {
      next.push({ ...place, isMet: true });
    } else {
      const literal = place.literals.get(segment);
      if (literal !== undefined) next.push(literal);
      if (place.parameter !== null && segment !== "") next.push(place.parameter);
      if (place.greedy !== null) next.push({ id: place.id, route: place.greedy, isMet: segment !== "" });
    }
    const last = next.at(-1);
    // Whatever follows, this one holds it.
    if (last !== undefined && "route" in last && last.isMet) break;
  }
  return next;
}

/** The route that is selected for a path that ends here. */
export function selectedAt(places: Places): Route | null {
  for (const place of places) {
    const route = "route" in place ? (place.isMet ? place.route : null) : place.here;
    if (route !== null) return route;
  }
  return null;
}

/** The route that is selected for this path and for all that go on from it, if there is one. */
export function selectedFrom([first]: Places): Route | null {
  return first !== undefined && "route" in first && first.isMet ? first.route : null;
}

export const placesKey = (places: Places) =>
  places.map((place) => ("route" in place ? `${place.id}${place.isMet ? "+" : "-"}` : place.id)).join();
