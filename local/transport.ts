import { httpsFetch as realFetch } from "../src/keys/transport.ts";

/** Replaced at build time by the address of the twin's key server; a build without that definition cannot load this file. */
declare const SALLYPORT_LOCAL_KEYS_URL: string;

/**
 * Stands in for the transport of `src/keys/` in the local build: whatever address a key is to be fetched from, the twin on
 * this machine is asked for it. Deployable builds do not contain this file, and a test proves it by the word below.
 */
export const httpsFetch: typeof realFetch = (url, init) => {
  const address = new URL(SALLYPORT_LOCAL_KEYS_URL);
  address.searchParams.set("url", url);
  address.searchParams.set("by", "sallyport-local-twin");
  return realFetch(address.href, init);
};
