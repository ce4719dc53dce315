import { inMethods } from "./in-methods.ts";

/** Doubled slashes anywhere, and a slash at the end of anything but the root. */
export const EMPTY_ANYWHERE = ["*//*", "*/?*/"];

/**
 * What may stand behind the part of a pattern where its wildcards begin, from what takes most to what takes least: an empty segment
 * further on, one that is followed by two more segments, a slash at the end, and an empty segment first.
 */
const BEHIND = ["?*//*", "?*//*/?*", "?*/", "/*"];

/** Where wildcards begin that must not take an empty segment: a pattern's text up to there, and the methods it is for. */
type Starts = ReadonlyMap<string, readonly string[]>;

/**
 * Denials that keep empty segments from being taken for a parameter: more than are needed, what takes most first, for
 * {@link withoutNeedless} to choose from.
 */
export function narrowDenials(starts: Starts): string[] {
  const shortFirst = [...starts].toSorted(([left], [right]) => left.length - right.length);
  return shortFirst.flatMap(([start, methods]) => BEHIND.flatMap((end) => inMethods(methods, start === "" ? end : `${start}/${end}`)));
}

/** The same in two resources for all routes, which take every path with an empty segment. */
export const wideDenials = (starts: Starts): readonly string[] => (starts.size === 0 ? [] : EMPTY_ANYWHERE);
