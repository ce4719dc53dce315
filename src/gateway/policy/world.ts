import { matchRoute } from "../../rules/match-route.ts";
import { METHODS } from "../../rules/route-key.ts";
import type { Route, RouteTable } from "../../rules/route-table.ts";
import {
  generic,
  type Pattern,
  REST,
  reaches,
  render,
  type Select,
  type Shape,
  spellOut,
  swallows,
  type Token,
  tokensOf,
} from "./pattern.ts";

/** The routes of the methods that share them: one world of paths to be divided into reachable and not. */
export interface World {
  readonly methods: readonly string[];
  readonly shapes: readonly Shape[];
  /** Segments in the deepest route. */
  readonly depth: number;
  readonly select: Select;
}

/** A world as one kind of principal sees it. */
export interface View extends World {
  readonly reachable: readonly Shape[];
  readonly denied: readonly Shape[];
  /** The reachable shapes a Deny of this pattern takes paths from: 1 where it takes all of them, less where only some. */
  readonly lossOf: (pattern: Pattern) => ReadonlyMap<Shape, number>;
}

/** What losing part of a route's paths to a Deny costs, against 1 for losing all of them. */
const PARTIAL_LOSS = 0.25;

const known = new WeakMap<RouteTable, readonly World[]>();

/** Methods with the same routes share a world. `$default` takes whatever is left of every method. A table is taken apart once. */
export function worldsOf(table: RouteTable): readonly World[] {
  const worlds = known.get(table) ?? divide(table);
  known.set(table, worlds);
  return worlds;
}

function divide(table: RouteTable): World[] {
  const routes = [...table.routes.values()].map((route) => ({ tokens: tokensOf(route), route }));
  const byRoutes = Map.groupBy(METHODS, (method) => JSON.stringify(shapesOf(routes, method).map(({ route }) => route.key)));
  return [...byRoutes.values()].map((methods) => {
    const [first = ""] = methods;
    const shapes = withDefault(table, shapesOf(routes, first));
    const depth = shapes.reduce((deepest, { tokens }) => Math.max(deepest, tokens.length), 0);
    return { methods, shapes, depth, select: (segments) => matchRoute(table, first, `/${segments.join("/")}`) };
  });
}

/** Divides a world into what a principal may reach and what not. */
export function viewOf(world: World, allowed: ReadonlySet<Route>): View {
  const reachable = world.shapes.filter(({ route }) => allowed.has(route)).map((shape) => narrowed(shape, world, allowed));
  const denied = world.shapes.filter(({ route }) => !allowed.has(route));
  // The same pattern is asked about hundreds of times.
  const losses = new Map<string, ReadonlyMap<Shape, number>>();
  const lossOf = (pattern: Pattern) => {
    const text = render(pattern);
    const known = losses.get(text) ?? computeLoss(pattern, reachable, world);
    losses.set(text, known);
    return known;
  };
  return { ...world, reachable, denied, lossOf };
}

/**
 * A greedy route starts where it is first selected, if another route takes its shortest paths and may not be reached: what is not
 * allowed need not be denied. `/{rest+}` beside `/{id}` holds paths of two segments and more.
 */
function narrowed(shape: Shape, { select, depth }: World, allowed: ReadonlySet<Route>): Shape {
  let isBlocked = false;
  for (const path of spellOut(shape.tokens, depth)) {
    const owner = select(generic(path));
    if (owner === shape.route) return isBlocked ? { ...shape, tokens: [...path.slice(0, -1), REST] } : shape;
    isBlocked ||= owner === null || !allowed.has(owner);
  }
  return shape;
}

function computeLoss(pattern: Pattern, reachable: readonly Shape[], { select, depth }: World): ReadonlyMap<Shape, number> {
  const lost = reachable.filter((shape) => reaches(pattern, shape, select, depth));
  return new Map(lost.map((shape) => [shape, swallows(pattern, shape.tokens) ? 1 : PARTIAL_LOSS]));
}

/** The routes that can be selected for a method: its own, and those of ANY that it does not have itself. */
function shapesOf(routes: readonly Shape[], method: string): Shape[] {
  const paths = new Map<string, Shape>();
  for (const wanted of [method, "ANY"]) {
    for (const shape of routes) {
      if (shape.route.method !== wanted) continue;
      // As JSON the literal `1` differs from what stands for a parameter.
      const path = JSON.stringify(shape.tokens);
      if (!paths.has(path)) paths.set(path, shape);
    }
  }
  return [...paths.values()];
}

function withDefault(table: RouteTable, shapes: Shape[]): Shape[] {
  const route = table.routes.get("$default");
  if (route === undefined) return shapes;
  const isTaken = (tokens: readonly Token[]) => shapes.some((shape) => shape.tokens[0] === tokens[0]);
  const left = [[], [REST]] as const;
  return [...shapes, ...left.filter((tokens) => !isTaken(tokens)).map((tokens) => ({ tokens, route }))];
}
