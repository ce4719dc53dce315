import { SallyportError } from "../errors.ts";
import type { Fetch } from "./download.ts";
import type { KeyEvents } from "./key-events.ts";
import { KeyCache } from "./key-cache.ts";
import { hasUsableKey, type JwkSet, keyFor, type KeySet, readKeySet } from "./key-set.ts";
import { createShelf, type KeyStore } from "./key-store.ts";
import type { KeyFinder, KeyLocation, KeySource, SingleKeyFinder, SingleKeys } from "./keys.ts";
import { createLoader, type LoadedKeys } from "./load-keys.ts";
import { httpsFetch } from "./transport.ts";

const DAY = 24 * 60 * 60 * 1_000;
/** Milliseconds for which a sandbox serves a snapshot before it asks the issuer for the first time. */
const SNAPSHOT_FRESH = 60_000;

/** Key sets saved earlier: issuer name -> location URL -> set and its age. */
export type KeySnapshot = Readonly<Record<string, Readonly<Record<string, PinnedKeys>>>>;

/** One saved key set. */
export interface PinnedKeys extends JwkSet {
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number;
}

/** Where keys come from. */
export interface KeysOptions {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Default: a small client over `node:https`. */
  readonly fetch?: Fetch | undefined;
  /** Issuer name -> fixed key set. When given, no network is used at all: an issuer that is not listed has no keys. */
  readonly jwks?: Readonly<Record<string, JwkSet>> | undefined;
  /** From 0 to 1; spreads retries. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /**
   * How long, in milliseconds since they were last fetched, keys are served while their issuer fails: the longest time for
   * which a withdrawn key can still be accepted during an outage. Default 24 hours; 0 serves nothing stale.
   */
  readonly maxStale?: number | undefined;
  /** Keys that serve a cold start without the network, unless they are older than `maxStale`. */
  readonly snapshot?: KeySnapshot | undefined;
  /** Shares last good keys between cold sandboxes; asked only where neither memory nor the snapshot holds any. */
  readonly store?: KeyStore | undefined;
  /** Told what happens to the key sets. */
  readonly events?: KeyEvents | undefined;
}

/** A gateway's key finder. */
export interface Keys extends KeyFinder {
  /** Whether any keys of a location are held, in memory or from the snapshot, however old. Asks nobody. */
  holds(issuer: string, location: KeyLocation): boolean;
  /**
   * Begins to fetch a location's keys before a token asks for them, such as in the init phase. Never throws; does nothing
   * where keys are held already.
   */
  prepare(issuer: string, location: KeyLocation): Promise<void>;
}

/** The key finder of a gateway: one cache for each issuer and location, shared by nothing else. */
export function createKeys(options: KeysOptions): Keys {
  return options.jwks === undefined ? createFetchedKeys(options) : createFixedKeys(options.jwks);
}

function createFetchedKeys(options: KeysOptions): Keys {
  const { clock, fetch = httpsFetch, random = Math.random, maxStale = DAY, snapshot, store, events } = options;
  const caches = new Map<string, KeyCache>();
  // The same by the locations of the configuration, so that no address has to be put together for every request.
  const nearby = new WeakMap<KeyLocation, { readonly issuer: string; readonly cache: KeyCache }>();
  const singles = new Map<string, SingleKeyFinder>();

  function cacheOf(issuer: string, location: KeyLocation): KeyCache {
    const near = nearby.get(location);
    if (near?.issuer === issuer) return near.cache;
    const cache = cacheAt(issuer, location);
    nearby.set(location, { issuer, cache });
    return cache;
  }

  function cacheAt(issuer: string, location: KeyLocation): KeyCache {
    // A line feed stands in no URL and in no issuer's name, so two addresses never make one.
    const address = `${issuer}\n${location.url}\n${location.kind === "discovery" ? location.issuer : ""}`;
    const known = caches.get(address);
    if (known !== undefined) return known;
    const load = createLoader(location, { fetch, clock, maxStale });
    const seed = findSeed(snapshot, issuer, location.url, clock(), maxStale);
    const shelf = store && createShelf(store, { issuer, url: location.url });
    const cache = new KeyCache({
      load,
      clock,
      random,
      maxStale,
      merge: location.merge === true,
      seed,
      shelf,
      watch: events && { issuer, events },
    });
    caches.set(address, cache);
    return cache;
  }

  function singlesOf(issuer: string, { url, open }: SingleKeys): SingleKeyFinder {
    const address = `${issuer}\n${url}`;
    const finder = singles.get(address) ?? open(url, { fetch, clock, maxStale, watch: events && { issuer, events } });
    singles.set(address, finder);
    return finder;
  }

  const keysAt = (issuer: string, source: KeySource) => (source.kind === "single" ? singlesOf(issuer, source) : cacheOf(issuer, source));

  return {
    peek: ({ issuer, location, kid, algorithm }) => keysAt(issuer, location).peek(kid, algorithm),
    find: async ({ issuer, location, kid, algorithm }) => keysAt(issuer, location).find(kid, algorithm),
    findReplacement: async ({ issuer, location, kid, algorithm }, failed) =>
      // A file for one key is that key: an id is not used again.
      location.kind === "single" ? null : cacheOf(issuer, location).findReplacement(kid, algorithm, failed),
    holds: (issuer, location) => cacheOf(issuer, location).holds(),
    prepare: async (issuer, location) => cacheOf(issuer, location).prepare(),
  };
}

/** The set pinned for an address, if there is one that can be used: an entry that cannot is none, and the issuer is asked instead. */
function findSeed(snapshot: KeySnapshot | undefined, issuer: string, url: string, now: number, maxStale: number): LoadedKeys | undefined {
  try {
    const pins = ownEntry(snapshot, issuer);
    const pinned = ownEntry(pins, url);
    return pinned === undefined ? undefined : readSeed(pinned, now, maxStale);
  } catch {
    return undefined;
  }
}

const ownEntry = <T>(entries: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  entries !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined;

/** A pinned set as if fetched at its own time: fresh for a minute of this sandbox, then as stale as it really is. */
function readSeed(pinned: PinnedKeys, now: number, maxStale: number): LoadedKeys | undefined {
  const { fetchedAt } = pinned;
  if (!(fetchedAt <= now && now - fetchedAt < maxStale)) return undefined;
  const keys = readKeySet(pinned);
  return hasUsableKey(keys) ? { keys, jwks: pinned.keys, fetchedAt, freshFor: now - fetchedAt + SNAPSHOT_FRESH } : undefined;
}

function createFixedKeys(jwks: Readonly<Record<string, JwkSet>>): Keys {
  const sets = new Map<string, KeySet>();

  function setOf(issuer: string): KeySet {
    const known = sets.get(issuer);
    if (known !== undefined) return known;
    if (!Object.hasOwn(jwks, issuer)) throw new SallyportError("keys_unavailable");
    const set = readKeySet(jwks[issuer]);
    sets.set(issuer, set);
    return set;
  }

  return {
    peek: ({ issuer, kid, algorithm }) => keyFor(sets.get(issuer)?.get(kid), algorithm),
    async find({ issuer, kid, algorithm }) {
      const key = keyFor(setOf(issuer).get(kid), algorithm);
      if (key === null) throw new SallyportError("key_unknown");
      return key;
    },
    findReplacement: async () => null,
    // There is nothing to fetch, whether the issuer is listed or not.
    holds: () => true,
    prepare: async () => {},
  };
}
