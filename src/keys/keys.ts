import type { KeyObject } from "node:crypto";
import type { AlgorithmName } from "../token/algorithms.ts";
import type { Fetch } from "./download.ts";
import type { KeyEvents } from "./key-events.ts";

/**
 * Where an issuer publishes its keys. Settled by configuration: no part of it ever comes from a token.
 * `merge` is for publishers whose answers show different parts of one set by turns (Microsoft): a key then lives until it
 * was last seen `maxStale` ago, not until the first valid document without it.
 */
export type KeyLocation = { readonly kind: "jwks"; readonly url: string; readonly merge?: boolean } | DiscoveredLocation;

/** OpenID Connect Discovery: the document's `issuer` must equal this one exactly. */
export interface DiscoveredLocation {
  readonly kind: "discovery";
  readonly url: string;
  readonly issuer: string;
  readonly merge?: boolean;
  /** Begins to follow the document. A member, so that only gateways that have such an issuer carry the code. */
  readonly open: (location: DiscoveredLocation, options: DownloadOptions) => FollowedDocument;
}

/** Where a discovery document leads to. */
export interface FollowedDocument {
  /** The key set's address. @throws SallyportError `keys_unavailable` */
  find(): Promise<string>;
  /** The keys were not where the document said: it is read again next time, since it may have changed. */
  distrust(): void;
}

/** What is fetched with; times in milliseconds. */
export interface DownloadOptions {
  readonly fetch: Fetch;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** For how long a discovery document is still followed when it cannot be fetched again. */
  readonly maxStale: number;
}

/**
 * Where a publisher has a file for each key: the configured base, and after it a key id, which is a UUID and nothing else. Such
 * a place cannot be listed, so nothing of it is fetched early or pinned.
 */
export interface SingleKeys {
  readonly kind: "single";
  readonly url: string;
  /** Opens the place. A member, so that only gateways that have such a publisher carry the code. */
  readonly open: (base: string, options: SingleKeysOptions) => SingleKeyFinder;
}

/** What single keys are kept with; times in milliseconds. */
export interface SingleKeysOptions {
  readonly fetch: Fetch;
  readonly clock: () => number;
  /** For how long since its last fetch a key is served while its publisher fails; 0: not at all. */
  readonly maxStale: number;
  /** Told what happens to the keys, under this issuer's name. */
  readonly watch?: { readonly issuer: string; readonly events: KeyEvents } | undefined;
}

/** The keys of one place, by id. */
export interface SingleKeyFinder {
  /** The key, if it is held and fresh. */
  peek(kid: string, algorithm: AlgorithmName): VerificationKey | null;
  /** @throws SallyportError `key_unknown`, `keys_unavailable` */
  find(kid: string, algorithm: AlgorithmName): Promise<VerificationKey>;
}

/** Any place that keys come from. */
export type KeySource = KeyLocation | SingleKeys;

/** One public key, vetted when its set was loaded. */
export interface VerificationKey {
  readonly kid: string;
  /** The algorithms this key may verify: by its type and curve, and by the JWK's `alg` where it has one. */
  readonly algorithms: readonly AlgorithmName[];
  readonly key: KeyObject;
  /** The JWK's own `issuer` member, which Microsoft's multi-tenant key sets carry. */
  readonly issuer: string | null;
}

/** What to look for. The issuer's name is part of the address: a key never serves another issuer. */
export interface KeyQuery {
  /** The issuer's name in the configuration. */
  readonly issuer: string;
  readonly location: KeySource;
  readonly kid: string;
  readonly algorithm: AlgorithmName;
}

/** Finds keys: from memory, from a fixed set, or from the network. */
export interface KeyFinder {
  /**
   * The key that `find` would answer now without asking anybody; null where it would have to ask, refresh or refuse. Cheap enough
   * to be asked for every request.
   */
  peek(query: KeyQuery): VerificationKey | null;
  /** @throws SallyportError `key_unknown`, `keys_unavailable` */
  find(query: KeyQuery): Promise<VerificationKey>;
  /**
   * Asked after a signature failed under `failed`: the issuer may have reused the key id for new material. Looks again
   * at most once per cool-down and answers the new key, or null where there is none.
   */
  findReplacement(query: KeyQuery, failed: VerificationKey): Promise<VerificationKey | null>;
}
