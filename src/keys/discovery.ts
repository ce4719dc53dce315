import { SallyportError } from "../errors.ts";
import { member } from "../json.ts";
import { mayPointTo } from "./addresses.ts";
import { download } from "./download.ts";
import type { DiscoveredLocation, DownloadOptions, FollowedDocument } from "./keys.ts";

/** The key set that an issuer's own document at this address names. */
export const discovered = (url: string, issuer: string): DiscoveredLocation => ({ kind: "discovery", url, issuer, open: followDocument });

/** OpenID Connect Discovery 1.0 section 4.3: the document must be the configured issuer's own. No path is ever guessed. */
function followDocument(location: DiscoveredLocation, { fetch, clock, maxStale }: DownloadOptions): FollowedDocument {
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
    async find() {
      const age = held === null ? Number.POSITIVE_INFINITY : clock() - held.fetchedAt;
      if (held !== null && age >= 0 && age < held.freshFor) return held.jwksUri;
      try {
        return await discover();
      } catch (error) {
        if (held === null || age > maxStale) throw error;
        return held.jwksUri;
      }
    },
    distrust() {
      if (held !== null) held.freshFor = 0;
    },
  };
}
