export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COLON = 0x3a;
/** JSON's white space: space, tab, line feed, carriage return. */
const SPACES: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];

/**
 * A document with its member names written without escapes, and everything else as it was. V8's parser can take a name with an escape for
 * another name that it met before (nodejs/node#63785): what one token says would depend on which tokens were read earlier, forged ones
 * included. On its own, as here, a text is always read right.
 *
 * @returns null where a name cannot be written so: it holds a quote, a backslash, a control character or half a surrogate pair
 * @throws SyntaxError for an escape that JSON does not have
 */
export function withPlainNames(text: string): string | null {
  let plain = "";
  let taken = 0;
  for (let start = text.indexOf('"'); start !== -1; ) {
    const end = endOfText(text, start);
    if (isName(text, end)) {
      const written = text.slice(start, end);
      const name = written.includes("\\") ? JSON.stringify(JSON.parse(written)) : written;
      if (name.includes("\\")) return null;
      plain += text.slice(taken, start) + name;
      taken = end;
    }
    start = text.indexOf('"', end);
  }
  return plain + text.slice(taken);
}

/** Just behind the quote that ends the text whose first quote is at `start`. */
function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

function isName(text: string, end: number): boolean {
  let at = end;
  while (SPACES.includes(text.charCodeAt(at))) at++;
  return text.charCodeAt(at) === COLON;
}
