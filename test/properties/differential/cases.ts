import fc from "fast-check";
import { encode, jwkOf, signed, type SigningAlgorithm } from "../../attacks/lab.ts";
import { KEY_SETS } from "./key-sets.ts";
import { ALGORITHMS, AUDIENCE, ISSUER, type KeySet, NOW } from "./subject.ts";
import { ES256_SIGNATURES, PRIVATE } from "./test-keys.ts";
import { members, oneOf, strange } from "./values.ts";

/** One thing to compare verdicts on. Without a key set: the issuer's own. */
export interface Case {
  readonly token: string;
  readonly keys?: KeySet;
}

const CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: "user-1",
  client_id: "web",
  scope: "orders:read",
  iat: NOW - 60,
  exp: NOW + 3_600,
  jti: "id-1",
};
const headerFor = (alg: SigningAlgorithm) => ({ alg, kid: `key-${alg}`, typ: "JWT" });

function sign(header: object | string, claims: object | string, algorithm: SigningAlgorithm = "ES256"): string {
  return signed(`${encode(header)}.${encode(claims)}`, algorithm, PRIVATE[algorithm as keyof typeof PRIVATE]);
}

/** A token without its signature: all of it that is the same whenever it is signed. */
export const unsigned = (token: string): string => token.slice(0, token.lastIndexOf("."));

/** Good tokens, the same in every process: for each algorithm, texts whose base64 ends in every way it can. */
export const GOOD = ALGORITHMS.flatMap((algorithm) =>
  ["", "a", "ab"].map((pad, index) => {
    const token = sign({ ...headerFor(algorithm), ...(pad !== "" && { pad }) }, { ...CLAIMS, pad }, algorithm);
    return algorithm === "ES256" ? `${unsigned(token)}.${ES256_SIGNATURES[index]}` : token;
  }),
);

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".split("");
const ODD = [
  " ",
  "\t",
  "\n",
  "\r",
  "\0",
  "=",
  "==",
  "+",
  "/",
  ".",
  "..",
  "~",
  "%",
  "\u00e9",
  "\u00a0",
  "\ufeff",
  '"',
  "{",
  "\u{1f600}",
  "\ud800",
];
const CHARACTERS = [...ALPHABET, ...ODD, ...ODD];

/** An edit: what is done, where (a share of 65,536 of the text), and with what. */
type Edit = readonly [operation: number, place: number, piece: number];
const edits = fc.array(fc.tuple(fc.nat(7), fc.nat(65_535), fc.nat(65_535)), { minLength: 1, maxLength: 2 });

function edit(text: string, [operation, place, number]: Edit, pieces: readonly string[]): string {
  const at = Math.floor((place / 65_536) * (text.length + 1));
  const piece = pieces[number % pieces.length] ?? "";
  if (operation < 2) return text.slice(0, at) + piece + text.slice(at);
  if (operation < 4) return text.slice(0, at) + piece + text.slice(at + 1);
  if (operation === 4) return text.slice(0, at) + text.slice(at + 1 + (number % 4));
  if (operation === 5) return text.slice(0, -1) + piece;
  if (operation === 6) return text.slice(0, at) + text.slice(Math.max(0, at - (number % 16)));
  return text.slice(0, at) + flipCase(text.slice(at, at + 1)) + text.slice(at + 1);
}

const flipCase = (text: string) => (text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase());
const editAll = (text: string, list: readonly Edit[], pieces: readonly string[]) =>
  list.reduce((result, one) => edit(result, one, pieces), text);

/** The text of a good token, changed character by character. */
const texts = fc
  .tuple(fc.nat(GOOD.length - 1), edits)
  .map(([index, list]): Case => ({ token: editAll(GOOD[index] ?? "", list, CHARACTERS) }));

/** Whole parts of good tokens in the wrong places. */
const splices = fc
  .array(fc.tuple(fc.nat(GOOD.length - 1), fc.nat(2)), { minLength: 1, maxLength: 5 })
  .map((parts): Case => ({ token: parts.map(([index, part]) => (GOOD[index] ?? "").split(".")[part]).join(".") }));

const FRAGMENTS = [
  ',"alg":"none"',
  ',"alg":"ES256"',
  '"alg":"ES256",',
  ',"\\u0061lg":"ES256"',
  ',"exp":9999999999',
  ',"iss":"https://fuzz.example"',
  ',"x":1e999',
  "1e999",
  "-",
  "-0",
  ".5",
  "e3",
  "0",
  "\\u0000",
  "\\ud800",
  "\\",
  "\ufeff",
  "/**/",
  "//",
  " ",
  "\t\n\r",
  "\u00a0",
  ",",
  ":",
  "{",
  "}",
  "[",
  "]",
  '"',
  "'",
  "null",
  "NaN",
  "Infinity",
  "true",
  '"__proto__":{},',
  '"constructor":{},',
  '"":0,',
  "[".repeat(40),
  "]".repeat(40),
  "\ud800",
  "é",
];

/** The JSON of the header or of the claims, changed as text and signed again. */
const json = fc.tuple(fc.boolean(), edits).map(([inHeader, list]): Case => {
  const [header, claims] = [JSON.stringify(headerFor("ES256")), JSON.stringify(CLAIMS)];
  return { token: inHeader ? sign(editAll(header, list, FRAGMENTS), claims) : sign(header, editAll(claims, list, FRAGMENTS)) };
});

/** Bytes that are no text in the middle of the claims. */
const bytes = fc.tuple(fc.nat(150), fc.uint8Array({ minLength: 1, maxLength: 4 })).map(([at, odd]): Case => {
  const claims = Buffer.from(JSON.stringify(CLAIMS));
  const input = `${encode(headerFor("ES256"))}.${encode(Buffer.concat([claims.subarray(0, at), odd, claims.subarray(at)]))}`;
  return { token: signed(input, "ES256", PRIVATE.ES256) };
});

const headers = members({
  alg: oneOf("ES256", "RS256", "EdDSA", "none", "None", "HS256", "ES384", "PS256", "es256", "Ed25519"),
  kid: oneOf("key-ES256", "key-RS256", "key-EdDSA", "key-es256", "unknown", "key-ES256 "),
  typ: oneOf("JWT", "jwt", "at+jwt", "application/at+jwt", "application/jwt", "dpop+jwt", "logout+jwt", "JWS"),
  crit: oneOf(["exp"], ["b64"], ["alg"], []),
  b64: oneOf(true, false),
  zip: oneOf("DEF"),
  cty: oneOf("JWT"),
  jku: oneOf("https://attacker.example/keys"),
  jwk: oneOf(jwkOf(PRIVATE.EdDSA, "key-ES256")),
  x5c: oneOf(["AAAA"]),
  other: strange,
}).map((changes): Case => ({ token: sign({ ...headerFor("ES256"), ...changes }, CLAIMS) }));

const time = oneOf(
  NOW,
  NOW - 60,
  NOW - 61,
  NOW - 59,
  NOW + 60,
  NOW + 61,
  NOW + 86_400,
  NOW + 2_592_000,
  NOW * 1_000,
  NOW + 0.5,
  String(NOW + 60),
  2 ** 53,
);
const claims = fc
  .tuple(
    members({
      iss: oneOf(ISSUER, `${ISSUER}/`, [ISSUER], "https://other.example"),
      aud: oneOf(AUDIENCE, [AUDIENCE], ["other", AUDIENCE], [[AUDIENCE]], "other", [AUDIENCE, 1]),
      exp: time,
      nbf: time,
      iat: time,
      sub: oneOf("user-2", "x".repeat(1_100), "a\nb"),
      scope: oneOf("a b", ["a"], 1),
      cnf: strange,
      nonce: oneOf("n"),
      token_use: oneOf("access", "id"),
      azp: oneOf("web"),
      act: strange,
      auth_time: time,
      amr: strange,
      jti: strange,
      other: strange,
    }),
    fc.constantFrom<SigningAlgorithm>("ES256", "ES256", "EdDSA"),
  )
  .map(([changes, algorithm]): Case => ({ token: sign(headerFor(algorithm), { ...CLAIMS, ...changes }, algorithm) }));

/** A good token, and a key set that is no longer quite the issuer's. */
const keySets = fc.tuple(fc.nat(GOOD.length - 1), KEY_SETS).map(([index, keys]): Case => ({ token: GOOD[index] ?? "", keys }));

/** Kinds of cases with their shares of a hundred: those that need no signature of their own are cheap, and most. */
export const CASES: fc.Arbitrary<Case> = fc.oneof(
  { weight: 68, arbitrary: texts },
  { weight: 7, arbitrary: splices },
  { weight: 9, arbitrary: json },
  { weight: 2, arbitrary: bytes },
  { weight: 5, arbitrary: headers },
  { weight: 7, arbitrary: claims },
  { weight: 2, arbitrary: keySets },
);
