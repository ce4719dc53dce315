import type { ReasonCode } from "../errors.ts";
import type { VerifierOptions } from "../gateway/authorizer.ts";
import type { KeyQuery } from "../keys/keys.ts";
import { type KeySet, readKeySet } from "../keys/key-set.ts";
import { createLoader } from "../keys/load-keys.ts";
import { httpsFetch } from "../keys/transport.ts";

/** Asked only where a key was not found: what is published in its place. Key id to whether its key is usable; null: not known. */
export async function findPublished(
  query: KeyQuery | null,
  code: ReasonCode | null,
  options: VerifierOptions,
): Promise<ReadonlyMap<string, boolean> | null> {
  if (query === null || code !== "key_unknown" || query.location.kind === "single") return null;
  try {
    const keys = options.jwks === undefined ? await fetchKeys(query, options) : readKeySet(options.jwks[query.issuer]);
    return new Map([...keys].map(([kid, usable]) => [kid, usable.length > 0]));
  } catch {
    return null;
  }
}

async function fetchKeys({ location }: KeyQuery, { fetch = httpsFetch, clock = Date.now }: VerifierOptions): Promise<KeySet> {
  if (location.kind === "single") return new Map();
  return (await createLoader(location, { fetch, clock, maxStale: 0 })()).keys;
}
