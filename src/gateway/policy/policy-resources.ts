import type { Route, RouteTable } from "../../rules/route-table.ts";
import { chooseGrants } from "./choose-grants.ts";
import { EMPTY_ANYWHERE, narrowDenials, wideDenials } from "./empty-segments.ts";
import { inEveryMethod, inMethods } from "./in-methods.ts";
import { withoutNeedless } from "./needless-denials.ts";
import type { PathSearch } from "./path-search.ts";
import { leastOf, type Pattern, reaches, render } from "./pattern.ts";
import { type Grant, isSubtree } from "./reach.ts";
import { shareDenials } from "./share-denials.ts";
import { type View, viewOf, type World, worldsOf } from "./world.ts";

/** Resources to allow, relative to the stage, and those that must then be denied with them. */
export interface ResourceGrant {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/**
 * Where room is scarce, denials of empty segments serve every route, though they refuse every path with such a segment, and what is
 * allowed in all methods is one resource. Else they take as little as possible.
 */
export type Room = "ample" | "scarce";

/** What one pattern is allowed in, and what is then denied. */
interface Entry {
  readonly methods: string[];
  readonly deny: string[];
  /** By where wildcards begin, in these methods. */
  readonly emptyBehind: Map<string, string[]>;
}

/** Turns the chosen grants of every method into as few resources as say exactly the same. Each grant is safe without the others. */
export function compileResources(
  table: RouteTable,
  reachable: ReadonlySet<Route>,
  search: PathSearch,
  room: Room = "ample",
): ResourceGrant[] {
  const views = worldsOf(table).map((each) => viewOf(each, reachable));
  const chosen = views.map((world) => ({ world, grants: shareDenials(chooseGrants(world), world) }));
  const entries = entriesOf(chosen);
  // Where no path with an empty segment is reachable, denying all of them takes nothing from anyone.
  const spills = [...entries.values()].some(({ emptyBehind }) => emptyBehind.size > 0);
  const isWide = spills && (room === "scarce" || !EMPTY_ANYWHERE.some((resource) => search.findsReachable(resource)));
  const denyOf = ({ deny, emptyBehind }: Entry) => [...deny, ...(isWide ? wideDenials(emptyBehind) : narrowDenials(emptyBehind))];
  const safe = (allow: readonly string[], deny: readonly string[]) => safeGrant(allow, deny, search);
  if (chosen.every(({ grants }) => isEverything(grants))) return safe(["*"], [...entries.values()].flatMap(denyOf));
  return [...entries].flatMap(([text, entry]) => {
    const whole = room === "scarce" ? inEveryMethod(entry.methods, text, reachable, search) : null;
    return safe(inMethods(entry.methods, text), denyOf(entry)).map((grant) =>
      whole === null ? grant : { allow: whole.allow, deny: [...new Set([...grant.deny, ...whole.deny])] },
    );
  });
}

/** The grant with the denials that it needs, and none where they are not enough: what cannot be said safely is not allowed. */
export function safeGrant(allow: readonly string[], deny: readonly string[], search: PathSearch): ResourceGrant[] {
  // What has no wildcard is the route's one path and nothing else, so that there is nothing to search.
  if (deny.length === 0 && !allow.some((resource) => resource.includes("*"))) return [{ allow, deny }];
  const isUnsafe = search.findsOverGrant({ within: "*", allow, deny });
  const denials = isUnsafe ? [...deny, ...EMPTY_ANYWHERE] : deny;
  if (isUnsafe && search.findsOverGrant({ within: "*", allow, deny: denials })) return [];
  return [{ allow, deny: withoutNeedless(allow, denials, search) }];
}

function entriesOf(chosen: Chosen): Map<string, Entry> {
  const shared = sharedDenials(chosen);
  const entries = new Map<string, Entry>();
  for (const { world, grants } of chosen) {
    for (const grant of grants) {
      const text = render(grant.pattern);
      const entry = entries.get(text) ?? { methods: [], deny: [], emptyBehind: new Map<string, string[]>() };
      entries.set(text, entry);
      entry.methods.push(...world.methods);
      entry.deny.push(...deniesOf(grant, world, shared));
      for (const start of new Set(grant.emptyBehind.map(render))) {
        entry.emptyBehind.set(start, [...(entry.emptyBehind.get(start) ?? []), ...world.methods]);
      }
    }
  }
  return entries;
}

type Chosen = readonly { readonly world: View; readonly grants: readonly Grant[] }[];

const isEverything = (grants: readonly Grant[]) =>
  grants.some(({ shape }) => shape.tokens.length === 0) && grants.some(({ shape }) => isSubtree(shape) && shape.tokens.length === 1);

function deniesOf({ denies }: Grant, { methods }: World, shared: ReadonlySet<string>): string[] {
  const texts = withoutContained(denies).map(render);
  return texts.flatMap((text) => (shared.has(text) ? [`*/${text}`] : inMethods(methods, text)));
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

/** Leaves out denials that another one, ending in its only wildcard, already holds: so much is seen without a search. */
function withoutContained(patterns: readonly Pattern[]): Pattern[] {
  const distinct = [...new Map(patterns.map((pattern) => [render(pattern), pattern])).values()];
  return distinct.filter((pattern) => !distinct.some((other) => other !== pattern && contains(other, pattern)));
}

function contains(outer: Pattern, inner: Pattern): boolean {
  const [fixed, last] = [outer.slice(0, -1), outer.at(-1)];
  if (typeof last !== "number" || !fixed.every((atom, index) => typeof atom === "string" && inner[index] === atom)) return false;
  return leastOf(inner.slice(fixed.length)) >= last;
}
