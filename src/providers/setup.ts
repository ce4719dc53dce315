import type { Report } from "../config/report.ts";
import { SallyportError } from "../errors.ts";
import { discovered } from "../keys/discovery.ts";
import type { KeyLocation } from "../keys/keys.ts";
import type { ClaimPath } from "../token/token.ts";
import type { IssuerDialect, IssuerOptions, IssuerSettings } from "./provider.ts";

/** A tenant, application or object id at Microsoft, in either case. */
export const GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
const WHOLE_GUID = new RegExp(`^${GUID}$`);
const HOST_NAME = /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d{1,5})?$/;
/** In characters (RFC 1035 section 2.3.4), with a port. */
const MAX_HOST_NAME = 253;

/** Whether this is a GUID and nothing else. */
export const isGuid = (text: string): boolean => WHOLE_GUID.test(text);

/** Whether this is a host name and nothing else: no scheme, no path. */
export const isHostName = (text: string): boolean => text.length <= MAX_HOST_NAME && HOST_NAME.test(text);

/** The issuers given in the configuration; null where they are to be derived. */
export function givenIssuers(options: IssuerOptions): readonly string[] | null {
  if (options.issuer === undefined) return null;
  return typeof options.issuer === "string" ? [options.issuer] : options.issuer;
}

/**
 * An id beside `issuer` adds nothing to it, and must not contradict it. `ids`: those that the issuers name; `form`: of ids that are the
 * same, by default in whatever case, as GUIDs are.
 * @returns whether it does not
 */
export function requireSameId(
  name: string,
  id: string | undefined,
  ids: readonly (string | null)[],
  report: Report,
  form = (text: string) => text.toLowerCase(),
): boolean {
  const isSame = id === undefined || ids.every((one) => one !== null && form(one) === form(id));
  if (!isSame) report.problem(name, "is not that of `issuer`.", "Remove one of the two.");
  return isSame;
}

/** The URL parts of an issuer; null where it is not a URL at all (Google's `accounts.google.com`). */
export function issuerUrl(issuer: string): URL | null {
  return URL.parse(issuer);
}

/** A URL below the issuer, whether or not that ends in a slash. */
export function under(issuer: string, path: string): string {
  return `${issuer}${issuer.endsWith("/") ? "" : "/"}${path}`;
}

/** A key set at a fixed address. */
export const jwks = (url: string): KeyLocation => ({ kind: "jwks", url });

/** A key set whose answers differ from one request to the next, as Microsoft's do during a rollover. */
export const mergedJwks = (url: string): KeyLocation => ({ kind: "jwks", url, merge: true });

/** The key set that an issuer's own discovery document names. */
export const discovery = (issuer: string): KeyLocation => discovered(under(issuer, ".well-known/openid-configuration"), issuer);

/** Each location once. */
export function distinctLocations(locations: Iterable<KeyLocation>): readonly KeyLocation[] {
  return [...new Map([...locations].map((location) => [`${location.kind} ${location.url}`, location])).values()];
}

/** The part of a dialect that exact issuers settle: where each publishes its keys; `jwksUri` overrides them all. */
export function exactIssuers(
  issuers: readonly string[],
  options: IssuerOptions,
  locate: (issuer: string) => KeyLocation,
): Pick<IssuerDialect, "issuers" | "keyLocations" | "locateKeys"> {
  const fixed = options.jwksUri === undefined ? null : jwks(options.jwksUri);
  const table = new Map(issuers.map((issuer) => [issuer, fixed ?? locate(issuer)]));
  return {
    issuers,
    keyLocations: distinctLocations(table.values()),
    locateKeys: (_token, iss) => {
      const location = table.get(iss);
      if (location === undefined) throw new SallyportError("issuer_unknown");
      return location;
    },
  };
}

/**
 * Who a token is for must be settled: `audience` for access tokens, `audience` or `clientIds` for ID tokens.
 * @returns whether it is
 */
export function requireAudience(settings: IssuerSettings, report: Report): boolean {
  if (settings.audience !== null || (settings.tokenUse === "id" && settings.clientIds !== null)) return true;
  if (settings.tokenUse === "id") {
    report.problem("clientIds", "is missing.", "List the client ids whose ID tokens are accepted, or set `audience`.");
  } else report.problem("audience", "is missing.", "Set what `aud` must be in access tokens for this API.");
  return false;
}

/** `tenants` needs a claim to compare with, at providers that have none of their own. */
export function requireTenantClaim(settings: IssuerSettings, report: Report): boolean {
  if (settings.tenants === null || settings.tenantClaim !== null) return true;
  return report.problem("tenants", "has no claim to be compared with.", "Set `tenantClaim`, or remove `tenants`.");
}

/** The tenants that tokens can name where only `tenantClaim` tells them; null for any. */
export const claimedTenants = ({ tenants, tenantClaim }: IssuerSettings): readonly string[] | null => (tenantClaim === null ? [] : tenants);

/**
 * Those of the tenants in exact issuers that the list leaves; null for any, where another claim names them.
 * @param own the provider's claim for the tenant; null: it has none but the issuer
 */
export function issuersTenants(
  ids: readonly (string | null)[],
  { tenants, tenantClaim }: IssuerSettings,
  own: string | null,
): readonly string[] | null {
  if (tenantClaim !== null && !isClaim(tenantClaim, own)) return null;
  const accepted = tenants?.map((tenant) => tenant.toLowerCase());
  return ids.filter((id) => id !== null && accepted?.includes(id.toLowerCase()) !== false) as readonly string[];
}

/** Whether a configured path is the provider's own claim. */
const isClaim = (path: ClaimPath, own: string | null): boolean => own !== null && [path].flat().join("\n") === own;

/**
 * Where the provider knows the tenant itself, `tenants` is compared with that. Another claim for a tenant would leave tokens accepted
 * for one and known by the other. `own`: the provider's claim; null: the tenant is in `iss`.
 */
export function requireOneTenant({ tenants, tenantClaim }: IssuerSettings, own: string | null, report: Report): boolean {
  if (tenants === null || tenantClaim === null || isClaim(tenantClaim, own)) return true;
  const compared = own === null ? "the tenant in `iss`" : `\`${own}\``;
  return report.problem("tenants", `is compared with ${compared}, and not with what \`tenantClaim\` names.`, "Remove one of the two.");
}
