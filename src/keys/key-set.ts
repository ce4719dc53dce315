import { SallyportError } from "../errors.ts";
import { isJsonObject } from "../json.ts";
import { readKey, readKeyId } from "./jwk.ts";
import type { AlgorithmName } from "../token/algorithms.ts";
import type { VerificationKey } from "./keys.ts";

const MAX_KEYS = 100;

/** A JWK Set as plain data, nothing vetted. */
export interface JwkSet {
  readonly keys: readonly unknown[];
}

/** A vetted key set: key id -> its keys that may be used, one of each type at most. An empty list: published, but not usable. */
export type KeySet = ReadonlyMap<string, readonly VerificationKey[]>;

/**
 * Reads a JWK Set (RFC 7517 section 5): an array `keys` of at most 100 objects. Keys that cannot be used are skipped; of two
 * different usable keys of one type under one id, neither is used.
 *
 * @throws SallyportError `keys_unavailable` where the document is not a key set
 */
export function readKeySet(document: unknown): KeySet {
  const keys: unknown = isJsonObject(document) && Object.hasOwn(document, "keys") ? document.keys : undefined;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS || !keys.every(isJsonObject)) throw new SallyportError("keys_unavailable");
  const published = new Map<string, VerificationKey[]>();
  for (const jwk of keys) {
    const kid = readKeyId(jwk);
    if (kid === null) continue;
    const key = readKey(jwk);
    published.set(kid, [...(published.get(kid) ?? []), ...(key === null ? [] : [key])]);
  }
  return new Map([...published].map(([kid, candidates]) => [kid, unambiguous(candidates)]));
}

/** Of the keys under one id, the one that may verify this algorithm; null where there is none. */
export function keyFor(keys: readonly VerificationKey[] | undefined, algorithm: AlgorithmName): VerificationKey | null {
  return keys?.find((key) => key.algorithms.includes(algorithm)) ?? null;
}

/** Whether a set holds any key that may be used. A fetched document without one counts as a failed fetch. */
export function hasUsableKey(set: KeySet): boolean {
  return [...set.values()].some((keys) => keys.length > 0);
}

/** Keys of different types may share an id (RFC 7517 section 4.5): no algorithm is for two types, so a token never fits two. */
function unambiguous(keys: readonly VerificationKey[]): readonly VerificationKey[] {
  return [...Map.groupBy(keys, ({ key }) => key.asymmetricKeyType).values()].flatMap(combine);
}

/** One key, perhaps published once for each algorithm; none for different keys. */
function combine(keys: readonly VerificationKey[]): readonly VerificationKey[] {
  const [one] = keys;
  if (one === undefined || !keys.every(({ key, issuer }) => key.equals(one.key) && issuer === one.issuer)) return [];
  return [{ ...one, algorithms: [...new Set(keys.flatMap(({ algorithms }) => algorithms))] }];
}
