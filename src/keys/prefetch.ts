import type { Gateway } from "../gateway.ts";
import type { Keys } from "./create-keys.ts";

/** The most key sets fetched before anybody asks: as many connections at once as a starting function should make. */
const MOST = 8;

/**
 * Begins to fetch the keys of a gateway's first issuers, all at once, where none are held. Returns at once: a token that comes
 * meanwhile waits for the fetch that is under way. Failures show when a token needs the keys.
 */
export function prefetchKeys({ issuers }: Pick<Gateway, "issuers">, keys: Keys): void {
  const wanted = issuers.flatMap(({ name, keyLocations }) => keyLocations.map((location) => ({ name, location })));
  for (const { name, location } of wanted.slice(0, MOST)) keys.prepare(name, location).catch(() => {});
}
