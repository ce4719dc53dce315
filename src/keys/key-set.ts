import { SallyportError } from "../errors.ts";
import { isJsonObject } from "../json.ts";
import { readKey, readKeyId } from "./jwk.ts";
import type { VerificationKey } from "./keys.ts";

const MAX_KEYS = 100;

/** A JWK Set as plain data, nothing vetted. */
export interface JwkSet {
  readonly keys: readonly unknown[];
}

/** A vetted key set by key id. Null: the id is published, but with no key, or no single key, that may be used. */
export type KeySet = ReadonlyMap<string, VerificationKey | null>;

/**
 * Reads a JWK Set (RFC 7517 section 5): an array `keys` of at most 100 objects. Keys that cannot be used are skipped; two
 * different usable keys under one id make that id unusable.
 *
 * @throws SallyportError `keys_unavailable` where the document is not a key set
 */
export function readKeySet(document: unknown): KeySet {
  const keys: unknown = isJsonObject(document) && Object.hasOwn(document, "keys") ? document.keys : undefined;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS || !keys.every(isJsonObject)) throw new SallyportError("keys_unavailable");
  const set = new Map<string, VerificationKey | null>();
  const ambiguous = new Set<string>();
  for (const jwk of keys) {
    const kid = readKeyId(jwk);
    if (kid === null) continue;
    const key = readKey(jwk);
    const known = set.get(kid) ?? null;
    const merged = key && known ? combine(known, key) : (key ?? known);
    if (merged === null && key !== null) ambiguous.add(kid);
    set.set(kid, ambiguous.has(kid) ? null : merged);
  }
  return set;
}

/** Whether a set holds any key that may be used. A fetched document without one counts as a failed fetch. */
export function hasUsableKey(set: KeySet): boolean {
  return [...set.values()].some((key) => key !== null);
}

/** One key published twice, perhaps once for each algorithm; null for two different keys. */
function combine(one: VerificationKey, other: VerificationKey): VerificationKey | null {
  if (!one.key.equals(other.key) || one.issuer !== other.issuer) return null;
  return { ...one, algorithms: [...new Set([...one.algorithms, ...other.algorithms])] };
}
