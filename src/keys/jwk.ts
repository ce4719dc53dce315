import type { KeyObject } from "node:crypto";
import { createPublicKey } from "../node-crypto.ts";
import { ALGORITHMS, type AlgorithmName, isAlgorithmName } from "../token/algorithms.ts";
import { isJsonObject, type JsonObject, member } from "../json.ts";
import type { VerificationKey } from "./keys.ts";
import { isModulusWeak, isPointWeak } from "./weak-keys.ts";

const MAX_KID_LENGTH = 256;
export const MIN_MODULUS_BITS = 2048;
const MAX_MODULUS_BITS = 8192;
const MAX_EXPONENT = 2n ** 32n;

/** Members that only private and symmetric keys have (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1). */
export const SECRET_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/** Text wherever a key has it (RFC 7518 section 6, and `pub` of newer types): other readers make text of what is none, or fail. */
const TEXT_MEMBERS = ["crv", "x", "y", "n", "e", "pub"];

/** Octets in one coordinate (RFC 7518 section 6.2.1.2: always the full length; RFC 8037 section 2). */
const COORDINATE_LENGTHS: Readonly<Record<string, number>> = { "P-256": 32, "P-384": 48, "P-521": 66, Ed25519: 32 };

type KeyType = "RSA" | "EC" | "OKP";

/** How the public part of each key type is read; null where it is malformed or weak. */
const PUBLIC_PARTS: Readonly<Record<KeyType, (jwk: JsonObject) => Record<string, string> | null>> = {
  RSA: readRsa,
  EC: (jwk) => readCoordinates(jwk, ["x", "y"]),
  OKP: readOkp,
};

/** The key id of a JWK, or null where there is none that can be used: empty, longer than 256 characters, no string. */
export function readKeyId(jwk: JsonObject): string | null {
  const kid = member(jwk, "kid");
  return typeof kid === "string" && kid !== "" && kid.length <= MAX_KID_LENGTH ? kid : null;
}

/**
 * Vets one JWK (RFC 7517 section 4). Answers null for every key that must not verify a signature: private, symmetric,
 * for encryption, too small or too large, weak, off its curve, or with an `alg` that does not fit it.
 */
export function readKey(jwk: unknown): VerificationKey | null {
  if (!isJsonObject(jwk) || SECRET_MEMBERS.some((name) => member(jwk, name) !== undefined)) return null;
  const kid = readKeyId(jwk);
  const algorithms = readAlgorithms(jwk);
  const issuer = member(jwk, "issuer") ?? null;
  if (kid === null || algorithms.length === 0 || !isForVerification(jwk) || !isWellFormed(jwk)) return null;
  if (issuer !== null && typeof issuer !== "string") return null;
  const key = importKey(jwk);
  return key && { kid, algorithms, key, issuer };
}

function isForVerification(jwk: JsonObject): boolean {
  const use = member(jwk, "use");
  const operations = member(jwk, "key_ops");
  if (use !== undefined && use !== "sig") return false;
  // A public key can do nothing else, and the list must not repeat itself (RFC 7517 section 4.3).
  return operations === undefined || (Array.isArray(operations) && operations.length === 1 && operations[0] === "verify");
}

/** Whether what no signature depends on is what it has to be; null stands for nothing, as some publishers write it. */
function isWellFormed(jwk: JsonObject): boolean {
  const isExtractable = member(jwk, "ext");
  if (isExtractable !== undefined && typeof isExtractable !== "boolean") return false;
  return TEXT_MEMBERS.every((name) => member(jwk, name) === null || typeof member(jwk, name) !== "object");
}

/** The algorithms that fit the key's type and curve, and its own `alg` where it has one. */
function readAlgorithms(jwk: JsonObject): readonly AlgorithmName[] {
  const [kty, crv, alg] = [member(jwk, "kty"), member(jwk, "crv"), member(jwk, "alg")];
  const names = Object.keys(ALGORITHMS).filter(isAlgorithmName);
  return names.filter((name) => {
    const algorithm = ALGORITHMS[name];
    return algorithm.kty === kty && (algorithm.crv === null || algorithm.crv === crv) && (alg === undefined || alg === name);
  });
}

function importKey(jwk: JsonObject): KeyObject | null {
  const kty = member(jwk, "kty") as KeyType;
  const parts = PUBLIC_PARTS[kty](jwk);
  if (parts === null) return null;
  try {
    return createPublicKey({ key: { kty, ...parts }, format: "jwk" });
  } catch {
    return null;
  }
}

function readRsa(jwk: JsonObject): Record<string, string> | null {
  const n = readOctets(jwk, "n");
  const e = readOctets(jwk, "e");
  if (n === null || e === null || n.length > MAX_MODULUS_BITS / 8 + 1) return null;
  const [modulus, exponent] = [toInteger(n), toInteger(e)];
  const bits = modulus.toString(2).length;
  if (bits < MIN_MODULUS_BITS || bits > MAX_MODULUS_BITS || isModulusWeak(modulus)) return null;
  if (exponent < 3n || exponent >= MAX_EXPONENT || exponent % 2n === 0n) return null;
  return { n: n.toString("base64url"), e: e.toString("base64url") };
}

function readOkp(jwk: JsonObject): Record<string, string> | null {
  const parts = readCoordinates(jwk, ["x"]);
  return parts?.x === undefined || isPointWeak(Buffer.from(parts.x, "base64url")) ? null : parts;
}

function readCoordinates(jwk: JsonObject, names: readonly string[]): Record<string, string> | null {
  const crv = member(jwk, "crv") as string;
  const parts: Record<string, string> = { crv };
  for (const name of names) {
    const octets = readOctets(jwk, name);
    if (octets === null || octets.length !== COORDINATE_LENGTHS[crv]) return null;
    parts[name] = octets.toString("base64url");
  }
  return parts;
}

/** Strict base64url without padding: what does not encode back to itself has a second reading. */
function readOctets(jwk: JsonObject, name: string): Buffer | null {
  const text = member(jwk, name);
  if (typeof text !== "string" || text === "") return null;
  const octets = Buffer.from(text, "base64url");
  return octets.toString("base64url") === text ? octets : null;
}

function toInteger(octets: Buffer): bigint {
  return BigInt(`0x${octets.toString("hex")}`);
}
