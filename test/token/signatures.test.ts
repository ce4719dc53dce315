import { constants, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALGORITHMS, type AlgorithmName, isAlgorithmName, isSignatureValid } from "../../src/token/algorithms.ts";
import { toDer } from "../../src/token/ecdsa-signature.ts";
import { pssKey } from "../../src/token/pss-key.ts";

const input = Buffer.from("header.payload");
const CURVES = [
  { name: "ES256", namedCurve: "P-256", hash: "sha256", signatureLength: 64 },
  { name: "ES384", namedCurve: "P-384", hash: "sha384", signatureLength: 96 },
  { name: "ES512", namedCurve: "P-521", hash: "sha512", signatureLength: 132 },
] as const;
const PSS = [
  { name: "PS256", pkcs1: "RS256", hash: "sha256", digestLength: 32 },
  { name: "PS384", pkcs1: "RS384", hash: "sha384", digestLength: 48 },
  { name: "PS512", pkcs1: "RS512", hash: "sha512", digestLength: 64 },
] as const;

describe.each(CURVES)("$name", ({ name, namedCurve, hash, signatureLength }) => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
  /** node:crypto's own reading of the two halves. */
  const expected = (signature: Uint8Array) => verify(hash, input, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature);
  const good = () => sign(hash, input, { key: privateKey, dsaEncoding: "ieee-p1363" });

  it("accepts every good signature, short numbers among them", () => {
    for (let times = 0; times < 60; times++) expect(isSignatureValid(name, publicKey, input, good())).toBe(true);
  });

  it("agrees with node:crypto on signatures that were altered, and on any bytes", () => {
    const signature = good();
    const altered = fc.tuple(fc.nat(signatureLength - 1), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
      const bytes = Buffer.from(signature);
      bytes[at] = (bytes[at] ?? 0) ^ mask;
      return bytes;
    });
    const any = fc.uint8Array({ minLength: signatureLength, maxLength: signatureLength });
    fc.assert(
      fc.property(fc.oneof(altered, any), (bytes) => isSignatureValid(name, publicKey, input, bytes) === expected(bytes)),
      { numRuns: 150 },
    );
  });

  it.each([0, 1, 0x7f, 0x80, 0xff])("refuses halves of nothing but %i", (byte) => {
    const bytes = Buffer.alloc(signatureLength, byte);
    expect([isSignatureValid(name, publicKey, input, bytes), expected(bytes)]).toEqual([false, false]);
  });

  it("refuses DER, and anything shorter or longer", () => {
    const signature = good();
    expect(isSignatureValid(name, publicKey, input, toDer(signature))).toBe(false);
    expect(isSignatureValid(name, publicKey, input, signature.subarray(1))).toBe(false);
    expect(isSignatureValid(name, publicKey, input, Buffer.concat([signature, Buffer.alloc(1)]))).toBe(false);
    // The same two numbers, in halves that are longer than they must be.
    const [zero, half] = [Buffer.alloc(1), signatureLength / 2];
    const wider = Buffer.concat([zero, signature.subarray(0, half), zero, signature.subarray(half)]);
    expect(isSignatureValid(name, publicKey, input, wider)).toBe(false);
  });
});

it.each([
  ["0102", "3006020101020102"],
  ["00000000", "3006020100020100"],
  ["007f0080", "300702017f02020080"],
  ["ff000001", "3008020300ff00020101"],
  [`01${"00".repeat(60)}`.repeat(2), `307e${`023d01${"00".repeat(60)}`.repeat(2)}`],
  [`01${"00".repeat(61)}`.repeat(2), `308180${`023e01${"00".repeat(61)}`.repeat(2)}`],
])("the halves %s are the DER %s", (signature, expected) => {
  expect(Buffer.from(toDer(Buffer.from(signature, "hex"))).toString("hex")).toBe(expected);
});

describe.each(PSS)("$name", ({ name, pkcs1, hash, digestLength }) => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signWith = (saltLength: number, digest: string = hash, key: KeyObject = privateKey) =>
    sign(digest, input, { key, padding, saltLength });
  const isValid = (signature: Uint8Array, algorithm: AlgorithmName = name) => isSignatureValid(algorithm, publicKey, input, signature);

  it("accepts a salt as long as the digest, and no other", () => {
    expect(isValid(signWith(digestLength))).toBe(true);
    for (const saltLength of [0, 1, 20, digestLength - 1, digestLength + 1, 100])
      expect(isValid(signWith(saltLength)), `${saltLength}`).toBe(false);
  });

  it("accepts its own digest only, and no other scheme of the same key", () => {
    for (const other of PSS) expect(isValid(signWith(other.digestLength, other.hash))).toBe(other.name === name);
    const signature = sign(hash, input, privateKey);
    expect([isValid(signature), isValid(signature, pkcs1)]).toEqual([false, true]);
    expect(isValid(signWith(digestLength), pkcs1)).toBe(false);
  });

  it("agrees with node:crypto on signatures that were altered", () => {
    const signature = signWith(digestLength);
    const key = { key: publicKey, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    const altered = fc.tuple(fc.nat(signature.length - 1), fc.nat(255)).map(([at, mask]) => {
      const bytes = Buffer.from(signature);
      bytes[at] = (bytes[at] ?? 0) ^ mask;
      return bytes;
    });
    fc.assert(
      fc.property(altered, (bytes) => isValid(bytes) === verify(hash, input, key, bytes)),
      { numRuns: 100 },
    );
    for (const length of [0, 1, 255, 257]) expect(isValid(Buffer.alloc(length, 1))).toBe(false);
  });
});

it.each(PSS)("$name and $pkcs1 signatures have the length of the key, whatever they begin with", ({ name, pkcs1, hash }) => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const signers = [
    [name, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }],
    [pkcs1, privateKey],
  ] as const;
  for (const [algorithm, signer] of signers) {
    // One signature in 256 begins with a zero.
    for (let number = 0; ; number++) {
      const text = Buffer.from(`token ${number}`);
      const signature = sign(hash, text, signer);
      if (signature[0] !== 0) continue;
      const isValid = (bytes: Uint8Array) => isSignatureValid(algorithm, publicKey, text, bytes);
      expect([signature, signature.subarray(1), Buffer.concat([Buffer.alloc(1), signature])].map(isValid)).toEqual([true, false, false]);
      break;
    }
  }
});

it("an RSA key is turned into one for RSASSA-PSS once for each digest", () => {
  const [one, two] = [
    generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey,
    generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey,
  ];
  const [first, other] = [pssKey(one, "sha256"), pssKey(one, "sha512")];
  expect(pssKey(one, "sha256")).toBe(first);
  expect(pssKey(one, "sha512")).toBe(other);
  expect(pssKey(two, "sha256")).not.toBe(first);
  expect([first, other].map(({ key }) => key.asymmetricKeyDetails)).toMatchObject([
    { hashAlgorithm: "sha256", mgf1HashAlgorithm: "sha256", saltLength: 32 },
    { hashAlgorithm: "sha512", mgf1HashAlgorithm: "sha512", saltLength: 64 },
  ]);
});

it("an algorithm has its exact name, as text", () => {
  for (const name of Object.keys(ALGORITHMS)) expect(isAlgorithmName(name)).toBe(true);
  for (const name of ["", "none", "HS256", "rs256", "RS256 ", "toString", "__proto__", 256, null, undefined, {}, ["RS256"]])
    expect(isAlgorithmName(name), String(name)).toBe(false);
});
