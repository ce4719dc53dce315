import type { Gateway } from "../gateway.ts";
import type { Keys } from "./create-keys.ts";

/** The most key sets fetched before anybody asks: as many connections at once as a starting function should make. */
const MOST = 8;

/**
 * Begins to fetch the keys of a gateway's issuers, all at once: the first eight sets of which none are held. Returns at once: a token
 * that comes meanwhile waits for the fetch that is under way. Failures show when a token needs the keys.
 */
export function prefetchKeys({ issuers }: Pick<Gateway, "issuers">, keys: Keys): void {
  let begun = 0;
  for (const { name, keyLocations } of issuers) {
    for (const location of keyLocations) {
      if (begun === MOST) return;
      if (keys.holds(name, location)) continue;
      begun++;
      keys.prepare(name, location).catch(() => {});
    }
  }
}
