import { describe, expect, it } from "vitest";
import { deepFreeze, parseStrictJson, valueAt } from "../../src/json.ts";
import { marksIn } from "../../src/token/marks.ts";
import { faultOfTimes, readTimes } from "../../src/token/times.ts";
import type { ClaimPath } from "../../src/token/token.ts";

describe("a claim's path", () => {
  const claims = parseStrictJson(
    Buffer.from('{"a":{"b":{"c":1}},"a.b":"dotted","list":["x"],"nothing":null,"text":"abc","__proto__":{"own":true}}'),
  );

  it.each<[ClaimPath, unknown]>([
    ["a.b", "dotted"],
    [["a", "b", "c"], 1],
    [["a", "b"], { c: 1 }],
    [["nothing"], null],
    [["__proto__", "own"], true],
    [[], claims],
  ])("%j leads to %j", (path, value) => expect(valueAt(claims, path)).toEqual(value));

  it.each<[ClaimPath]>([
    ["missing"],
    ["toString"],
    [["missing", "b"]],
    [["a", "missing", "c"]],
    [["a", "toString"]],
    [["constructor", "name"]],
    [["list", "0"]],
    [["list", "length"]],
    [["text", "length"]],
    [["text", "0"]],
    [["nothing", "b"]],
  ])("%j leads nowhere", (path) => expect(valueAt(claims, path)).toBeUndefined());
});

it.each([
  [
    { jti: "t1", iat: 12.5 },
    { tokenId: "t1", issuedAt: 12.5 },
  ],
  [{}, { tokenId: null, issuedAt: null }],
  [
    { jti: "", iat: "12" },
    { tokenId: null, issuedAt: null },
  ],
  [
    { jti: 7, iat: null },
    { tokenId: null, issuedAt: null },
  ],
])("the marks in %j are %j", (claims, marks) => expect(marksIn(claims)).toEqual(marks));

describe("times", () => {
  const LAST_SECOND = 253_402_300_799;

  it.each([0, 0.5, LAST_SECOND])("may be %d", (exp) => expect(readTimes({ exp })).toEqual({ exp, nbf: null, iat: null }));

  it.each(["exp", "nbf", "iat"])("%s may be no other value", (name) => {
    for (const value of [-1, LAST_SECOND + 1, "1", null, true, Number.NaN, Number.POSITIVE_INFINITY, [1]])
      expect(() => readTimes({ exp: 1, [name]: value })).toThrow(expect.objectContaining({ code: "claim_malformed" }));
  });

  it("must say when the token ends", () => {
    expect(() => readTimes({ nbf: 1, iat: 1 })).toThrow(expect.objectContaining({ code: "claim_missing" }));
  });

  it.each([
    [{ exp: 941, nbf: null, iat: null }, null],
    [{ exp: 940, nbf: null, iat: null }, "token_expired"],
    [{ exp: 1_500, nbf: 1_060, iat: null }, null],
    [{ exp: 1_500, nbf: 1_061, iat: null }, "token_not_yet_valid"],
    [{ exp: 1_500, nbf: null, iat: 1_060 }, null],
    [{ exp: 1_500, nbf: null, iat: 1_061 }, "token_not_yet_valid"],
    [{ exp: 2_000, nbf: null, iat: null }, null],
    [{ exp: 2_001, nbf: null, iat: null }, "token_lifetime_too_long"],
    [{ exp: 1_900, nbf: null, iat: 900 }, null],
    [{ exp: 1_900, nbf: null, iat: 899 }, "token_lifetime_too_long"],
  ])("%j at 1000, with a skew of 60 and for at most 1000 seconds: %s", (times, fault) => {
    expect(faultOfTimes(times, 1_000, { clockSkew: 60, maxLifetime: 1_000 })).toBe(fault);
  });

  it("may lie as far apart as they like where no lifetime is set", () => {
    expect(faultOfTimes({ exp: LAST_SECOND, nbf: null, iat: 0 }, 1_000, { clockSkew: 0, maxLifetime: null })).toBeNull();
  });
});

describe("strict JSON", () => {
  it("is read from a part of a larger buffer, and no byte beyond it", () => {
    const whole = new Uint8Array(Buffer.from('x{"a":1}{"b":2}'));
    expect(parseStrictJson(whole.subarray(1, 8))).toEqual({ a: 1 });
  });

  it.each(['"a":1', '{"a":1', '{"a":"\\ud800"}', '{"\\ud800":1}', '{"a":[{"b":"\\udc00"}]}', '{"a":1,"\\u0061":2}'])(
    "%s is refused by its code",
    (text) => {
      expect(() => parseStrictJson(Buffer.from(text))).toThrow(expect.objectContaining({ code: "token_malformed" }));
    },
  );

  it("nests as deep as its deepest branch, however many branches and other characters there are", () => {
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    const wide = Array.from({ length: 40 }, () => '{},[],{"a":[1]}').join(",");
    expect(parseStrictJson(Buffer.from(`{"wide":[${wide}],"deep":${nested(31)}}`))).toHaveProperty("deep");
    const long = "1234567890".repeat(20);
    for (const before of [`[${wide}]`, `"${long}"`, `[${long.split("").join(",")}]`])
      expect(() => parseStrictJson(Buffer.from(`{"a":${before},"deep":${nested(32)}}`))).toThrow(
        expect.objectContaining({ code: "token_malformed" }),
      );
  });

  it("says nothing of what it refused", () => {
    for (const text of ['{"secret":', "{secret}", '{"a":"\\ud800"}']) {
      try {
        parseStrictJson(Buffer.from(text));
        expect.unreachable();
      } catch (error) {
        expect((error as Error).cause).toBeUndefined();
        expect(String((error as Error).stack)).not.toContain("secret");
      }
    }
  });

  it("takes pairs of escapes, and escapes of any other kind", () => {
    expect(parseStrictJson(Buffer.from('{"a":"\\ud83d\\ude00","b":[null,"\\n",{"c":"\\"}"}]}'))).toEqual({
      a: "😀",
      b: [null, "\n", { c: '"}' }],
    });
  });
});

it("what is frozen is frozen to the last value in it, and is the same value", () => {
  const value = { list: [{ deep: { deeper: [1] } }], nothing: null, text: "a" };
  expect(deepFreeze(value)).toBe(value);
  for (const part of [value, value.list, value.list[0], value.list[0]?.deep, value.list[0]?.deep.deeper])
    expect(Object.isFrozen(part)).toBe(true);
  for (const plain of [null, undefined, 1, "a"]) expect(deepFreeze(plain)).toBe(plain);
});
