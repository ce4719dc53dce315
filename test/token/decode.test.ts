import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SallyportError } from "../../src/index.ts";
import { decodeToken, isCompactJws, isOpaque } from "../../src/token/decode.ts";

const encode = (text: string) => Buffer.from(text).toString("base64url");
const HEADER = encode('{"alg":"RS256","kid":"k"}');
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function outcome(token: string): string {
  try {
    decodeToken(token);
    return "decoded";
  } catch (error) {
    return error instanceof SallyportError ? error.code : "crashed";
  }
}

const signatures = fc.string({ unit: fc.constantFrom(...ALPHABET.split("")), minLength: 1, maxLength: 12 });

describe("a part of a token", () => {
  it("is accepted in the one spelling that encoding its bytes gives", () => {
    fc.assert(
      fc.property(signatures, (signature) => {
        const isCanonical = Buffer.from(signature, "base64url").toString("base64url") === signature;
        expect(outcome(`${HEADER}.${encode("{}")}.${signature}`)).toBe(isCanonical ? "decoded" : "token_malformed");
      }),
      { numRuns: 2_000 },
    );
  });

  it("is decoded to its bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        const signature = Buffer.from(bytes).toString("base64url");
        expect([...decodeToken(`${HEADER}.${encode("{}")}.${signature}`).signature]).toEqual([...bytes]);
      }),
    );
  });

  it("signs over the text as it was written", () => {
    const input = `${HEADER}.${encode('{"sub":"é"}')}`;
    expect(Buffer.from(decodeToken(`${input}.AA`).signingInput).toString()).toBe(input);
  });
});

describe("a header seen before", () => {
  const token = (header: string) => `${encode(header)}.${encode("{}")}.AA`;

  it("says the same again", () => {
    const text = token('{"alg":"ES256","kid":"one","typ":"JWT","x":{"y":[1]}}');
    expect(decodeToken(text).header).toEqual(decodeToken(text).header);
    expect(decodeToken(text).header).toMatchObject({ alg: "ES256", kid: "one", typ: "JWT", members: { x: { y: [1] } } });
  });

  it("cannot be changed for those who read it next", () => {
    const text = token('{"alg":"ES256","kid":"two","x":{"y":[1]}}');
    const { header } = decodeToken(text);
    expect(() => Object.assign(header, { alg: "none" })).toThrow(TypeError);
    expect(() => Object.assign(header.members["x"] as object, { y: [] })).toThrow(TypeError);
  });

  it.each([
    ['{"alg":"RS256","crit":["b64"]}', "header_unsupported"],
    ['{"alg":"RS256","alg":"none"}', "token_malformed"],
    ['{"kid":"k"}', "algorithm_not_allowed"],
  ])("%s is refused every time", (header, code) => {
    for (let times = 0; times < 3; times++) expect(outcome(token(header))).toBe(code);
  });

  it("is remembered beside others, and forgotten where there are many", () => {
    const header = (name: string) => decodeToken(token(`{"alg":"RS256","kid":"${name}"}`)).header;
    // The first two may be the ones that had to make room for each other.
    for (const name of ["one", "two"]) header(name);
    const [one, two] = [header("one"), header("two")];
    expect([header("one") === one, header("two") === two]).toEqual([true, true]);
    for (let index = 0; index < 130; index++) header(`other-${index}`);
    expect([header("one") === one, header("two") === two]).toEqual([false, false]);
  });

  it("is told from every other, however many there are", () => {
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 200; index++) {
        expect(decodeToken(token(`{"alg":"RS256","kid":"key-${index}"}`)).header.kid).toBe(`key-${index}`);
      }
    }
  });
});

it("no text is taken for a compact JWS because another one was", () => {
  const good = `${HEADER}.${encode("{}")}.AA`;
  const other = `${HEADER}.${encode("{}")}.AQ`;
  for (const text of [
    "",
    good,
    `${good}.AA`,
    "",
    other,
    good.slice(0, -1),
    ` ${good}`,
    good,
    "undefined",
    "null",
    "..",
    ".e30.AA",
    `${HEADER}..AA`,
    "AAAA",
    "AAAA.AAAA",
  ]) {
    expect(isCompactJws(text), text).toBe(text === good || text === other);
  }
});

it.each([
  ["a last character with stray bits", (part: string) => `${part}B`],
  ["a length that no bytes encode to", (part: string) => `${part}AAAAA`],
  ["the other alphabet", (part: string) => `${part}A+==`],
  ["padding", (part: string) => `${part}AA==`],
  ["white space", (part: string) => `${part}AA\n`],
  ["a character that is an ASCII one when cut to a byte", (part: string) => `${part}AA\u0141\u0141`],
])("no part of a compact JWS may have %s", (_what, spoil) => {
  const parts = [HEADER, encode("{}"), "AAAA"];
  for (const index of [0, 1, 2]) {
    const text = parts.map((part, at) => (at === index ? spoil(part.slice(0, part.length - (part.length % 4))) : part)).join(".");
    expect(isCompactJws(text), text).toBe(false);
    expect(outcome(text)).toBe("token_malformed");
  }
});

describe("an opaque token", () => {
  it.each([undefined, null, 5, {}])("is not %j", (text) => expect(isOpaque(text as never)).toBe(false));
  it.each(["abc", "1~2+3/4==", "a.b", "a.b.c.d", "ory_at_x-1.y_2", "eyJhIjoxfQ", "a".repeat(8_192)])("is %s", (text) =>
    expect(isOpaque(text)).toBe(true),
  );
  it.each(["", "=", "a=b", "a b", "a.b.c", "a.b.c=", "a.+.c", "a..", "a..c.d.e", "a..c.d.e==", "a".repeat(8_193)])("is not %s", (text) =>
    expect(isOpaque(text)).toBe(false),
  );
  it.each(['{"alg":"none"}', '{ "alg"', ' {"a"', '\n{"a"', "\t\r{"])("is nothing whose first part decodes to %j", (start) => {
    for (const rest of [".", ".b", ".b.c", ".b.c.", ".b.c=", ".b.c.d.e.f"]) {
      for (const head of [encode(start), `~${encode(start)}`, encode(start).replace(/^../, "$&~")])
        expect(isOpaque(head + rest)).toBe(false);
    }
  });
});
