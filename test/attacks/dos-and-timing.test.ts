import { readdirSync, readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { REASONS } from "../../src/index.ts";
import { type ReasonCode, verifyingGuard } from "../../src/index.ts";
import { refusal } from "../../src/guard/problem.ts";
import { decodeToken } from "../../src/token/decode.ts";
import { refused } from "./kit.ts";
import { ATTACKER, createServers, encode, gateway, jwkOf, KEY_SETS, mint, partsOf, PRIVATE } from "./lab.ts";
import { assertRefused } from "./witness.ts";

const URL_OF_SHOP = "https://shop.example/keys";

describe("H1 publishes a key so large that one check takes long", () => {
  const own = jwkOf(PRIVATE.shop, "key-1");
  const large = (bytes: number) => encode(Buffer.concat([Buffer.from([0x80]), Buffer.alloc(bytes - 2, 3), Buffer.from([1])]));
  it.each([
    ["n of 16,384 bits", { ...own, n: large(2_048) }],
    ["n of 8,200 bits", { ...own, n: large(1_025) }],
    ["e of 2,048 bits", { ...own, e: large(256) }],
    ["e of 33 bits", { ...own, e: encode(Buffer.from([1, 0, 0, 0, 1])) }],
  ])("%s", async (_what, jwk) => {
    await refused(
      { token: mint(), servers: () => createServers({ [URL_OF_SHOP]: { keys: [jwk, jwkOf(PRIVATE.padded, "key-2")] } }) },
      "key_unknown",
      1,
    );
  });
});

it("H2 sends a JWE that costs a million hashes, or unpacks to gigabytes: nothing here decrypts or inflates", async () => {
  const jwe = (header: object) => [header, "key", "iv", "text", "tag"].map((part) => encode(part)).join(".");
  await refused(jwe({ alg: "PBES2-HS256+A128KW", enc: "A128GCM", p2c: 2_000_000_000, p2s: "AAAA" }), "token_encrypted");
  await refused(jwe({ alg: "dir", enc: "A128GCM", zip: "DEF" }), "token_encrypted");
});

/** Every regular expression written down in src, as far as it is one. */
function expressionsOfSrc(): RegExp[] {
  const folder = new URL("../../src/", import.meta.url);
  const texts = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(new URL(name, folder), "utf8"));
  const literals = texts.flatMap((text) => [
    ...text.matchAll(/(?<=[=(,:\s!])\/(?![*/])((?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n[\\])+)\/([a-z]*)/g),
  ]);
  return literals.flatMap(([, source = "", flags = ""]) => {
    try {
      return [new RegExp(source, flags)];
    } catch {
      return [];
    }
  });
}

/** Runs in a context that is stopped when an expression does not come to an end by itself. */
const endsOn = (expression: RegExp, text: string, timeout = 2_000) =>
  runInNewContext("expression.test(text)", { expression, text }, { timeout });

describe("H3 feeds a regular expression what it is slow on", () => {
  const PIECES = [
    "a",
    "0",
    "-",
    "a.",
    "a-",
    "-a",
    "a1-",
    "%41",
    "/",
    "a/",
    "{a}",
    " ",
    "eyJ",
    "a,",
    "\0a:",
    "1.",
    "A_",
    "https://",
    "arn:",
  ];

  it("every expression in src comes to an end on 4 kB of whatever it repeats", () => {
    const expressions = expressionsOfSrc();
    expect(expressions.length).toBeGreaterThan(30);
    const texts = PIECES.flatMap((piece) => ["!", "\n"].map((end) => piece.repeat(Math.floor(4_096 / piece.length)) + end));
    for (const expression of expressions) for (const text of texts) expect(() => endsOn(expression, text)).not.toThrow();
  });

  it("and one that does not would be stopped", () => {
    expect(() => endsOn(/^(a+)+$/, `${"a".repeat(100)}!`, 200)).toThrow(/timed out/);
  }, 10_000);

  const LONG: readonly (readonly [text: string, code: ReasonCode, bare: ReasonCode])[] = [
    ["eyJ".repeat(2_700), "token_opaque", "token_opaque"],
    [`${"a.".repeat(4_000)}!`, "credential_malformed", "token_malformed"],
    ["=".repeat(8_000), "credential_malformed", "token_opaque"],
    [`${"-_".repeat(4_000)}.`, "token_malformed", "token_malformed"],
    [`${"a".repeat(4_000)}.${"b".repeat(4_000)}.`, "token_malformed", "token_malformed"],
    [".a".repeat(4_000), "token_malformed", "token_malformed"],
  ];
  it.each(LONG)("nor does the decoder, on a token as long as it may be (%#)", (text) => {
    for (let index = 0; index < 1_000; index++) expect(() => decodeToken(text)).toThrow();
  });
  it.each(LONG)("and each of them is refused like any other (%#)", async (token, code, bare) => refused({ token, bare }, code));
});

it("H4 compares answers to learn which key ids, issuers or accounts exist: a 401 says the same whatever the reason", async () => {
  const ask = (token: string) => (options: object) => {
    const requestContext = { stage: "$default", http: { method: "GET" } };
    const event = { version: "2.0", rawPath: "/orders", headers: { authorization: `Bearer ${token}` }, requestContext };
    return verifyingGuard(gateway, async () => ({ statusCode: 200 }), options)(event);
  };
  const answers = new Set<string>();
  for (const [token, code, fetches] of [
    [mint({ header: { kid: "canary-unknown-key-id" } }), "key_unknown", 1],
    [mint({ key: ATTACKER }), "signature_invalid", 2],
    [mint({ claims: { iss: "https://canary-issuer.example" } }), "issuer_unknown", 0],
    [mint({ issuer: "pool", claims: { client_id: "canary-client-0002" } }), "client_not_allowed", 1],
    [mint({ issuer: "staff", claims: { tid: "99999999-2222-4333-8444-555555555555" } }), "tenant_mismatch", 1],
    [mint({ claims: { exp: 1_700_000_000 } }), "token_expired", 1],
  ] as const)
    answers.add(JSON.stringify(await assertRefused(ask(token), code, { token, fetches })));
  expect(answers.size).toBe(1);
  const bodies = Object.entries(REASONS)
    .filter(([, { status, error }]) => status === 401 && error === "invalid_token")
    .map(([code]) => JSON.stringify(refusal(code as keyof typeof REASONS)));
  expect(bodies.length).toBeGreaterThan(20);
  expect(new Set([...bodies, ...answers]).size).toBe(1);
});

it("H5 sends a signature of 5 kB for a curve whose signatures have 64 bytes", async () => {
  const [header, payload] = partsOf(mint({ issuer: "curve" }));
  for (const bytes of [5_000, 65, 63, 128]) await refused(`${header}.${payload}.${encode(Buffer.alloc(bytes, 1))}`, "signature_invalid", 2);
  const [rsaHeader, rsaPayload] = partsOf(mint());
  for (const bytes of [5_000, 257, 255, 1])
    await refused(`${rsaHeader}.${rsaPayload}.${encode(Buffer.alloc(bytes, 1))}`, "signature_invalid", 2);
  expect(Object.keys(KEY_SETS)).toContain("https://curve.example/keys");
});
