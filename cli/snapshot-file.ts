import { readFile } from "node:fs/promises";
import type { KeySnapshot, PinnedKeys } from "../src/keys/create-keys.ts";
import { readKey } from "../src/keys/jwk.ts";
import { hasUsableKey, keyFor, readKeySet } from "../src/keys/key-set.ts";
import { isJsonObject, type JsonObject, member, parseStrictJson } from "../src/json.ts";

/** The snapshot's name, at the project's root. */
export const SNAPSHOT_FILE = "keys.snapshot.json";

/** The members that a snapshot keeps of a key: what verifying needs, all of it public. */
const KEPT = ["kid", "kty", "crv", "n", "e", "x", "y", "alg", "use", "issuer"];

/** A published set as a snapshot keeps it: usable keys only, their public members only, by key id, each once. */
export function toPinned(jwks: readonly unknown[], fetchedAt: number): PinnedKeys {
  const set = readKeySet({ keys: jwks });
  const usable = jwks.filter(isJsonObject).filter((jwk) => {
    const key = readKey(jwk);
    // Ambiguous keys are usable by themselves.
    return key?.algorithms.some((algorithm) => keyFor(set.get(key.kid), algorithm) !== null) === true;
  });
  const texts = new Set(usable.map((jwk) => JSON.stringify(keepPublic(jwk))));
  return { fetchedAt, keys: [...texts].toSorted().map((text): unknown => JSON.parse(text)) };
}

function keepPublic(jwk: JsonObject): Record<string, unknown> {
  return Object.fromEntries(KEPT.map((name) => [name, member(jwk, name)] as const).filter(([, value]) => value !== undefined));
}

/** The file's text: the same for the same keys, whatever order they were fetched in. */
export function renderSnapshot(snapshot: KeySnapshot): string {
  const sorted = sortMembers(snapshot, (pins) => sortMembers(pins, (pinned) => pinned));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

function sortMembers<T, U>(object: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  const names = Object.keys(object).toSorted();
  return Object.fromEntries(names.map((name) => [name, map(object[name] as T)]));
}

/**
 * Reads and vets a snapshot; null where there is no such file.
 * @throws Error where the file is not a snapshot, or a set in it has no usable key
 */
export async function readSnapshot(path: string): Promise<KeySnapshot | null> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (bytes === null) return null;
  try {
    return vetSnapshot(parseStrictJson(bytes));
  } catch {
    throw new Error(`${path} is not a key snapshot. Write it again with sallyport keys pin.`);
  }
}

function vetSnapshot(document: JsonObject): KeySnapshot {
  const sets = Object.values(document).flatMap((pins) => Object.values(isJsonObject(pins) ? pins : { broken: null }));
  for (const pinned of sets) {
    const fetchedAt = isJsonObject(pinned) ? member(pinned, "fetchedAt") : null;
    if (!Number.isSafeInteger(fetchedAt) || !hasUsableKey(readKeySet(pinned))) throw new TypeError("not a pinned key set");
  }
  return document as unknown as KeySnapshot;
}
