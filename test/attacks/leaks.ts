/** What must turn up nowhere: the token, what its claims say, and further values. */
export interface Secrets {
  readonly token?: string | undefined;
  /** The whole header's value, instead of a token. */
  readonly authorization?: string | undefined;
  readonly secrets?: readonly string[] | undefined;
}

/** The longest piece of a token that may turn up by chance. */
const PIECE = 12;
/** Claim values shorter than this are words like `access`. */
const SHORTEST_VALUE = 9;
/** Of a token of megabytes the beginning is enough. */
const LONGEST = 20_000;

/** What of an attempt is found in the outputs: pieces of the token in any of them, values of its claims in those that may have none. */
export function leaksOf({ token, authorization, secrets = [] }: Secrets, outputs: readonly string[], answers: readonly string[]): string[] {
  const values = [...valuesOf(token ?? ""), ...secrets];
  const all = [...outputs, ...answers];
  return [
    ...values.filter((value) => outputs.some((output) => output.includes(value))),
    ...[token, authorization].filter((text) => text !== undefined).flatMap((text) => all.flatMap((output) => sharedPieces(text, output))),
  ];
}

/** The pieces of the first text that are also in the second. */
export function sharedPieces(text: string, output: string, length = PIECE): string[] {
  const pieces = new Set<string>();
  for (let at = 0; at + length <= output.length; at++) pieces.add(output.slice(at, at + length));
  const shared: string[] = [];
  const readable = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  for (let at = 0; at + length <= readable.length; at++) {
    const piece = readable.slice(at, at + length);
    // A run of one character is in the stack of any error.
    if (pieces.has(piece) && new Set(piece).size > 2) shared.push(piece);
  }
  return shared;
}

/** Every text in a token's header and payload, as far as they can be read. */
function valuesOf(token: string): string[] {
  return token
    .split(".", 2)
    .flatMap((part) => leavesOf(parse(part)))
    .filter((text) => text.length >= SHORTEST_VALUE);
}

function parse(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch {
    return null;
  }
}

function leavesOf(root: unknown): string[] {
  const leaves: string[] = [];
  const waiting = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value === "string") leaves.push(value);
    else if (typeof value === "object" && value !== null) waiting.push(...Object.values(value).slice(0, 1_000));
  }
  return leaves;
}
