import type { KeyObject } from "node:crypto";
import type { AlgorithmName } from "../token/algorithms.ts";

/**
 * Where an issuer publishes its keys. Settled by configuration: no part of it ever comes from a token.
 * `merge` is for publishers whose answers show different parts of one set by turns (Microsoft): a key then lives until it
 * was last seen `maxStale` ago, not until the first valid document without it.
 */
export type KeyLocation =
  | { readonly kind: "jwks"; readonly url: string; readonly merge?: boolean }
  /** OpenID Connect Discovery: the document's `issuer` must equal this one exactly. */
  | { readonly kind: "discovery"; readonly url: string; readonly issuer: string; readonly merge?: boolean };

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
  readonly location: KeyLocation;
  readonly kid: string;
  readonly algorithm: AlgorithmName;
}

/** Finds keys: from memory, from a fixed set, or from the network. */
export interface KeyFinder {
  /** @throws SallyportError `key_unknown`, `keys_unavailable` */
  find(query: KeyQuery): Promise<VerificationKey>;
  /**
   * Asked after a signature failed under `failed`: the issuer may have reused the key id for new material. Looks again
   * at most once per cool-down and answers the new key, or null where there is none.
   */
  findReplacement(query: KeyQuery, failed: VerificationKey): Promise<VerificationKey | null>;
}
