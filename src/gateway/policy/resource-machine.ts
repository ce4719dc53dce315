/** Follows one resource of a policy through texts such as `GET/orders/7`, segment by segment, the method first. */
export interface ResourceMachine {
  readonly start: number;
  /** The state after one more segment; {@link DEAD} where the resource can match no longer. */
  readonly step: (state: number, segment: string) => number;
  readonly accepts: (state: number) => boolean;
  /** Whether the resource matches whatever follows, if anything does. */
  readonly acceptsAll: (state: number) => boolean;
  /** The literals that lead on from a state. */
  readonly literals: (state: number) => readonly string[];
  /** Whether other segments lead on as well. */
  readonly isOpen: (state: number) => boolean;
}

export const DEAD = 0;

/** Where a wildcard stands: not begun, begun with an empty segment so that more must follow, or satisfied and free to go on. */
const [BEFORE, STARTED, SATISFIED] = [0, 1, 2] as const;
const STEPS = 3;
const WILDCARDS = new Set(["*", "?*"]);
const THREE_LETTERS = "???";

interface State {
  readonly places: readonly number[];
  readonly next: Map<string, number>;
}

/**
 * Between slashes a resource holds a literal, `*` (any segments, one at least), `?*` (the same, but not one empty segment), and for
 * the method `???`: the only ones that compiled policies hold. The states are sets of places that the resource may have come to.
 */
export function resourceMachine(resource: string): ResourceMachine {
  const pieces = resource.split("/");
  const states: State[] = [{ places: [], next: new Map() }];
  const known = new Map<string, number>([["", DEAD]]);
  const end = pieces.length * STEPS;
  const free = WILDCARDS.has(pieces.at(-1) ?? "") ? end - STEPS + SATISFIED : -1;
  const numberOf = (found: ReadonlySet<number>) => {
    // A last wildcard that is satisfied takes everything: wherever else the resource may be makes no difference.
    const places = found.has(free) ? [free, end] : [...found].toSorted((left, right) => left - right);
    const name = places.join();
    const number = known.get(name) ?? states.push({ places, next: new Map() }) - 1;
    known.set(name, number);
    return number;
  };
  const start = numberOf(new Set([BEFORE]));
  const placesOf = (state: number) => states[state]?.places ?? [];
  const step = (state: number, segment: string) => {
    const from = states[state] as State;
    const next = from.next.get(segment) ?? numberOf(new Set(from.places.flatMap((place) => after(pieces, place, segment))));
    from.next.set(segment, next);
    return next;
  };
  const literalAt = (place: number) => (place % STEPS === BEFORE && place !== end ? (pieces[place / STEPS] as string) : "*");
  return {
    start,
    step,
    accepts: (state) => placesOf(state).includes(end),
    acceptsAll: (state) => placesOf(state).includes(free),
    literals: (state) =>
      placesOf(state)
        .map(literalAt)
        .filter((piece) => !WILDCARDS.has(piece)),
    isOpen: (state) => placesOf(state).some((place) => place !== end && WILDCARDS.has(literalAt(place))),
  };
}

function after(pieces: readonly string[], place: number, segment: string): number[] {
  const index = Math.floor(place / STEPS);
  const base = index * STEPS;
  const satisfied = [base + SATISFIED, base + STEPS];
  if (place % STEPS !== BEFORE) return satisfied;
  const piece = pieces[index];
  if (piece === "*" || (piece === "?*" && segment !== "")) return satisfied;
  if (piece === "?*") return [base + STARTED];
  const isMet = piece === segment || (index === 0 && piece === THREE_LETTERS && segment.length === THREE_LETTERS.length);
  return isMet ? [base + STEPS] : [];
}
