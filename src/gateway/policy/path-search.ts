import type { Route } from "../../rules/route-table.ts";
import { matchesResource } from "./resource-match.ts";
import { DEAD, type ResourceMachine, resourceMachine } from "./resource-machine.ts";
import { type Places, placesKey, selectedAt, selectedFrom, shapeTree, stepPlaces } from "./shape-tree.ts";
import type { World } from "./world.ts";

/**
 * Positions tried for one set of reachable routes, all searches together: a second or two. What is sought after that counts as found, so
 * that no more is allowed than was searched. Tables of a thousand routes stay far below.
 */
const MOST = 200_000;
/** A search that was not finished. */
const GIVEN_UP = Symbol("given up");
/** Stands for a segment that no literal of any route equals. */
const FRESH = "\0";
const EMPTY = "";

/** Resources relative to the stage: what is to be looked at of a policy. */
export interface Sought {
  /** Only texts that this resource matches. */
  readonly within: string;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** Answers questions about all requests at once, those with empty segments included, and exactly. */
export interface PathSearch {
  /** Whether there is a request within a resource that these allow and do not deny, though its route is not reachable. */
  readonly findsOverGrant: (sought: Sought) => boolean;
  /** Whether a resource matches any request whose route is reachable. */
  readonly findsReachable: (within: string) => boolean;
}

/** What matches the segments so far: a position in the search. */
interface Position {
  readonly text: string;
  readonly within: number;
  readonly allow: Alive;
  readonly deny: Alive;
  readonly places: Places;
}

/** Resources that may still match, each by its machine and the state it is in. */
type Alive = readonly (readonly [machine: Numbered, state: number])[];
interface Numbered extends ResourceMachine {
  readonly id: number;
}

/**
 * The search tries every kind of segment at every position: the literals that make a difference there, one unlike all of them, and an
 * empty one. Positions are finite, because routes and resources are, so that what it does not find does not exist.
 */
export function pathSearch(worlds: readonly World[], reachable: ReadonlySet<Route>, most = MOST): PathSearch {
  const effort: Effort = { left: most };
  let nodes = 0;
  const trees = worlds.map(({ methods, shapes }) => ({ methods, root: shapeTree(shapes, () => nodes++) }));
  const machines = new Map<string, Numbered>();
  const machineOf = (resource: string): Numbered => {
    const machine = machines.get(resource) ?? { ...resourceMachine(resource), id: machines.size };
    machines.set(resource, machine);
    return machine;
  };
  const begin = (resources: readonly string[], method: string) =>
    stepAll(
      resources.map((resource) => [machineOf(resource), machineOf(resource).start]),
      method,
    );
  const find = ({ within, allow, deny }: Sought, isWanted: IsWanted) => {
    const limit = machineOf(within);
    const starts = trees.flatMap(({ methods, root }) =>
      methods.map((method) => ({ text: method, within: limit.step(limit.start, method), method, places: [root] })),
    );
    const open = starts.filter((start) => start.within !== DEAD);
    return search(
      limit,
      open.map((start) => ({ ...start, allow: begin(allow, start.method), deny: begin(deny, start.method) })),
      isWanted,
      effort,
    );
  };
  // What was found for a resource once is most often found again.
  const overGranted = new Map<string, string>();
  const reaching = new Map<string, boolean>();
  return {
    findsOverGrant: (sought) => {
      const known = overGranted.get(sought.within);
      if (known !== undefined && isAllowed(known, sought)) return true;
      const text = find(sought, (route) => route === null || !reachable.has(route));
      if (typeof text === "string") overGranted.set(sought.within, text);
      return text !== null;
    },
    findsReachable: (within) => {
      const isReached = (route: Route | null) => route !== null && reachable.has(route);
      const found = reaching.get(within) ?? find({ within, allow: ["*"], deny: [] }, isReached) !== null;
      reaching.set(within, found);
      return found;
    },
  };
}

const isAllowed = (text: string, { allow, deny }: Sought) =>
  allow.some((resource) => matchesResource(resource, text)) && !deny.some((resource) => matchesResource(resource, text));

type IsWanted = (route: Route | null) => boolean;

/** How many positions may still be tried. */
interface Effort {
  left: number;
}

function search(limit: Numbered, starts: readonly Position[], isWanted: IsWanted, effort: Effort): string | typeof GIVEN_UP | null {
  const seen = new Set<string>();
  const left = [...starts];
  for (let position = left.pop(); position !== undefined; position = left.pop()) {
    if (isHopeless(position, isWanted)) continue;
    for (const segment of segmentsFrom(limit, position)) {
      const next: Position = {
        text: `${position.text}/${segment}`,
        within: limit.step(position.within, segment),
        allow: stepAll(position.allow, segment),
        deny: stepAll(position.deny, segment),
        places: stepPlaces(position.places, segment),
      };
      const key = keyOf(next);
      if (seen.has(key)) continue;
      if (effort.left-- <= 0) return GIVEN_UP;
      seen.add(key);
      const isMatch = limit.accepts(next.within) && next.allow.some(isAccepting) && !next.deny.some(isAccepting);
      if (isMatch && isWanted(selectedAt(next.places))) return next.text;
      left.push(next);
    }
  }
  return null;
}

/** Whether nothing that goes on from here can be wanted. */
function isHopeless({ within, allow, deny, places }: Position, isWanted: IsWanted): boolean {
  if (within === DEAD || allow.length === 0 || deny.some(([machine, state]) => machine.acceptsAll(state))) return true;
  const route = places.length === 0 ? null : selectedFrom(places);
  return (places.length === 0 || route !== null) && !isWanted(route);
}

/** The segments after which something is different; only those that the resource, or one that allows, has a use for. */
function segmentsFrom(limit: Numbered, { within, allow, deny, places }: Position): Iterable<string> {
  if (!limit.isOpen(within)) return limit.literals(within);
  const allowed = allow.flatMap(([machine, state]) => machine.literals(state));
  if (!allow.some(([machine, state]) => machine.isOpen(state))) return new Set(allowed);
  const denied = deny.flatMap(([machine, state]) => machine.literals(state));
  const routed = places.flatMap((place) => ("literals" in place ? [...place.literals.keys()] : []));
  return new Set([FRESH, EMPTY, ...limit.literals(within), ...allowed, ...denied, ...routed]);
}

function stepAll(alive: Alive, segment: string): Alive {
  const next: (readonly [Numbered, number])[] = [];
  for (const [machine, state] of alive) {
    const after = machine.step(state, segment);
    if (after !== DEAD) next.push([machine, after]);
  }
  return next;
}

const isAccepting = ([machine, state]: Alive[number]) => machine.accepts(state);

function keyOf({ within, allow, deny, places }: Position): string {
  const texts = [allow, deny].map((alive) => alive.map(([machine, state]) => `${machine.id}.${state}`).join());
  return [within, ...texts, placesKey(places)].join(";");
}
