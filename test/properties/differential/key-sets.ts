import fc from "fast-check";
import { ALGORITHMS, ISSUER, type KeySet, KEYS, NOW } from "./subject.ts";
import { STRANGERS } from "./test-keys.ts";
import { members, oneOf } from "./values.ts";

/** What a reader that makes text of everything stumbles over. */
const TEXTLESS = { toString: null, valueOf: null };
const part = (...values: readonly unknown[]) => oneOf(...values, TEXTLESS, [TEXTLESS]);
const keyMembers = members({
  kid: oneOf("key-ES256", "key-EdDSA", "other"),
  kty: oneOf("EC", "OKP", "RSA", "oct"),
  crv: oneOf("P-256", "P-384", "Ed25519", "X25519", "secp256k1"),
  alg: oneOf("ES256", "EdDSA", "RS256", "ES384", "HS256"),
  use: oneOf("sig", "enc"),
  key_ops: oneOf(["verify"], ["sign"], ["sign", "verify"], "verify"),
  d: oneOf("AAAA"),
  k: oneOf("AAAA"),
  x: part(),
  y: part(),
  n: part("AQAB"),
  e: part("AQ", "AQAB", "Aw", "AQAC"),
  p: part("AQAB"),
  oth: oneOf([{ r: "AQAB" }]),
  pub: part("AQAB"),
  priv: part("AQAB"),
  ext: oneOf(true, false, "true", 1),
  issuer: oneOf(ISSUER),
  x5c: part(["AAAA"], "AAAA"),
  x5t: part("AAAA"),
  "x5t#S256": part("AAAA"),
  x5u: part("https://attacker.example/chain"),
  iat: oneOf(NOW, String(NOW)),
  nbf: oneOf(NOW + 86_400, String(NOW)),
  exp: oneOf(NOW - 86_400, String(NOW)),
  revoked: oneOf({ revoked_at: NOW - 60, reason: "compromised" }),
});
/** The issuer's set with one key changed, and perhaps another one added: the same again, or a stranger's under its id. */
export const KEY_SETS: fc.Arbitrary<KeySet> = fc
  .tuple(fc.nat(ALGORITHMS.length - 1), keyMembers, fc.nat(5), fc.boolean())
  .map(([changed, changes, extra, isFirst]) => {
    const own = KEYS.keys.map((jwk, position) => (position === changed ? { ...(jwk as object), ...changes } : jwk));
    const kid = `key-${ALGORITHMS[changed]}`;
    const more = [KEYS.keys[changed], ...STRANGERS.map((key) => ({ ...key, kid, use: "sig" }))][extra];
    const added = more === undefined ? [] : [more];
    return { keys: isFirst ? [...added, ...own] : [...own, ...added] };
  });
