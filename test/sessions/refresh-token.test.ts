import { describe, expect, it } from "vitest";
import { readRefreshToken } from "../../src/sessions/refresh-token.ts";

const read = (body: unknown, isBase64Encoded?: boolean) =>
  readRefreshToken({ body, isBase64Encoded } as Parameters<typeof readRefreshToken>[0]);
const bodyOf = (refreshToken: unknown) => JSON.stringify({ refreshToken });

describe("the refresh token of a body", () => {
  it.each([undefined, null, "", "{}", '{"other":1}'])("is none in %j", (body) => expect(read(body)).toEqual({ ok: true, value: null }));

  it.each(["a", "!~", "x".repeat(8_192)])("may be visible characters, 8192 at most: case %#", (token) => {
    expect(read(bodyOf(token))).toEqual({ ok: true, value: token });
  });

  it.each(["", " ", "a b", "a\u007f", "é", "a\n", "x".repeat(8_193), 7, null, ["a"]])("is no token: case %#", (token) => {
    expect(read(bodyOf(token))).toEqual({ ok: false, message: "This is not a token." });
  });

  it("is read from Base64 where the event says so, and only there", () => {
    const body = Buffer.from(bodyOf("abc")).toString("base64");
    expect(read(body, true)).toEqual({ ok: true, value: "abc" });
    expect(read(body, false)).toMatchObject({ ok: false });
    expect(read(bodyOf("abc"), false)).toEqual({ ok: true, value: "abc" });
  });

  it.each(["[]", "null", '"a"', "7", "nonsense", '{"refreshToken":"a"', '{"refreshToken":"a","refreshToken":"b"}'])(
    "is not looked for in %s",
    (body) => expect(read(body)).toEqual({ ok: false, message: "The body is not a JSON object." }),
  );

  it("is read from 16384 bytes at most", () => {
    const filled = (size: number) => `{"refreshToken":"abc"${" ".repeat(size - 22)}}`;
    expect(read(filled(16_384))).toEqual({ ok: true, value: "abc" });
    expect(read(filled(16_385))).toEqual({ ok: false, message: "The body is not a JSON object." });
    const wide = `{"refreshToken":"abc","x":"${"é".repeat(8_200)}"}`;
    expect(read(wide)).toMatchObject({ ok: false });
  });
});
