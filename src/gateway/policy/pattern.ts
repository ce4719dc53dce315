import { segmentKind } from "../../rules/route-key.ts";
import type { Route } from "../../rules/route-table.ts";

/** One segment of a route: a literal, exactly one non-empty segment, or the non-empty rest of the path. */
export type Token = string | typeof ONE | typeof REST;
export const ONE = 1;
export const REST = 2;

/** The paths a route matches, for one method. */
export interface Shape {
  readonly tokens: readonly Token[];
  readonly route: Route;
}

/** A policy's pattern: literals, and wildcards that swallow at least so many segments (slashes included). */
export type Pattern = readonly (string | number)[];

/** Stands for a segment that no literal of any route equals. */
const FRESH = "\0";

export type Select = (segments: readonly string[]) => Route | null;

export function tokensOf(route: Route): Token[] {
  return route.segments.map((segment) => (({ literal: segment, parameter: ONE, greedy: REST }) as const)[segmentKind(segment)]);
}

export const isGreedy = (tokens: readonly Token[]) => tokens.at(-1) === REST;

/** The narrowest pattern that holds every path of a shape. In policies wildcards match across slashes, so it may hold more. */
export function patternOf(tokens: readonly Token[]): Pattern {
  return tokens.map((token) => (typeof token === "string" ? token : 1));
}

/** The pattern as policy text: `?*` is anything but nothing. */
export function render(pattern: Pattern): string {
  return pattern
    .map((atom) => (typeof atom === "string" ? atom : atom === 1 ? "?*" : Array(Math.max(atom, 1)).fill("*").join("/")))
    .join("/");
}

/** The paths that match both shapes, which are those of one shape; null where there are none. */
export function meet(left: readonly Token[], right: readonly Token[]): Token[] | null {
  const result: Token[] = [];
  for (let index = 0; ; index += 1) {
    const [a, b] = [left[index], right[index]];
    if (a === undefined || b === undefined) return a === b ? result : null;
    if (a === REST) return [...result, ...right.slice(index)];
    if (b === REST) return [...result, ...left.slice(index)];
    if (typeof a === "string" && typeof b === "string" && a !== b) return null;
    result.push(typeof a === "string" ? a : b);
  }
}

/**
 * The lengths at which a shape's paths have to be looked at: beyond the deepest route nothing changes any more.
 * Yields the shape spelled out at each, with single segments in place of the rest.
 */
export function* spellOut(tokens: readonly Token[], depth: number): Generator<(string | typeof ONE)[]> {
  const fixed = tokens.filter((token) => token !== REST);
  if (!isGreedy(tokens)) return yield fixed;
  for (let length = fixed.length + 1; length <= Math.max(depth, fixed.length) + 1; length += 1) {
    yield [...fixed, ...Array<typeof ONE>(length - fixed.length).fill(ONE)];
  }
}

/** The path on which only routes match that match the whole shape: its variable segments are unlike any literal. */
export const generic = (tokens: readonly (string | typeof ONE)[]) => tokens.map((token) => (token === ONE ? FRESH : token));

/** Whether the pattern holds a path that API Gateway would give to this shape's route. */
export function reaches(pattern: Pattern, shape: Shape, select: Select, depth: number): boolean {
  if (!mayMeet(pattern, shape.tokens)) return false;
  for (const tokens of spellOut(shape.tokens, Math.max(depth, leastOf(pattern) + shape.tokens.length))) {
    for (const path of alignments(pattern, tokens)) if (select(generic(path)) === shape.route) return true;
  }
  return false;
}

/** The fewest segments a pattern holds. */
export const leastOf = (pattern: Pattern) => pattern.reduce<number>((sum, atom) => sum + (typeof atom === "string" ? 1 : atom), 0);

/** Whether a pattern and a shape may hold a path in common: a cheap look at both ends, which settles most pairs. */
export function mayMeet(pattern: Pattern, tokens: readonly Token[]): boolean {
  const differ = (atom: string | number | undefined, token: Token | undefined) =>
    typeof atom === "string" && typeof token === "string" && atom !== token;
  for (let index = 0; typeof pattern[index] === "string"; index += 1) {
    if (differ(pattern[index], tokens[index])) return false;
  }
  if (isGreedy(tokens)) return true;
  return leastOf(pattern) <= tokens.length && !differ(pattern.at(-1), tokens.at(-1));
}

/** Whether the pattern holds every path of the shape. */
export function swallows(pattern: Pattern, tokens: readonly Token[]): boolean {
  const [atom, ...rest] = pattern;
  if (atom === undefined) return tokens.length === 0;
  if (typeof atom === "string") return tokens[0] === atom && swallows(rest, tokens.slice(1));
  for (let taken = atom; taken <= tokens.length; taken += 1) if (swallows(rest, tokens.slice(taken))) return true;
  return false;
}

function* alignments(pattern: Pattern, tokens: readonly (string | typeof ONE)[]): Generator<(string | typeof ONE)[]> {
  const [atom, ...rest] = pattern;
  if (atom === undefined) {
    if (tokens.length === 0) yield [];
  } else if (typeof atom === "string") {
    const token = tokens[0];
    if (token === atom || token === ONE) for (const tail of alignments(rest, tokens.slice(1))) yield [atom, ...tail];
  } else {
    for (let taken = atom; taken <= tokens.length; taken += 1) {
      for (const tail of alignments(rest, tokens.slice(taken))) yield [...tokens.slice(0, taken), ...tail];
    }
  }
}
