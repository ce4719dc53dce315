const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
/** After URL parsing every spelling of an IPv4 address is four decimal numbers, and IPv6 stands in brackets. */
const LOCAL_OR_ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[.*\]|(.*\.)?localhost\.?)$/;

/** Whether keys may be fetched from a configured URL: https, or http on a loopback host; no credentials inside. */
export function isFetchable(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.username !== "" || parsed.password !== "") return false;
  return parsed.protocol === "https:" || (parsed.protocol === "http:" && LOOPBACK.test(parsed.hostname));
}

/**
 * Whether a discovery document found at one URL may point to a key set at another. A document from the internet cannot send
 * the gateway to http, to a loopback name or to a bare address (metadata services, private networks) other than its own.
 */
export function mayPointTo(from: string, to: string): boolean {
  const [source, target] = [URL.parse(from), URL.parse(to)];
  if (source === null || target === null || !isFetchable(to)) return false;
  if (LOOPBACK.test(source.hostname)) return true;
  return source.hostname === target.hostname || !LOCAL_OR_ADDRESS.test(target.hostname);
}
