import { describe, expect, it } from "vitest";
import { accepted, joseAccepts, refused } from "./kit.ts";
import { claimsOf, createServers, encode, mint, NOW, partsOf, PRIVATE, signed } from "./lab.ts";

const good = mint();
const [header, payload, signature] = partsOf(good);
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The text put into each part of a good token, at its start, in its middle and at its end. */
const insertions = (text: string) =>
  [0, 1, 2].flatMap((part) =>
    [0, 10, undefined].map((at) => {
      const parts: string[] = [header, payload, signature];
      const old = parts[part] ?? "";
      const where = at ?? old.length;
      parts[part] = old.slice(0, where) + text + old.slice(where);
      return parts.join(".");
    }),
  );

/** What is not of RFC 6750's characters does not get past the header; without a header, past the decoder. */
async function refusedAsText(text: string): Promise<void> {
  for (const token of insertions(text)) await refused({ token, bare: "token_malformed" }, "credential_malformed");
}

/** Signs a payload that is written by hand. */
const minted = (json: string | Uint8Array) => signed(`${encode({ alg: "RS256", kid: "key-1" })}.${encode(json)}`, "RS256", PRIVATE.shop);
const headed = (json: string | Uint8Array) => signed(`${encode(json)}.${payload}`, "RS256", PRIVATE.shop);
const CLAIMS = JSON.stringify(claimsOf("shop"));
const HEADER = '{"alg":"RS256","kid":"key-1"}';
/** The good claims with more members at the end. */
const withMembers = (members: string) => `${CLAIMS.slice(0, -1)},${members}}`;

describe("C1 puts white space into the token", () => {
  it.each([" ", "\t", "\r", "\n", "\f", "\r\n", "\v", "\u00a0"])("%j", async (text) => refusedAsText(text));

  it("inside the signature (jose accepts)", async () => {
    await joseAccepts(`${header}.${payload}.${signature.slice(0, 20)} ${signature.slice(20)}`);
    await joseAccepts(`${good}\n`);
  });
});

describe("C2 pads the base64", () => {
  it("at the end (jose accepts)", async () => {
    await joseAccepts(`${good}==`);
    for (const padding of ["=", "==", "==="]) await refused({ token: good + padding, bare: "token_malformed" }, "token_malformed");
  });

  it("inside", async () => {
    for (const padding of ["=", "=="])
      await refused({ token: `${header}${padding}.${payload}.${signature}`, bare: "token_malformed" }, "credential_malformed");
  });
});

it("C3 sets bits in the last character that decode to nothing (jose accepts)", async () => {
  const last = ALPHABET.indexOf(signature.at(-1) ?? "");
  const twins = ALPHABET.split("")
    .filter((_, index) => index !== last && index >> 4 === last >> 4)
    .map((character) => good.slice(0, -1) + character);
  expect(twins).toHaveLength(15);
  for (const token of twins) {
    await joseAccepts(token);
    await refused(token, "token_malformed");
  }
});

it("C4 writes the base64 in its other alphabet", async () => {
  const token = mint({ claims: { note: "\u00ff\u00fe\u00fb\u00ff~~~???>>>" } });
  const other = token.replaceAll("-", "+").replaceAll("_", "/");
  expect(other).not.toBe(token);
  await refused(other, "token_malformed");
});

describe("C5 puts other characters into the token", () => {
  it.each(["\0", "\u00e9", '"', "{", "}", "\\", "%2e", "\u{1f600}", "<", "\u202e", "\u0130"])("%j", async (text) => refusedAsText(text));
});

describe("C6 sends a token of too few or too many parts, or of empty ones", () => {
  it.each([
    ["one part", header, "token_opaque"],
    ["two parts", `${header}.${payload}`, "token_malformed"],
    ["four parts", `${good}.AAAA`, "token_malformed"],
    ["four parts, one empty", `${good}.`, "token_malformed"],
    ["six parts", "a.b.c.d.e.f", "token_malformed"],
    ["no header", `.${payload}.${signature}`, "token_malformed"],
    ["no payload", `${header}..${signature}`, "token_malformed"],
    ["no signature", `${header}.${payload}.`, "token_malformed"],
    ["dots only", "..", "token_malformed"],
    ["8,000 dots", ".".repeat(8_000), "token_malformed"],
    ["a million dots", ".".repeat(1_000_000), "credential_too_large"],
  ] as const)("%s", async (_what, token, code) => refused(token, code));
});

describe("C7 sends an encrypted token, with or without an unsigned one inside", () => {
  const inner = `${encode({ alg: "none" })}.${payload}.`;
  const jwe = [{ alg: "dir", enc: "A256GCM" }, "", "iv", inner, "tag"].map((part) => (part === "" ? "" : encode(part))).join(".");
  it.each([jwe, [{ alg: "RSA-OAEP", enc: "A128GCM", kid: "key-1" }, "key", "iv", inner, "tag"].map((part) => encode(part)).join(".")])(
    "%#",
    async (token) => refused(token, "token_encrypted"),
  );
});

describe("C8 sends a JSON serialisation, or JSON around a compact token", () => {
  it.each([
    JSON.stringify({ payload, protected: header, signature }),
    JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
    `{"x":"${good}"}`,
    `"${good}"`,
    `[${good}]`,
  ])("%#", async (token) => refused({ token, bare: "token_malformed" }, "credential_malformed"));
});

describe("C9 writes one member twice, for two readers to disagree on", () => {
  it.each([
    '"iss":"https://shop.example"',
    '"aud":"https://api.lab.example"',
    `"exp":${NOW + 3_600}`,
    '"scope":"orders:read"',
    '"\\u0073cope":"orders:read"',
    '"extra":{"a":1,"a":1}',
    '"extra":[{"a":1,"\\u0061":1}]',
  ])("a claim: %s (jose accepts)", async (members) => {
    const token = minted(withMembers(members));
    await joseAccepts(token);
    await refused(token, "token_malformed");
  });

  it.each([
    '{"alg":"RS256","kid":"key-1","alg":"RS256"}',
    '{"alg":"none","kid":"key-1","alg":"RS256"}',
    '{"kid":"key-0","alg":"RS256","kid":"key-1"}',
  ])("a header member: %s (jose accepts)", async (json) => {
    await joseAccepts(headed(json));
    await refused(headed(json), "token_malformed");
  });
});

it("C10 starts the header or the payload with a byte order mark (jose accepts)", async () => {
  for (const token of [headed(`\uFEFF${HEADER}`), minted(`\uFEFF${CLAIMS}`)]) {
    await joseAccepts(token);
    await refused(token, "token_malformed");
  }
});

describe("C11 writes JSON in bytes that are not UTF-8", () => {
  const text = (...bytes: number[]) => Buffer.concat([Buffer.from(`${CLAIMS.slice(0, -1)},"x":"`), Buffer.from(bytes), Buffer.from('"}')]);
  it.each<[string, Uint8Array]>([
    ["a stray byte", text(0xff)],
    ["a sequence cut short", text(0xe2, 0x82)],
    ["an overlong slash", text(0xc0, 0xaf)],
    ["an overlong NUL", text(0xc0, 0x80)],
    ["an encoded surrogate", text(0xed, 0xa0, 0x80)],
    ["beyond Unicode", text(0xf4, 0x90, 0x80, 0x80)],
    ["UTF-16", Buffer.from(CLAIMS, "utf16le")],
    ["UTF-16 behind its mark", Buffer.from(`\uFEFF${CLAIMS}`, "utf16le")],
  ])("%s", async (_what, bytes) => refused(minted(bytes), "token_malformed"));
});

describe("C12 hides a lone surrogate behind an escape", () => {
  it.each(['"x":"\\ud800"', '"x":"\\udc00\\ud800"', '"\\ud800":1', '"x":["\\udfff"]'])("%s (jose accepts)", async (members) => {
    const token = minted(withMembers(members));
    await joseAccepts(token);
    await refused(token, "token_malformed");
  });

  it("a pair of them is a character", async () => accepted(minted(withMembers('"x":"\\ud83d\\ude00"'))));
});

describe("C13 writes a time that no number can hold", () => {
  const timed = (name: string, value: string) => minted(JSON.stringify({ ...claimsOf("shop"), [name]: "@" }).replace('"@"', value));
  it("exp = 1e999 (jose accepts)", async () => joseAccepts(timed("exp", "1e999")));

  it.each(["exp", "nbf", "iat"])("%s", async (name) => {
    for (const value of ["1e999", "-1e999", "1e400", "-1e400"]) await refused(timed(name, value), "token_malformed");
  });
});

describe("C14 makes exp something other than a number", () => {
  it.each([String(NOW + 3_600), null, true, [NOW + 3_600], {}, ""])("%j", async (exp) =>
    refused(mint({ claims: { exp } }), "claim_malformed", 1),
  );
});

describe("C15 writes exp negative, in milliseconds or too large", () => {
  it.each([
    [-1, "claim_malformed"],
    [(NOW + 3_600) * 1_000, "claim_malformed"],
    [2 ** 53 + 2, "claim_malformed"],
    [1e21, "claim_malformed"],
    [253_402_300_799, "token_lifetime_too_long"],
    [0, "token_expired"],
    [0.5, "token_expired"],
  ] as const)("%d", async (exp, code) => refused(mint({ claims: { exp } }), code, 1));

  it("in milliseconds (jose accepts)", async () => joseAccepts(mint({ claims: { exp: (NOW + 3_600) * 1_000 } })));
  it("a fraction of a second inside the limits is a NumericDate", async () => accepted(mint({ claims: { exp: NOW + 60.5 } })));
});

describe("C16 nests arrays or objects so deeply that a parser or a printer gives up", () => {
  const deep = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;

  it.each([
    ["[", "]"],
    ['{"a":', "}"],
  ])("%s, as deep as a token can hold", async (open, close) => {
    const token = minted(withMembers(`"x":${deep(open, close, 900)}`));
    await joseAccepts(token);
    await refused(token, "token_malformed");
    await refused(headed(`${HEADER.slice(0, -1)},"x":${deep(open, close, 400)}}`), "token_malformed");
    await refused(minted(withMembers(`"x":${deep("[", "]", 100_000)}`)), "credential_too_large");
  });

  it("in a key set: the document is refused before it is parsed", async () => {
    const servers = () => createServers({ "https://shop.example/keys": `{"keys":${deep("[", "]", 60_000)}}` });
    await refused({ token: good, servers }, "keys_unavailable", 1);
  });
});

describe("C17 names a claim like something every object has (jose accepts)", () => {
  it.each(["__proto__", "constructor", "prototype", "hasOwnProperty", "toString"])("%s", async (name) => {
    const token = minted(withMembers(`${JSON.stringify(name)}:{"scope":"admin","exp":1,"aud":"x"}`));
    await joseAccepts(token);
    await accepted(token);
    expect(({} as Record<string, unknown>)["scope"]).toBeUndefined();
  });

  it.each(["iss", "aud", "exp", "sub"])("and %s is not inherited from it", async (name) => {
    const { [name]: value, ...rest } = claimsOf("shop");
    const token = minted(`${JSON.stringify(rest).slice(0, -1)},"__proto__":${JSON.stringify({ [name]: value })}}`);
    await refused(token, "claim_missing", name === "iss" ? 0 : 1);
  });
});

describe("C18 sends a payload that is no object, or an empty one", () => {
  it.each(["[]", "null", '"text"', "1", "true", "", " ", "{", "{}x", "[{}]"])("%j", async (json) => {
    await refused(json === "" ? `${header}..${signature}` : minted(json), "token_malformed");
  });
  it("{}", async () => refused(minted("{}"), "claim_missing"));
});

describe("C19 sends 20 kB, or 10 MB", () => {
  it.each([20_000, 10_000_000])("%d characters", async (length) => {
    await refused({ token: mint({ claims: { note: "x".repeat(20_000) } }), bare: "credential_too_large" }, "credential_too_large");
    await refused("x".repeat(length), "credential_too_large");
    await refused(`${header}.${"A".repeat(length)}.${signature}`, "credential_too_large");
  });
});

describe("C20 sends a name that makes the next token's name be read as another one", () => {
  /** Eight characters that spell three: V8's parser remembers names, and compares those with escapes by their first characters. */
  const name = '"\\u0063nf"';
  const hint = JSON.stringify(name.slice(1, 4));

  it("and a token bound to a key is a plain one", async () => {
    const bound = minted(withMembers(`${name}:{"jkt":"x"}`));
    await refused(`${header}.${encode(withMembers(`${hint}:1`))}.${signature}`, "token_malformed");
    // The runtime's own parser may have met the name too, in an event.
    JSON.parse(withMembers(`${hint}:1`));
    await refused(bound, "token_bound", 1);
  });

  it("and a claim that a rule reads is gone", async () => {
    const { scope, ...rest } = claimsOf("shop");
    const spelled = JSON.stringify(rest).slice(0, -1);
    JSON.parse(`${spelled},${JSON.stringify("\\u007")}:1}`);
    await accepted(minted(`${spelled},"\\u0073cope":${JSON.stringify(scope)}}`));
  });
});
