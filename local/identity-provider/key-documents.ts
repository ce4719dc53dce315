import type { JsonObject } from "../../src/json.ts";
import type { TwinIssuer } from "./twin-issuer.ts";

/**
 * What the real provider would publish at this address: a JWK set, or a discovery document whose `jwks_uri` is answered
 * here too. Null for an address that no configured issuer uses.
 */
export function keyDocument(twins: readonly TwinIssuer[], url: string): JsonObject | null {
  const here = twins.filter(({ issuer }) =>
    issuer.keyLocations.some((location) => location.url === url || keysBeside(location.url) === url),
  );
  if (here.length === 0) return null;
  const [location] = here.flatMap(({ issuer }) => issuer.keyLocations.filter((candidate) => candidate.url === url));
  if (location?.kind === "discovery") return { issuer: location.issuer, jwks_uri: keysBeside(location.url) };
  return { keys: here.map(({ publicJwk }) => publicJwk) };
}

/** Where the twin's discovery documents say that the keys are: under the same host, at an address of the twin's own. */
const keysBeside = (discoveryUrl: string) => new URL("/sallyport-local-twin/jwks", discoveryUrl).href;
