import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictJson } from "../../src/json.ts";
import { referenceParse } from "./strict-json.ts";

/** The value, or that there is none. */
function verdict(parse: () => unknown): unknown {
  try {
    return { value: parse() };
  } catch {
    return "refused";
  }
}

/** What both make of a text. */
const both = (text: string) => {
  const bytes = Buffer.from(text);
  return { strict: verdict(() => parseStrictJson(bytes)), plain: verdict(() => referenceParse(bytes.toString())) };
};

function alike(text: string): void {
  const { strict, plain } = both(text);
  expect(strict).toEqual(plain);
}

/** Few names, in several spellings each, so that many collide. */
const names = fc.constantFrom(
  '"a"',
  '"\\u0061"',
  '"b"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"\\ud83d\\ude00"',
  '"😀"',
  '"\\ud800"',
  '""',
  '"0"',
  '"\\u0061b\\/"',
  '"\\\\u0"',
  '"a\\n"',
);
const leaves = fc.constantFrom(
  "1",
  "-0",
  "1e3",
  "1e999",
  "-1e999",
  "1e-999",
  "01",
  "null",
  "true",
  '"x"',
  '"\\n"',
  '"{:}"',
  '"\\""',
  '"\\\\"',
  '"\\udc00"',
  '"é"',
  "nul",
  "",
  "1.",
  '"\t"',
);
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaves,
    fc
      .array(fc.tuple(names, tie("json")), { maxLength: 4 })
      .map((members) => `{${members.map(([name, value]) => `${name}: ${value}`).join(",")}}`),
    fc.array(tie("json"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
  ),
}));
const objects = fc.array(fc.tuple(names, json), { maxLength: 5 }).map((members) => `{${members.map((pair) => pair.join(":")).join(",")}}`);

describe("the strict parser agrees with a plain one", () => {
  it("on documents full of duplicates, escapes and near misses", () => {
    fc.assert(fc.property(objects, alike), { numRuns: 3_000 });
  });

  it("on documents with one character changed", () => {
    const changes = fc.tuple(
      objects,
      fc.nat(),
      fc.constantFrom("{", "}", "[", "]", '"', ":", ",", "\\", "u", "0", " ", "\ufeff", "\0", ""),
    );
    fc.assert(
      fc.property(changes, ([text, where, replacement]) => {
        const at = where % (text.length + 1);
        alike(text.slice(0, at) + replacement + text.slice(at + 1));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([31, 32, 33])("on %d levels of nesting", (depth) => {
    for (const text of [`{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`, `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`]) {
      const { strict, plain } = both(text);
      expect(strict).toEqual(plain);
      expect(strict === "refused").toBe(depth > 32);
    }
  });
});

it("an object's names and what they hold come back as they were", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), (value) => {
      const text = JSON.stringify(value);
      fc.pre(text.isWellFormed());
      alike(text);
    }),
  );
});

it.each(["1e999", "-1e400", "1".repeat(310), "[1,[1e999]]", '{"b":1e309}'])(
  "%s, which is no number that can be passed on, is refused",
  (number) => {
    expect(verdict(() => parseStrictJson(Buffer.from(`{"a":${number}}`)))).toBe("refused");
  },
);

it("the largest and the smallest numbers are read", () => {
  expect(parseStrictJson(Buffer.from('{"a":[1.7976931348623157e308,-1.7976931348623157e308,1e-999]}'))).toEqual({
    a: [Number.MAX_VALUE, -Number.MAX_VALUE, 0],
  });
});

describe("a member's name written with escapes", () => {
  const spelling = (name: string) => `"${Array.from(name, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`;

  // V8's parser remembers the names that it met in documents of the same shape, and may take a text cut short for one of them.
  it.each(["cnf", "https://api.example/roles", "é"])("is read as %s, whatever was read before", (name) => {
    for (const written of [spelling(name), JSON.stringify(name).replaceAll("/", "\\/")]) {
      const hint = written.slice(1, 1 + name.length);
      for (const first of [JSON.stringify(hint), `"${hint.replaceAll("\\", "\\\\")}"`]) {
        const before = `{"iss":"x","sub":"${name}","${written.length}":1,${first}:1}`;
        // Anybody's document, whether it is read here or elsewhere in the process.
        verdict(() => parseStrictJson(Buffer.from(before)));
        verdict(() => JSON.parse(before) as unknown);
        const { strict, plain } = both(`{"iss":"x","sub":"${name}","${written.length}":1,${written}:1}`);
        expect(strict).toEqual(plain);
      }
    }
  });

  it.each(['"a\\u0022"', '"\\\\"', '"\\n"', '"\\ud83d"', '"\\u0000"'])("%s is refused, because it stays one with escapes", (name) => {
    for (const text of [`{${name}:1}`, `{"a":{"b":[{${name} \t:1}]}}`]) expect(both(text)).toEqual({ strict: "refused", plain: "refused" });
  });

  it("is told from a text, and from a text that looks like one", () => {
    const text = '{"a\\u0062":"\\u0022:\\\\","c" :"\\":","d":["\\/:","\\/"]}';
    expect(parseStrictJson(Buffer.from(text))).toEqual({ ab: '":\\', c: '":', d: ["/:", "/"] });
    alike(text);
  });
});

it("bytes that are no UTF-8 are refused", () => {
  for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
    const document = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(verdict(() => parseStrictJson(document))).toBe("refused");
  }
});
