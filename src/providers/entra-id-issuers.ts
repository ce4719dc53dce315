import type { Report } from "../config/report.ts";
import type { KeyLocation } from "../keys/keys.ts";
import type { EntraIdOptions } from "./entra-id.ts";
import type { IssuerSettings, IssuerTemplate } from "./provider.ts";
import { discovery, GUID, givenIssuers, isGuid, issuerUrl, mergedJwks } from "./setup.ts";

/** One of Microsoft's clouds: where issuers and keys live. Key hosts differ from issuer hosts. */
interface Cloud {
  readonly v2: string;
  readonly v1: string;
  readonly keys: string;
}

/** The clouds by name. */
export const CLOUDS = {
  public: { v2: "login.microsoftonline.com", v1: "sts.windows.net", keys: "login.microsoftonline.com" },
  usGov: { v2: "login.microsoftonline.us", v1: "sts.windows.net", keys: "login.microsoftonline.us" },
  china: { v2: "login.partner.microsoftonline.cn", v1: "sts.chinacloudapi.cn", keys: "login.chinacloudapi.cn" },
} as const satisfies Record<string, Cloud>;

export type CloudName = keyof typeof CLOUDS;

/** One issuer, or a family of them with a place for the tenant. */
export interface EntraIssuer {
  /** Exact, or with `{tenantid}` in it. */
  readonly iss: string;
  readonly template: IssuerTemplate | null;
  readonly location: KeyLocation;
}

const PLACEHOLDER = /\{tenantid\}/gi;
const TENANT = new RegExp(GUID, "i");

/** Writes the tenant into a template. */
export const withTenant = (template: string, tenantId: string): string => template.replace(PLACEHOLDER, tenantId);

/** The tenant an exact issuer names. */
export const tenantOf = (iss: string): string | null => TENANT.exec(iss)?.[0] ?? null;

/** Issuers as configured, or both versions' issuers of the tenants. */
export function entraIssuers(options: EntraIdOptions, settings: IssuerSettings, report: Report): readonly EntraIssuer[] | null {
  if (!isTenantsSound(options, settings, report)) return null;
  const cloud = CLOUDS[options.cloud ?? "public"];
  const forms = givenIssuers(options) ?? derivedForms(cloud, settings.tenants);
  const issuers = forms.map((iss) => toIssuer(iss, cloud, options.jwksUri));
  if (issuers.every((issuer) => issuer !== null)) return issuers;
  report.problem("issuer", "names no tenant.", "Write the tenant's GUID into it, or `{tenantid}` and list the `tenants`.");
  return null;
}

function isTenantsSound(options: EntraIdOptions, settings: IssuerSettings, report: Report): boolean {
  const isCloud = options.cloud === undefined || Object.hasOwn(CLOUDS, options.cloud);
  if (!isCloud) report.problem("cloud", "is not a cloud's name.", `Use one of ${Object.keys(CLOUDS).join(", ")}.`);
  const isOpen = givenIssuers(options)?.some((iss) => iss.search(PLACEHOLDER) >= 0) ?? true;
  const isListed = options.tenants !== undefined || !isOpen;
  if (!isListed)
    report.problem("tenants", "is missing.", "List the tenant ids accepted, or write null to accept every tenant of the cloud.");
  const isGuids = (settings.tenants ?? []).every(isGuid);
  if (!isGuids) report.problem("tenants", "holds something else than GUIDs.", "Use tenant ids: domain names can change hands.");
  return isCloud && isListed && isGuids;
}

function derivedForms(cloud: Cloud, tenants: readonly string[] | null): readonly string[] {
  const tenant = tenants?.length === 1 ? (tenants[0]?.toLowerCase() ?? "") : "{tenantid}";
  return [`https://${cloud.v2}/${tenant}/v2.0`, `https://${cloud.v1}/${tenant}/`];
}

function toIssuer(iss: string, cloud: Cloud, jwksUri: string | undefined): EntraIssuer | null {
  const parts = iss.split(PLACEHOLDER);
  const [prefix, suffix] = parts;
  const isTemplate = parts.length === 2 && prefix !== undefined && suffix !== undefined;
  if (!isTemplate && (parts.length > 2 || tenantOf(iss) === null)) return null;
  const location = jwksUri === undefined ? keysOf(iss, isTemplate ? "common" : (tenantOf(iss) ?? ""), cloud) : mergedJwks(jwksUri);
  if (isTemplate && location.kind === "discovery") return null;
  return { iss, template: isTemplate ? { prefix, suffix } : null, location };
}

/** Each version's tokens verify with that version's keys; a host of another kind is asked for its own document. */
function keysOf(iss: string, tenant: string, preferred: Cloud): KeyLocation {
  const host = issuerUrl(iss.replace(PLACEHOLDER, "tenant"))?.host ?? "";
  const isOf = (version: "v1" | "v2") => [preferred, ...Object.values(CLOUDS)].find((cloud) => cloud[version] === host);
  const v2 = isOf("v2");
  if (v2 !== undefined) return mergedJwks(`https://${v2.keys}/${tenant}/discovery/v2.0/keys`);
  const v1 = isOf("v1");
  return v1 === undefined ? discovery(iss) : mergedJwks(`https://${v1.keys}/${tenant}/discovery/keys`);
}
