import { createHmac, generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readKey } from "../../src/keys/jwk.ts";
import { keyFor, readKeySet } from "../../src/keys/key-set.ts";
import { isModulusWeak, isPointWeak } from "../../src/keys/weak-keys.ts";
import { type AlgorithmName, isAlgorithmName, isSignatureValid } from "../../src/token/algorithms.ts";
import { makeKey, outcome } from "./kit.ts";

const rsa = (modulusLength: number, publicExponent = 65_537) => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength, publicExponent });
  return { ...publicKey.export({ format: "jwk" }), kid: "r", use: "sig" };
};
const ec = (namedCurve: string) => ({ ...generateKeyPairSync("ec", { namedCurve }).publicKey.export({ format: "jwk" }), kid: "e" });
const ed25519 = { ...generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }), kid: "o" };
const good = rsa(2048);
const point = ec("P-256");
const RSA_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

/** The base64url of an integer, optionally as one odd thing or another. */
const octets = (value: bigint) => {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url");
};
const modulus = BigInt(`0x${Buffer.from(good.n ?? "", "base64url").toString("hex")}`);

/** The next modulus above a number that only its size speaks against. */
function strongNear(value: bigint): bigint {
  let candidate = value;
  while (isModulusWeak(candidate)) candidate++;
  return candidate;
}

/** A P-256 key whose x begins with a zero octet: the one case in which a coordinate can be written too short. */
function withLeadingZero(): { x: Buffer } & Record<string, unknown> {
  for (;;) {
    const jwk = ec("P-256");
    const x = Buffer.from(jwk.x ?? "", "base64url");
    if (x[0] === 0) return { ...jwk, x };
  }
}
const leadingZero = withLeadingZero();

describe("a usable key", () => {
  it.each([
    ["RSA 2048", good, RSA_ALGORITHMS],
    ["RSA 3072 with exponent 3", rsa(3072, 3), RSA_ALGORITHMS],
    [
      "RSA with a leading zero octet in n",
      { ...good, n: Buffer.from(`00${modulus.toString(16)}`, "hex").toString("base64url") },
      RSA_ALGORITHMS,
    ],
    ["RSA with its own alg", { ...good, alg: "PS384" }, ["PS384"]],
    ["P-256", point, ["ES256"]],
    ["P-256 with a zero octet", { ...leadingZero, x: leadingZero.x.toString("base64url") }, ["ES256"]],
    ["P-384", ec("P-384"), ["ES384"]],
    ["P-521", ec("P-521"), ["ES512"]],
    ["Ed25519", ed25519, ["EdDSA", "Ed25519"]],
    ["Ed25519 with the older name of its algorithm", { ...ed25519, alg: "EdDSA" }, ["EdDSA"]],
    ["Ed25519 with the newer name", { ...ed25519, alg: "Ed25519" }, ["Ed25519"]],
    ["key_ops with verify", { ...point, key_ops: ["verify"] }, ["ES256"]],
    ["ext, whatever it says", { ...point, ext: false }, ["ES256"]],
    ["null where another type's part would be", { ...point, n: null, e: null }, ["ES256"]],
    ["members that mean nothing here", { ...point, x5c: [{}], x5t: 0, x5u: null, nbf: "soon", exp: {}, revoked: {} }, ["ES256"]],
    ["a key id of 256 characters", { ...point, kid: "k".repeat(256) }, ["ES256"]],
  ])("%s verifies %s", (_name, jwk, algorithms) => {
    expect(readKey(jwk)?.algorithms).toEqual(algorithms);
  });

  it("keeps its own issuer", () => {
    expect(readKey({ ...point, issuer: "https://id.example/{tenantid}" })?.issuer).toBe("https://id.example/{tenantid}");
    expect(readKey(point)?.issuer).toBeNull();
  });
});

describe("an unusable key", () => {
  it.each<[string, unknown]>([
    ["no object", "key"],
    ["null", null],
    ["an array", [point]],
    ["symmetric", { kty: "oct", k: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw", kid: "s", alg: "HS256" }],
    ["public with a symmetric member", { ...point, k: "AAAA" }],
    ["private RSA", { ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }), kid: "r" }],
    ["private EC", { ...generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }), kid: "e" }],
    ["private Ed25519", { ...generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }), kid: "o" }],
    ["without kid", { ...point, kid: undefined }],
    ["with an empty kid", { ...point, kid: "" }],
    ["with a kid of 257 characters", { ...point, kid: "k".repeat(257) }],
    ["with a number for a kid", { ...point, kid: 7 }],
    ["for encryption", { ...point, use: "enc" }],
    ["with a use that is no string", { ...point, use: ["sig"] }],
    ["with key_ops without verify", { ...point, key_ops: ["sign", "encrypt"] }],
    ["with key_ops that is no array", { ...point, key_ops: "verify" }],
    ["with an unknown alg", { ...good, alg: "RSA1_5" }],
    ["with a symmetric alg", { ...good, alg: "HS256" }],
    ["with alg null", { ...good, alg: null }],
    ["with alg none", { ...good, alg: "none" }],
    ["with another type's alg", { ...good, alg: "ES256" }],
    ["with another curve's alg", { ...point, alg: "ES384" }],
    ["with the name of a curve for its alg", { ...point, alg: "P-256" }],
    ["Ed25519 with the alg of Ed448", { ...ed25519, alg: "Ed448" }],
    ["with an issuer that is no string", { ...point, issuer: 1 }],
    ["RSA 1024", rsa(1024)],
    ["RSA 2047", { ...good, n: octets((modulus >> 1n) | 1n) }],
    ["RSA above 8192", { ...good, n: octets(strongNear(1n << 8192n)) }],
    ["RSA with e = 1", { ...good, e: "AQ" }],
    ["RSA with e = 0", { ...good, e: "AA" }],
    ["RSA with e = 2", { ...good, e: "Ag" }],
    ["RSA with even e", { ...good, e: "AQAC" }],
    ["RSA with e = 2^32 + 1", { ...good, e: octets(2n ** 32n + 1n) }],
    ["RSA with even n", { ...good, n: octets(modulus - 1n) }],
    ["RSA with n padded", { ...good, n: `${good.n}==` }],
    ["RSA with n in plain base64", { ...good, n: Buffer.from(good.n ?? "", "base64url").toString("base64") }],
    ["RSA with n as a number", { ...good, n: 12_345 }],
    ["RSA without e", { ...good, e: undefined }],
    ["an unknown type", { ...good, kty: "constructor" }],
    ["an EC key called RSA", { ...point, kty: "RSA" }],
    ["secp256k1", { ...generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey.export({ format: "jwk" }), kid: "e" }],
    ["off its curve", { ...point, y: point.x }],
    ["called another curve", { ...point, crv: "P-384" }],
    ["with a coordinate cut short", { ...leadingZero, x: leadingZero.x.subarray(1).toString("base64url") }],
    [
      "with a coordinate made longer",
      { ...point, x: Buffer.concat([Buffer.alloc(1), Buffer.from(point.x ?? "", "base64url")]).toString("base64url") },
    ],
    ["with a short coordinate", { ...point, x: Buffer.alloc(31, 1).toString("base64url") }],
    ["X25519", { ...generateKeyPairSync("x25519").publicKey.export({ format: "jwk" }), kid: "x" }],
    ["Ed448", { ...generateKeyPairSync("ed448").publicKey.export({ format: "jwk" }), kid: "x" }],
    ["Ed25519 of small order", { ...ed25519, x: Buffer.alloc(32).toString("base64url") }],
    ["with its members inherited", Object.create(point)],
  ])("%s", (_name, jwk) => {
    expect(readKey(jwk)).toBeNull();
  });

  it.each([[null], [""], [0], [1], ["true"], [[]], [[true]], [{}]])("with ext %j", (ext) => {
    for (const jwk of [good, point, ed25519]) {
      expect(readKey({ ...jwk, ext: true })).not.toBeNull();
      expect(readKey({ ...jwk, ext })).toBeNull();
    }
  });

  it.each(["crv", "x", "y", "n", "e", "pub"])("with an object or a list for %s, which its own type may not even have", (name) => {
    for (const jwk of [good, point, ed25519]) {
      for (const value of [{}, [], { toString: null }, ["AQAB"]]) expect(readKey({ ...jwk, [name]: value })).toBeNull();
    }
  });
});

describe("arithmetic", () => {
  /** 65537^k modulo the product of the small primes: what a ROCA modulus looks like there. */
  it("tells the ROCA fingerprint and small factors from a good modulus", () => {
    const primes = [
      3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131,
    ];
    const product = [...primes, 137, 139, 149, 151, 157, 163, 167].reduce((all, prime) => all * BigInt(prime), 2n);
    let residue = 1n;
    for (let i = 0; i < 1_000; i++) residue = (residue * 65_537n) % product;
    expect(isModulusWeak((2n ** 2047n / product) * product + residue + product)).toBe(true);
    expect(isModulusWeak(modulus)).toBe(false);
    expect(isModulusWeak(modulus * 2n)).toBe(true);
    expect(isModulusWeak(modulus * 167n)).toBe(true);
  });

  it("sees through the sign bit of a small-order point", () => {
    const identity = Buffer.alloc(32);
    identity[0] = 1;
    identity[31] = 0x80;
    expect(isPointWeak(identity)).toBe(true);
    expect(isPointWeak(Buffer.from(ed25519.x ?? "", "base64url"))).toBe(false);
  });
});

describe("a key set", () => {
  const [one, other] = [makeKey("same"), makeKey("same")];
  const codeOf = (document: unknown) => outcome((async () => readKeySet(document))());

  it("skips bad keys and keeps good ones", () => {
    const set = readKeySet({ keys: [{ ...point, kid: "enc", use: "enc" }, {}, one.jwk] });
    expect(set.get("same")?.[0]?.key.equals(one.publicKey)).toBe(true);
    expect(set.get("enc")).toEqual([]);
  });

  it("makes a key id with two different keys unusable, in any order and number", () => {
    expect(readKeySet({ keys: [one.jwk, other.jwk] }).get("same")).toEqual([]);
    expect(readKeySet({ keys: [one.jwk, other.jwk, one.jwk] }).get("same")).toEqual([]);
    expect(readKeySet({ keys: [one.jwk, { ...one.jwk, issuer: "https://id.example" }] }).get("same")).toEqual([]);
  });

  // RFC 7517 section 4.5 gives this as the one example of different keys under one id.
  it("tells keys of different types under one id apart by the token's algorithm", () => {
    const [first, second] = [rsa(2048), rsa(2048)].map((jwk) => ({ ...jwk, kid: "same" }));
    const edwards = { ...ed25519, kid: "same" };
    const found = (keys: readonly unknown[], algorithm: AlgorithmName) => keyFor(readKeySet({ keys }).get("same"), algorithm);
    for (const keys of [
      [first, one.jwk, edwards],
      [edwards, one.jwk, first, first],
    ]) {
      expect(found(keys, "RS256")?.key.asymmetricKeyType).toBe("rsa");
      expect(found(keys, "ES256")?.key.equals(one.publicKey)).toBe(true);
      expect(found(keys, "EdDSA")?.key.asymmetricKeyType).toBe("ed25519");
      expect(found(keys, "ES384")).toBeNull();
    }
    for (const keys of [
      [first, one.jwk, second],
      [one.jwk, second, first],
    ]) {
      expect(found(keys, "RS256")).toBeNull();
      expect(found(keys, "ES256")?.key.equals(one.publicKey)).toBe(true);
    }
    expect(found([one.jwk, { ...ec("P-384"), kid: "same" }], "ES256")).toBeNull();
  });

  it("takes one key published twice, for all its algorithms", () => {
    const set = readKeySet({
      keys: [
        { ...good, alg: "RS256" },
        { ...good, alg: "PS256" },
      ],
    });
    expect(set.get("r")?.map(({ algorithms }) => algorithms)).toEqual([["RS256", "PS256"]]);
  });

  it("takes the usable one of two keys under one id", () => {
    expect(
      readKeySet({ keys: [{ ...other.jwk, use: "enc" }, one.jwk] })
        .get("same")?.[0]
        ?.key.equals(one.publicKey),
    ).toBe(true);
    expect(
      readKeySet({ keys: [one.jwk, { ...other.jwk, use: "enc" }] })
        .get("same")?.[0]
        ?.key.equals(one.publicKey),
    ).toBe(true);
  });

  it.each([
    ["no object", []],
    ["no keys", {}],
    ["keys as an object", { keys: { 0: point } }],
    ["keys null", { keys: null }],
    ["a member that is no object", { keys: [point, "key"] }],
    ["inherited keys", Object.create({ keys: [point] })],
    ["101 keys", { keys: Array.from({ length: 101 }, (_, i) => ({ ...point, kid: `k${i}` })) }],
  ])("is refused as a whole with %s", async (_name, document) => {
    expect(await codeOf(document)).toBe("keys_unavailable");
  });

  it("may hold a hundred keys", () => {
    expect(readKeySet({ keys: Array.from({ length: 100 }, (_, i) => ({ ...point, kid: `k${i}` })) }).size).toBe(100);
  });
});

const VECTORS = new URL("../../../shared/vectors/wycheproof/json_web_key_test.json", import.meta.url);

interface WycheproofGroup {
  readonly comment: string;
  readonly public?: { readonly keys: readonly unknown[] };
  readonly private: { readonly keys: readonly unknown[] };
  readonly tests: readonly { readonly tcId: number; readonly jws: string; readonly result: string }[];
}

/** Groups without a public part hold symmetric keys, which a gateway never verifies with: all of those are refused. */
function verdict(group: WycheproofGroup, jws: string): "valid" | "invalid" {
  const [header = "", payload = "", signature = ""] = jws.split(".");
  const { alg, kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { alg: string; kid: string };
  const key = isAlgorithmName(alg) ? keyFor(readKeySet(group.public ?? group.private).get(kid), alg) : null;
  if (key === null || !isAlgorithmName(alg)) return "invalid";
  const input = Buffer.from(`${header}.${payload}`);
  return isSignatureValid(alg, key.key, input, Buffer.from(signature, "base64url")) ? "valid" : "invalid";
}

const hasVectors = existsSync(VECTORS);
if (!hasVectors) console.warn("Skipped: the Wycheproof vectors are not beside this repository.");
const { testGroups } = (hasVectors ? JSON.parse(readFileSync(VECTORS, "utf8")) : { testGroups: [] }) as { testGroups: WycheproofGroup[] };

describe.skipIf(!hasVectors)("Wycheproof's JSON Web Key vectors", () => {
  const cases = testGroups.flatMap((group) => group.tests.map((test) => ({ name: `${test.tcId} ${group.comment}`, group, test })));

  it.each(cases)("$name", ({ group, test }) => {
    const expected = group.public === undefined ? "invalid" : test.result;
    expect(verdict(group, test.jws)).toBe(expected);
  });

  it("hold a symmetric control that fails for its key, not for its signature", () => {
    const control = testGroups.find(({ comment }) => comment === "jws_keyset");
    const [header, payload, signature] = (control?.tests[0]?.jws ?? "").split(".");
    const { k } = (control?.private.keys[0] ?? {}) as { k: string };
    const mac = createHmac("sha256", Buffer.from(k, "base64url")).update(`${header}.${payload}`).digest("base64url");
    expect(mac).toBe(signature);
  });
});
