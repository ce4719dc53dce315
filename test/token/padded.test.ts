import { describe, expect, it } from "vitest";
import { type ReasonCode, SallyportError } from "../../src/index.ts";
import { decodePaddedToken, decodeToken } from "../../src/token/decode.ts";

const encode = (text: string) => Buffer.from(text).toString("base64url");
const pad = (text: string) => text + "=".repeat((4 - (text.length % 4)) % 4);
/** Headers and payloads whose encoding ends without padding, with one sign of it, and with two. */
const HEADERS = ['{"alg":"ES256","kid":"k"}', '{"alg":"ES256","kid":"k1"}', '{"alg":"ES256","kid":"k12"}'];
const PAYLOADS = ["{}", '{"a":1}', '{"ab":1}', '{"abc":1}'];

function codeOf(read: () => unknown): ReasonCode | "decoded" {
  try {
    read();
    return "decoded";
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    return error.code;
  }
}

describe("a padded token", () => {
  it.each(HEADERS.flatMap((header) => PAYLOADS.map((payload) => [header, payload] as const)))(
    "%s %s reads like the bare one",
    (header, payload) => {
      const parts = [encode(header), encode(payload), Buffer.from("signature!").toString("base64url")];
      const padded = parts.map(pad).join(".");
      const { signingInput, ...token } = decodePaddedToken(padded);
      const { signingInput: _bare, ...expected } = decodeToken(parts.join("."));
      expect(token).toEqual(expected);
      expect(Buffer.from(signingInput).toString()).toBe(padded.slice(0, padded.lastIndexOf(".")));
    },
  );

  const [header, payload, signature] = [pad(encode(HEADERS[1] ?? "")), pad(encode("{}")), "AA=="];

  it.each<[string, string]>([
    ["no padding where some belongs", `${header}.e30.${signature}`],
    ["too little", `${header}.${payload}.AA=`],
    ["too much", `${header}.${payload}.AA===`],
    ["padding where none belongs", `${header}.${payload}.AAAA=`],
    ["a single character", `${header}.${payload}.A===`],
    ["padding alone", `${header}.${payload}.====`],
    ["padding inside", `${header}.${payload}.AA==AAAA`],
    ["padding first", `${header}.${payload}.==AA`],
    ["an empty part", `${header}..${signature}`],
    ["an empty signature", `${header}.${payload}.`],
    ["two parts", `${header}.${payload}`],
    ["four parts", `${header}.${payload}.${signature}.${signature}`],
    ["five parts", `${header}.${payload}.${signature}.${signature}.${signature}`],
    ["one part", "AAAA"],
    ["characters of plain base64", `${header}.${payload}.A+==`],
    ["a space before it", ` ${header}.${payload}.${signature}`],
    ["a line's end after it", `${header}.${payload}.${signature}\n`],
    ["stray bits", `${header}.${payload}.AB==`],
    ["nothing", ""],
  ])("with %s is malformed", (_what, text) => expect(codeOf(() => decodePaddedToken(text))).toBe("token_malformed"));

  it("is what the cases above differ from", () => {
    expect(codeOf(() => decodePaddedToken(`${header}.${payload}.${signature}`))).toBe("decoded");
  });

  it.each([undefined, null, 7, {}, []])("that is %j and no text is malformed", (text) => {
    expect(codeOf(() => decodePaddedToken(text as never))).toBe("token_malformed");
    expect(codeOf(() => decodeToken(text as never))).toBe("token_malformed");
  });

  it("may have 8192 characters, padding and all, and no more", () => {
    const start = `${pad(encode('{"alg":"ES256","kid":"k1"}'))}.${payload}.`;
    const filled = (length: number) => start + "A".repeat(length - start.length);
    const exact = 8_192 - ((8_192 - start.length) % 4);
    expect(codeOf(() => decodePaddedToken(filled(exact)))).toBe("decoded");
    expect(codeOf(() => decodePaddedToken(filled(8_192)))).toBe("token_malformed");
    expect(codeOf(() => decodePaddedToken(filled(8_193)))).toBe("credential_too_large");
  });
});

describe("a token", () => {
  it("may have 8192 characters and no more", () => {
    const start = `${encode('{"alg":"ES256","kid":"k1"}')}.e30.`;
    const filled = (length: number) => start + "A".repeat(length - start.length);
    expect(codeOf(() => decodeToken(filled(8_192)))).toBe("decoded");
    expect(codeOf(() => decodeToken(filled(8_193)))).toBe("credential_too_large");
  });

  it.each<[string, ReasonCode]>([
    ["ya29.a.b", "token_opaque"],
    ["a.ya29.b", "token_malformed"],
    ["abc~/+=-_", "token_opaque"],
    ["ab c", "token_malformed"],
    [" abc", "token_malformed"],
    ["abc ", "token_malformed"],
    ["a..c.d.e", "token_encrypted"],
    ["ab.cd.ef.gh.ij", "token_encrypted"],
    [".b.c.d.e", "token_malformed"],
    ["a.b..d.e", "token_malformed"],
    ["a.b.c..e", "token_malformed"],
    ["a.b.c.d.", "token_malformed"],
    [" a.b.c.d.e", "token_malformed"],
    ["a.b.c.d.e ", "token_malformed"],
  ])("%j is %s", (text, code) => expect(codeOf(() => decodeToken(text))).toBe(code));

  it.each([
    ['{"alg":"RS256","kid":null}', "token_malformed"],
    ['{"alg":"RS256","kid":""}', "token_malformed"],
    ['{"alg":"RS256","kid":1}', "token_malformed"],
    [`{"alg":"RS256","kid":"${"k".repeat(257)}"}`, "token_malformed"],
    [`{"alg":"RS256","kid":"${"k".repeat(256)}"}`, "decoded"],
    ['{"alg":"RS256","typ":null}', "token_malformed"],
    ['{"alg":"RS256","typ":1}', "token_malformed"],
    ['{"alg":"RS256"}', "decoded"],
    ['{"alg":null}', "algorithm_not_allowed"],
  ])("with the header %s is %s", (json, code) => expect(codeOf(() => decodeToken(`${encode(json)}.e30.AA`))).toBe(code));

  it("says what its header does not name: no key id, and no type", () => {
    expect(decodeToken(`${encode('{"alg":"RS256"}')}.e30.AA`).header).toMatchObject({ kid: null, typ: null });
  });

  it("has a header that is read anew, and may be long, where it is too long to remember", () => {
    const text = `${encode(`{"alg":"RS256","kid":"k","x":"${"x".repeat(600)}"}`)}.e30.AA`;
    expect(decodeToken(text).header).not.toBe(decodeToken(text).header);
    const short = `${encode('{"alg":"RS256","kid":"remembered"}')}.e30.AA`;
    expect(decodeToken(short).header).toBe(decodeToken(short).header);
  });
});
