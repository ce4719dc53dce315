import type { Report } from "../config/report.ts";
import type { KeyLocation } from "../keys/keys.ts";
import type { AzureAdB2cOptions } from "./azure-ad-b2c.ts";
import { GUID, givenIssuers, isGuid, isHostName, mergedJwks, requireSameId } from "./setup.ts";

/** One issuer of a tenant, taken apart. */
export interface B2cIssuer {
  readonly iss: string;
  /** Scheme and host. */
  readonly origin: string;
  readonly host: string;
  readonly tenantId: string;
  /** In lower case; null in the form that all policies share. */
  readonly policy: string | null;
}

const LEGACY_HOST = "login.microsoftonline.com";
/** The tenant's own hosts, and the suffix of its name there. */
const TENANT_HOSTS: readonly (readonly [string, string])[] = [
  [".b2clogin.com", ".onmicrosoft.com"],
  [".b2clogin.cn", ".partner.onmschina.cn"],
];
const POLICY = /^[\w.-]+$/;
const ISSUER = new RegExp(`^(https?://[^/]+)/(?:tfp/(${GUID})/([^/]+)|(${GUID}))/v2\\.0/$`, "i");

/** Whether this is the name of a user flow or custom policy, such as `B2C_1_signin`. */
export const isPolicyName = (text: string): boolean => POLICY.test(text);

/** The policy in an issuer is written in the case of the request; everything else in it is exact. */
export function canonicalIssuer(iss: string): string {
  const parts = iss.split("/");
  const [, , , tfp, , policy = "", ...rest] = parts;
  return tfp === "tfp" && rest.join("/") === "v2.0/" && isPolicyName(policy) ? parts.with(5, policy.toLowerCase()).join("/") : iss;
}

/** The issuers configured, or those that follow from the tenant: per host, one for all policies and one for each. */
export function b2cIssuers(options: AzureAdB2cOptions, policies: readonly string[], report: Report): readonly B2cIssuer[] | null {
  const given = givenIssuers(options);
  if (given === null) return derivedIssuers(options, policies, report);
  const parsed = given.map(parseIssuer);
  if (parsed.every((issuer) => issuer !== null)) {
    const ids = parsed.map(({ tenantId }) => tenantId);
    return requireSameId("tenantId", options.tenantId, ids, report) ? parsed : null;
  }
  report.problem("issuer", "is not of a form that Azure AD B2C writes.", "Use `https://<host>/<tenant id>/v2.0/`, slash included.");
  return null;
}

function parseIssuer(iss: string): B2cIssuer | null {
  const [, origin, tfpTenant, policy, tenant] = ISSUER.exec(iss) ?? [];
  const tenantId = tfpTenant ?? tenant;
  if (origin === undefined || tenantId === undefined) return null;
  return { iss, origin, host: new URL(origin).host, tenantId, policy: policy?.toLowerCase() ?? null };
}

function derivedIssuers(options: AzureAdB2cOptions, policies: readonly string[], report: Report): readonly B2cIssuer[] | null {
  const { tenant, domains = [], legacyHost = false } = options;
  const tenantId = options.tenantId?.toLowerCase();
  const ownHosts = [...(tenant === undefined ? [] : [`${tenant}.b2clogin.com`]), ...domains].map((host) => host.toLowerCase());
  const isTenant = tenantId !== undefined && isGuid(tenantId);
  const isHosts = ownHosts.length > 0 && ownHosts.every(isHostName);
  if (!isTenant) report.problem("tenantId", tenantId === undefined ? "is missing." : "is not a GUID.", "Set the tenant's id, or `issuer`.");
  if (!isHosts)
    report.problem("tenant", "or a domain is missing or no host name.", "Set the tenant's name, such as `example`, or `domains`.");
  const isName = tenant?.includes(".") !== true;
  if (!isName) report.problem("tenant", "is a domain.", "Leave `.onmicrosoft.com` out; a domain of your own belongs into `domains`.");
  if (!isTenant || !isHosts || !isName) return null;
  return [...ownHosts, ...(legacyHost ? [LEGACY_HOST] : [])].flatMap((host) => {
    const origin = `https://${host}`;
    const shared = { iss: `${origin}/${tenantId}/v2.0/`, origin, host, tenantId, policy: null };
    const own = policies.map((policy) => {
      return { ...shared, iss: `${origin}/tfp/${tenantId}/${policy}/v2.0/`, policy: policy.toLowerCase() };
    });
    return [shared, ...own];
  });
}

/** A policy's keys, at the host of the issuer: the same keys are published at each of the tenant's hosts. */
export function policyKeys(options: AzureAdB2cOptions, issuer: B2cIssuer, policy: string): KeyLocation {
  if (options.jwksUri !== undefined) return mergedJwks(options.jwksUri);
  const path = `${encodeURIComponent(policy)}/discovery/v2.0/keys`;
  const { host } = issuer;
  if (host === LEGACY_HOST) {
    const { tenant } = options;
    // The old host serves policies below `te`; a tenant whose name is known has a host of its own.
    return mergedJwks(
      tenant === undefined
        ? `${issuer.origin}/te/${issuer.tenantId}/${path}`
        : `https://${tenant}.b2clogin.com/${tenant}.onmicrosoft.com/${path}`,
    );
  }
  return mergedJwks(`${issuer.origin}/${tenantPath(options, issuer, host)}/${path}`);
}

function tenantPath(options: AzureAdB2cOptions, issuer: B2cIssuer, host: string): string {
  const own = TENANT_HOSTS.find(([suffix]) => host.endsWith(suffix));
  if (own !== undefined) return `${host.slice(0, -own[0].length)}${own[1]}`;
  return options.tenant === undefined ? issuer.tenantId : `${options.tenant}.onmicrosoft.com`;
}
