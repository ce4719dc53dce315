import type { Route } from "../../rules/route-table.ts";
import { generic, isGreedy, meet, ONE, type Pattern, patternOf, REST, type Shape, spellOut, type Token } from "./pattern.ts";
import type { View } from "./world.ts";

/** A pattern to allow, and what has to be denied beside it so that together they hold reachable paths only. */
export interface Grant {
  readonly shape: Shape;
  readonly pattern: Pattern;
  readonly denies: readonly Pattern[];
  /** Where wildcards begin behind which paths with empty segments may have to be denied too: after so much of a pattern. */
  readonly emptyBehind: readonly Pattern[];
}

/** A greedy shape behind literals only: its pattern holds exactly its own paths. */
export const isSubtree = ({ tokens }: Shape) => isGreedy(tokens) && !tokens.includes(ONE);

/** Whether a subtree holds every path that the other shape's pattern holds. */
export const holds = (subtree: Shape, { tokens }: Shape) =>
  tokens.length >= subtree.tokens.length && subtree.tokens.slice(0, -1).every((token, index) => tokens[index] === token);

/** The paths a pattern holds: those of `pieces`, which are all routed to something, and those that `denies` takes away. */
interface Spill {
  readonly pieces: readonly (readonly Token[])[];
  readonly denies: readonly Pattern[];
  readonly emptyBehind: readonly Pattern[];
}

/** Works out the grant of one reachable shape: its pattern less everything in it that is not reachable. */
export function grantOf(shape: Shape, view: View): Grant {
  const spill = spillOf(shape, view);
  const taken = view.denied.flatMap((other) => spill.pieces.map((piece) => denialOf(other, piece, view)).filter((deny) => deny !== null));
  const hidden = view.denied.filter((other) => spill.pieces.some((piece) => isHidden(other, piece, view)));
  return {
    shape,
    pattern: patternOf(shape.tokens),
    denies: [...spill.denies, ...taken],
    emptyBehind: [
      ...spill.emptyBehind,
      ...taken.filter((deny) => Number(deny.at(-1)) > 2).map((deny) => deny.slice(0, -1)),
      ...hidden.map(({ tokens }) => patternOf(tokens.slice(0, -1))),
    ],
  };
}

/** A greedy route in a piece that others hide, but for what no parameter takes: paths with empty segments. */
function isHidden({ tokens, route }: Shape, piece: readonly Token[], view: View): boolean {
  const overlap = isGreedy(tokens) && isGreedy(piece) ? meet(piece, tokens) : null;
  return overlap !== null && selectedPart(overlap, route, view) === null;
}

/** Wildcards match across slashes, so a pattern with variable segments also holds deeper paths. */
function spillOf(shape: Shape, view: View): Spill {
  const { tokens } = shape;
  const { reachable } = view;
  const subtree = reachable.find((other) => isSubtree(other) && holds(other, shape));
  if (subtree !== undefined) return { pieces: [subtree.tokens], denies: [], emptyBehind: [] };
  const first = tokens.findIndex((token) => typeof token !== "string");
  if (first === -1) return { pieces: [tokens], denies: [], emptyBehind: [] };
  if (tokens.slice(first).every((token) => typeof token !== "string")) return tailSpill(tokens, first, view);
  const deeper = tokens.flatMap((token, index) => (token === ONE ? [patternOf(tokens).with(index, 2)] : []));
  return { pieces: [tokens], denies: deeper, emptyBehind: [] };
}

/** Literals and then only variable segments: deeper paths are followed down for as long as other reachable routes take them. */
function tailSpill(tokens: readonly Token[], first: number, { reachable, depth }: View): Spill {
  const literals = patternOf(tokens.slice(0, first));
  if (isGreedy(tokens)) return { pieces: [tokens], denies: [], emptyBehind: [literals] };
  const pieces: (readonly Token[])[] = [tokens];
  for (let deeper: readonly Token[] = [...tokens, ONE]; deeper.length <= depth + 1; deeper = [...deeper, ONE]) {
    const owner = reachable.find((other) => covers(other.tokens, deeper));
    if (owner === undefined) break;
    if (isGreedy(owner.tokens)) return { pieces: [...pieces, [...deeper.slice(0, -1), REST]], denies: [], emptyBehind: [literals] };
    pieces.push(deeper);
  }
  const length = (pieces.at(-1) ?? tokens).length + 1;
  return { pieces, denies: [[...literals, length - first]], emptyBehind: pieces.length > 1 ? [literals] : [] };
}

/** Whether every path of a shape without a rest also matches the other. */
function covers(outer: readonly Token[], inner: readonly Token[]): boolean {
  if (!isGreedy(outer) && outer.length !== inner.length) return false;
  return outer.length <= inner.length && outer.every((token, index) => typeof token !== "string" || token === inner[index]);
}

/** What takes a route that is not reachable out of a piece: all of the route where that harms nothing else, else their overlap. */
function denialOf(other: Shape, piece: readonly Token[], view: View): Pattern | null {
  const overlap = meet(piece, other.tokens);
  const needed = overlap === null ? null : selectedPart(overlap, other.route, view);
  if (needed === null) return null;
  const whole = selectedPart(other.tokens, other.route, view) ?? needed;
  return view.lossOf(whole).size === 0 ? whole : needed;
}

/** The pattern of the paths of a shape for which the route is selected; a rest starts where others stop being selected. */
function selectedPart(tokens: readonly Token[], route: Route, { select, depth }: View): Pattern | null {
  for (const path of spellOut(tokens, depth)) {
    if (select(generic(path)) !== route) continue;
    return isGreedy(tokens) ? [...patternOf(tokens.slice(0, -1)), path.length - tokens.length + 1] : patternOf(tokens);
  }
  return null;
}
