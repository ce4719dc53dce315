import { SallyportError } from "../errors.ts";
import { member } from "../json.ts";
import { download } from "./download.ts";
import { hasUsableKey, type KeySet, readKeySet } from "./key-set.ts";
import type { DownloadOptions, KeyLocation } from "./keys.ts";

/** A fetched key set. */
export interface LoadedKeys {
  readonly keys: KeySet;
  /** The set as it was published. */
  readonly jwks: readonly unknown[];
  /** When the fetch began: milliseconds since the epoch. */
  readonly fetchedAt: number;
  /** Milliseconds for which the set is used without asking again. */
  readonly freshFor: number;
}

/**
 * Fetches and vets the key set of a location.
 * @throws SallyportError `keys_unavailable`
 */
export type LoadKeys = () => Promise<LoadedKeys>;

/** The loader of one location. Remembers where discovery led to; keys themselves are not kept here. */
export function createLoader(location: KeyLocation, options: DownloadOptions): LoadKeys {
  const followed = location.kind === "jwks" ? null : location.open(location, options);
  return async () => {
    const fetchedAt = options.clock();
    const url = followed === null ? location.url : await followed.find();
    try {
      const { document, freshFor } = await download(options.fetch, url);
      const keys = readKeySet(document);
      if (!hasUsableKey(keys)) throw new SallyportError("keys_unavailable");
      return { keys, jwks: member(document, "keys") as readonly unknown[], fetchedAt, freshFor };
    } catch (error) {
      followed?.distrust();
      throw error;
    }
  };
}
