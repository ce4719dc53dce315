import type { KeyObject } from "node:crypto";
import { verify } from "../node-crypto.ts";
import { toDer } from "./ecdsa-signature.ts";
import { type PssKey, pssKey } from "./pss-key.ts";

/** What the table knows of a JWS algorithm (RFC 7518 section 3, RFC 8037 section 3.1, RFC 9864 section 2.2). */
interface Algorithm {
  /** The JWK key type. */
  readonly kty: "RSA" | "EC" | "OKP";
  /** The curve (`crv`), for EC and OKP. */
  readonly crv: string | null;
  /** The digest given to node:crypto; null where the algorithm brings its own. */
  readonly hash: string | null;
  /** Exact signature length in bytes; null for RSA, where it is the modulus length. */
  readonly signatureLength: number | null;
  /** RSASSA-PSS with a salt as long as the digest. */
  readonly pss: boolean;
}

const rsa = (hash: string, pss = false): Algorithm => ({ kty: "RSA", crv: null, hash, signatureLength: null, pss });
/** Only the one curve, under either name: what a token says, its key's `alg` and the configuration say must be the same one. */
const edwards: Algorithm = { kty: "OKP", crv: "Ed25519", hash: null, signatureLength: 64, pss: false };
const ec = (crv: string, hash: string, signatureLength: number): Algorithm => ({ kty: "EC", crv, hash, signatureLength, pss: false });

/** The algorithms a gateway may be configured with. `none` and the HMAC family cannot be written down here. */
export const ALGORITHMS = {
  RS256: rsa("sha256"),
  RS384: rsa("sha384"),
  RS512: rsa("sha512"),
  PS256: rsa("sha256", true),
  PS384: rsa("sha384", true),
  PS512: rsa("sha512", true),
  ES256: ec("P-256", "sha256", 64),
  ES384: ec("P-384", "sha384", 96),
  ES512: ec("P-521", "sha512", 132),
  EdDSA: edwards,
  Ed25519: edwards,
} as const satisfies Record<string, Algorithm>;

/** The name of a supported algorithm. */
export type AlgorithmName = keyof typeof ALGORITHMS;

/** Whether this is exactly, case included, the name of a supported algorithm. */
export function isAlgorithmName(name: unknown): name is AlgorithmName {
  return typeof name === "string" && Object.hasOwn(ALGORITHMS, name);
}

/**
 * Whether the signature over the input is valid under the key. Synchronous: for one signature, WebCrypto's thread pool
 * costs several times what the check itself does. The key is always given alone: with options beside it, Node takes 15 µs longer.
 */
export function isSignatureValid(name: AlgorithmName, key: KeyObject, input: Uint8Array, signature: Uint8Array): boolean {
  const { signatureLength, kty, hash, pss }: Algorithm = ALGORITHMS[name];
  if (signatureLength !== null && signature.length !== signatureLength) return false;
  if (kty === "EC") return verify(hash, input, key, toDer(signature));
  return pss && hash !== null ? isPssSignatureValid(hash, pssKey(key, hash), input, signature) : verify(hash, input, key, signature);
}

/** OpenSSL lets the zeros be left out with which a signature may begin, of RSASSA-PSS only (RFC 8017 section 8.1.2, step 1). */
function isPssSignatureValid(hash: string, { key, signatureLength }: PssKey, input: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === signatureLength && verify(hash, input, key, signature);
}
