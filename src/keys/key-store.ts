import { withDeadline } from "./deadline.ts";
import { hasUsableKey, type JwkSet, readKeySet } from "./key-set.ts";
import type { LoadedKeys } from "./load-keys.ts";

/** Milliseconds a store may take: it is there to save time. */
const STORE_TIMEOUT = 500;
const DAY = 24 * 60 * 60 * 1_000;

/** Which key set is meant: the issuer's name in the configuration and the address its keys are found at. */
export interface StoreAddress {
  readonly issuer: string;
  readonly url: string;
}

/** A key set as last fetched. */
export interface StoredKeys extends JwkSet {
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number;
  /** Milliseconds. */
  readonly freshFor: number;
}

/**
 * Last good key sets shared between sandboxes. Whoever can write to it can let anybody in: only the authorizers may.
 * Its answers are vetted like an issuer's own, and its failures are never the caller's.
 */
export interface KeyStore {
  /** The stored set, or null. */
  read(address: StoreAddress): Promise<StoredKeys | null>;
  /** Stores a set unless a newer one is there. */
  write(address: StoreAddress, keys: StoredKeys): Promise<void>;
}

/** One address of a store, as a cache uses it: neither call ever throws or takes longer than half a second. */
export interface Shelf {
  /** Hands over what is stored, if anything is, be it after the half second: the issuer, asked meanwhile, may fail. */
  recall(now: number, take: (loaded: LoadedKeys) => void): Promise<void>;
  save(loaded: LoadedKeys): Promise<void>;
}

/** @see Shelf */
export function createShelf(store: KeyStore, address: StoreAddress): Shelf {
  return {
    async recall(now, take) {
      await quietly(async () => {
        const stored = await store.read(address);
        if (stored === null || !(stored.fetchedAt <= now)) return;
        const keys = readKeySet({ keys: stored.keys });
        const freshFor = Math.min(stored.freshFor, DAY);
        if (hasUsableKey(keys)) take({ keys, jwks: stored.keys, fetchedAt: stored.fetchedAt, freshFor });
      });
    },
    async save({ jwks, fetchedAt, freshFor }) {
      await quietly(() => store.write(address, { keys: jwks, fetchedAt, freshFor }));
    },
  };
}

async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await withDeadline(work(), STORE_TIMEOUT);
  } catch {
    // The issuer is asked instead.
  }
}
