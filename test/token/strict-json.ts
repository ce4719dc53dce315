const MAX_DEPTH = 32;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/**
 * JSON (RFC 8259) read character by character, as a reference for the fast parser: an object at the top, no duplicate member, no
 * lone surrogate, no number beyond the largest, at most 32 levels.
 * @throws Error
 */
export function referenceParse(text: string): unknown {
  let at = 0;

  const fail = (): never => {
    throw new Error(`unexpected at ${at}`);
  };
  const space = () => {
    while (" \t\n\r".includes(text[at] ?? "x")) at++;
  };
  const take = (expected: string) => (text.startsWith(expected, at) ? (at += expected.length) : fail());

  function value(depth: number): unknown {
    space();
    const first = text[at] ?? "";
    if (first === "{") return object(depth);
    if (first === "[") return array(depth);
    if (first === '"') return string();
    for (const [word, meaning] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    NUMBER.lastIndex = at;
    const digits = NUMBER.exec(text)?.[0] ?? fail();
    at += digits.length;
    return Number.isFinite(Number(digits)) ? Number(digits) : fail();
  }

  function object(depth: number): unknown {
    if (depth > MAX_DEPTH) fail();
    const members = new Map<string, unknown>();
    list("{", "}", () => {
      space();
      if (text[at] !== '"') fail();
      const name = string();
      // Written plainly, such a name has an escape in it: it is refused in any spelling.
      if (members.has(name) || /["\\]/.test(name) || Array.from(name).some((character) => character < " ")) fail();
      space();
      take(":");
      members.set(name, value(depth + 1));
    });
    return Object.fromEntries(members);
  }

  function array(depth: number): unknown[] {
    if (depth > MAX_DEPTH) fail();
    const items: unknown[] = [];
    list("[", "]", () => items.push(value(depth + 1)));
    return items;
  }

  function list(open: string, close: string, item: () => void): void {
    take(open);
    space();
    if (text[at] !== close) {
      for (item(), space(); text[at] === ","; space()) {
        at++;
        item();
      }
    }
    take(close);
  }

  function string(): string {
    let found = "";
    for (at++; text[at] !== '"'; at++) {
      const character = text[at] ?? fail();
      if (character < " ") fail();
      found += character === "\\" ? escape() : character;
    }
    at++;
    return found.isWellFormed() ? found : fail();
  }

  function escape(): string {
    const letter = text[++at] ?? "";
    if (letter !== "u") return ESCAPES[letter] ?? fail();
    const digits = text.slice(at + 1, at + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) fail();
    at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  space();
  if (text[at] !== "{") fail();
  const whole = value(1);
  space();
  return at === text.length ? whole : fail();
}
