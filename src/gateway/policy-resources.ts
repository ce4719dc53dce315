import type { Route, RouteTable } from "../rules/route-table.ts";
import { chooseGrants } from "./choose-grants.ts";
import { leastOf, type Pattern, reaches, render, type Shape } from "./pattern.ts";
import { type Grant, holds, isSubtree } from "./reach.ts";
import { shareDenials } from "./share-denials.ts";
import { type View, viewOf, type World, worldsOf } from "./world.ts";

/** Resources to allow, relative to the stage, and those that must then be denied with them. */
export interface ResourceGrant {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** Doubled slashes anywhere, and a slash at the end of anything but the root. */
const EMPTY_SEGMENTS = ["*//*", "*/?*/"];
/** GET and PUT are the only methods of three letters, so `???/` is exactly those two. */
const THREE_LETTERS = ["GET", "PUT"];

const worlds = new WeakMap<RouteTable, World[]>();

/** Turns the chosen grants of every method into as few resources as say exactly the same. */
export function compileResources(table: RouteTable, reachable: ReadonlySet<Route>): ResourceGrant[] {
  const all = worlds.get(table) ?? worldsOf(table);
  worlds.set(table, all);
  const chosen = all.map((each) => viewOf(each, reachable)).map((world) => ({ world, grants: shareDenials(chooseGrants(world), world) }));
  const shared = sharedDenials(chosen);
  const byPattern = new Map<string, { methods: string[]; deny: string[] }>();
  for (const { world, grants } of chosen) {
    for (const grant of grants) {
      const text = render(grant.pattern);
      const entry = byPattern.get(text) ?? { methods: [], deny: [] };
      byPattern.set(text, entry);
      entry.methods.push(...world.methods);
      entry.deny.push(...deniesOf(grant, world, shared));
    }
  }
  if (chosen.every(({ grants }) => isEverything(grants)))
    return [{ allow: ["*"], deny: [...byPattern.values()].flatMap(({ deny }) => deny) }];
  return [...byPattern].map(([text, { methods, deny }]) => ({ allow: inMethods(methods, text), deny: [...new Set(deny)] }));
}

/**
 * Routes that one policy cannot hold beside the others for a principal who may reach everything. A cached answer refuses them
 * until it runs out, unless the path is among the authorizer's identity sources.
 */
export function routesLeftOut(table: RouteTable): Route[] {
  const everything = new Set(table.routes.values());
  const left = worldsOf(table).flatMap((world) => {
    const grants = chooseGrants(viewOf(world, everything));
    const isHeld = (shape: Shape) => grants.some((grant) => grant.shape === shape || (isSubtree(grant.shape) && holds(grant.shape, shape)));
    return world.shapes.filter((shape) => !isHeld(shape)).map(({ route }) => route);
  });
  return [...new Set(left)];
}

type Chosen = readonly { readonly world: View; readonly grants: readonly Grant[] }[];

const isEverything = (grants: readonly Grant[]) =>
  grants.some(({ shape }) => shape.tokens.length === 0) && grants.some(({ shape }) => isSubtree(shape) && shape.tokens.length === 1);

function inMethods(methods: readonly string[], text: string): string[] {
  const merged = THREE_LETTERS.every((method) => methods.includes(method));
  const rest = merged ? methods.filter((method) => !THREE_LETTERS.includes(method)) : methods;
  return [...(merged ? ["???"] : []), ...rest].map((method) => `${method}/${text}`);
}

function deniesOf({ denies, denyEmptySegments }: Grant, { methods }: World, shared: ReadonlySet<string>): string[] {
  const texts = withoutContained(denies).map(render);
  const own = texts.flatMap((text) => (shared.has(text) ? [`*/${text}`] : inMethods(methods, text)));
  return denyEmptySegments ? [...own, ...EMPTY_SEGMENTS] : own;
}

/** Denials that more than one method needs and that harm no method, at any depth: one `*` stands for all of them. */
function sharedDenials(chosen: Chosen): ReadonlySet<string> {
  const uses = new Map<string, { pattern: Pattern; methods: number }>();
  for (const { world, grants } of chosen) {
    const patterns = new Map(grants.flatMap(({ denies }) => withoutContained(denies)).map((pattern) => [render(pattern), pattern]));
    for (const [text, pattern] of patterns) uses.set(text, { pattern, methods: (uses.get(text)?.methods ?? 0) + world.methods.length });
  }
  const isHarmless = (pattern: Pattern) =>
    chosen.every(({ world: { reachable, select, depth } }) => !reachable.some((shape) => reaches([0, ...pattern], shape, select, depth)));
  return new Set([...uses].filter(([, { pattern, methods }]) => methods > 1 && isHarmless(pattern)).map(([text]) => text));
}

/** Leaves out denials that another one, ending in its only wildcard, already holds. */
function withoutContained(patterns: readonly Pattern[]): Pattern[] {
  const distinct = [...new Map(patterns.map((pattern) => [render(pattern), pattern])).values()];
  return distinct.filter((pattern) => !distinct.some((other) => other !== pattern && contains(other, pattern)));
}

function contains(outer: Pattern, inner: Pattern): boolean {
  const [fixed, last] = [outer.slice(0, -1), outer.at(-1)];
  if (typeof last !== "number" || !fixed.every((atom, index) => typeof atom === "string" && inner[index] === atom)) return false;
  return leastOf(inner.slice(fixed.length)) >= last;
}
