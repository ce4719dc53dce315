import { describe, expect, it } from "vitest";
import { decodeMarks, encodeMarks } from "../../src/principal/codec.ts";

const malformed = expect.objectContaining({ code: "principal_malformed" });

describe("a token's marks cross the wall", () => {
  it.each([
    [
      { tokenId: "t-1", issuedAt: 1_800_000_000 },
      { tokenId: "t-1", issuedAt: 1_800_000_000 },
    ],
    [{ tokenId: "t-1", issuedAt: null }, { tokenId: "t-1" }],
    [{ tokenId: null, issuedAt: 0 }, { issuedAt: 0 }],
    [{ tokenId: null, issuedAt: null }, {}],
  ])("%j", (marks, wire) => {
    expect(encodeMarks(marks)).toEqual(wire);
    expect(decodeMarks(wire)).toEqual(marks);
  });

  it.each(["0", "7", "1800000000", "1800000000.25", "999999999999.123456789"])("a time that has become the text %j", (issuedAt) => {
    expect(decodeMarks({ issuedAt })).toEqual({ tokenId: null, issuedAt: Number(issuedAt) });
  });

  it.each([undefined, null, "text", []])("there are none in %j", (context) => {
    expect(decodeMarks(context)).toEqual({ tokenId: null, issuedAt: null });
  });
});

it.each([
  "",
  "-1",
  "1e9",
  "0x10",
  " 1",
  "1 ",
  "1.",
  ".5",
  "1.1234567890",
  "1234567890123",
  "null",
  -1,
  Number.POSITIVE_INFINITY,
  Number.NaN,
  true,
  {},
  [7],
])("a time that is %j is malformed", (issuedAt) => {
  expect(() => decodeMarks({ issuedAt })).toThrow(malformed);
});

it.each(["", 1, true, {}])("a token id that is %j is malformed", (tokenId) => {
  expect(() => decodeMarks({ tokenId })).toThrow(malformed);
});

it("a token id has a longest length, and is never cut", () => {
  expect(encodeMarks({ tokenId: "t".repeat(128), issuedAt: null })).toEqual({ tokenId: "t".repeat(128) });
  expect(() => encodeMarks({ tokenId: "t".repeat(129), issuedAt: null })).toThrow(expect.objectContaining({ code: "principal_too_large" }));
});
