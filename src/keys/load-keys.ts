import { SallyportError } from "../errors.ts";
import { member } from "../json.ts";
import { mayPointTo } from "./addresses.ts";
import { download, type Fetch } from "./download.ts";
import { hasUsableKey, type KeySet, readKeySet } from "./key-set.ts";
import type { KeyLocation } from "./keys.ts";

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

/** What a loader needs from outside. */
export interface LoadOptions {
  readonly fetch: Fetch;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Milliseconds for which a discovery document is still followed when it cannot be fetched again. */
  readonly maxStale: number;
}

/** The loader of one location. Remembers where discovery led to; keys themselves are not kept here. */
export function createLoader(location: KeyLocation, options: LoadOptions): LoadKeys {
  const locate = location.kind === "jwks" ? { find: async () => location.url, distrust: () => {} } : createDiscovery(location, options);
  return async () => {
    const fetchedAt = options.clock();
    const url = await locate.find();
    try {
      const { document, freshFor } = await download(options.fetch, url);
      const keys = readKeySet(document);
      if (!hasUsableKey(keys)) throw new SallyportError("keys_unavailable");
      return { keys, jwks: member(document, "keys") as readonly unknown[], fetchedAt, freshFor };
    } catch (error) {
      locate.distrust();
      throw error;
    }
  };
}

/** OpenID Connect Discovery 1.0 section 4.3: the document must be the configured issuer's own. No path is ever guessed. */
function createDiscovery(location: KeyLocation & { kind: "discovery" }, { fetch, clock, maxStale }: LoadOptions) {
  let held: { readonly jwksUri: string; readonly fetchedAt: number; freshFor: number } | null = null;

  async function discover(): Promise<string> {
    const fetchedAt = clock();
    const { document, freshFor } = await download(fetch, location.url);
    const jwksUri = member(document, "jwks_uri");
    if (member(document, "issuer") !== location.issuer) throw new SallyportError("keys_unavailable");
    if (typeof jwksUri !== "string" || !mayPointTo(location.url, jwksUri)) throw new SallyportError("keys_unavailable");
    held = { jwksUri, fetchedAt, freshFor };
    return jwksUri;
  }

  return {
    async find(): Promise<string> {
      const age = held === null ? Number.POSITIVE_INFINITY : clock() - held.fetchedAt;
      if (held !== null && age >= 0 && age < held.freshFor) return held.jwksUri;
      try {
        return await discover();
      } catch (error) {
        if (held === null || age > maxStale) throw error;
        return held.jwksUri;
      }
    },
    /** The keys were not where the document said: read it again next time, it may have changed. */
    distrust(): void {
      if (held !== null) held.freshFor = 0;
    },
  };
}
