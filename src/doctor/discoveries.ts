import type { Gateway } from "../gateway.ts";
import { member } from "../json.ts";
import { isFetchable } from "../keys/addresses.ts";
import { download, type Fetch } from "../keys/download.ts";
import { discovery } from "../providers/setup.ts";

/** What an issuer says of itself at its own address, where its keys are taken from another one. */
export interface Discovered {
  /** The issuer's name in the configuration. */
  readonly issuer: string;
  readonly url: string;
  /** The configured `iss`. */
  readonly expected: string;
  /** The issuer that the document names; null: none. */
  readonly found: string | null;
}

/**
 * Asks issuers for their discovery documents although the gateway does not need them: it knows where the keys are, but only the
 * document says how the issuer writes itself. Those that have none, or do not answer, are left out. Never throws.
 */
export async function discoverIssuers({ issuers }: Gateway, fetch: Fetch): Promise<readonly Discovered[]> {
  const wanted = issuers.flatMap(({ name, issuers: spellings, keyLocations }) => {
    const known = keyLocations.flatMap((location) => (location.kind === "discovery" ? [location.issuer] : []));
    return spellings.filter((iss) => isFetchable(iss) && !known.includes(iss)).map((iss) => ({ name, iss }));
  });
  const found = await Promise.all(wanted.map(({ name, iss }) => discover(name, iss, fetch)));
  return found.filter((one) => one !== null);
}

async function discover(issuer: string, expected: string, fetch: Fetch): Promise<Discovered | null> {
  const { url } = discovery(expected);
  try {
    const { document } = await download(fetch, url);
    const found = member(document, "issuer");
    return { issuer, url, expected, found: typeof found === "string" ? found : null };
  } catch {
    return null;
  }
}
