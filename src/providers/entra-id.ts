import type { Report } from "../config/report.ts";
import { type CloudName, type EntraIssuer, entraIssuers, tenantOf, withTenant } from "./entra-id-issuers.ts";
import { checkEntraToken, ENTRA_NAMES, readEntraToken, refuseMicrosoftApiToken } from "./entra-tokens.ts";
import { must } from "./checks.ts";
import { withoutIdScopes } from "./identity.ts";
import { member } from "../json.ts";
import type { IssuerDefinition, IssuerDialect, IssuerOptions, IssuerSettings, Provider } from "./provider.ts";
import { distinctLocations, isGuid, issuersTenants, requireAudience, requireOneTenant } from "./setup.ts";

/** Microsoft Entra ID tenants, one or many. */
export interface EntraIdOptions extends IssuerOptions {
  /** The tenant ids accepted; null accepts every tenant. Required, unless `issuer` names the tenant. */
  readonly tenants?: readonly string[] | null;
  /** Default `"public"`. */
  readonly cloud?: CloudName;
}

/** The tenant of personal Microsoft accounts: its keys sit in the same set as everybody's. */
const CONSUMER_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad";

/** The provider behind {@link entraId}. */
export const entraIdProvider: Provider<EntraIdOptions> = { name: "entraId", options: { cloud: "string" }, configure };

/** Tokens of Microsoft Entra ID, of both versions. */
export function entraId(options: EntraIdOptions): IssuerDefinition {
  return { provider: entraIdProvider, options };
}

function configure(options: EntraIdOptions, settings: IssuerSettings, report: Report): IssuerDialect | null {
  const issuers = entraIssuers(options, settings, report);
  const isSettled = requireAudience(settings, report);
  const isOneTenant = requireOneTenant(settings, "tid", report);
  return issuers === null || !isSettled || !isOneTenant ? null : entraDialect(issuers, settings);
}

/** The dialect of Microsoft's tokens for these issuers; External ID shares it. */
export function entraDialect(issuers: readonly EntraIssuer[], settings: IssuerSettings): IssuerDialect {
  const exact = new Map(issuers.filter(({ template }) => template === null).map((issuer) => [issuer.iss, issuer]));
  const families = issuers.filter(({ template }) => template !== null);
  const tenants = settings.tenants?.map((tenant) => tenant.toLowerCase()) ?? null;
  const issuerOf = (iss: string): EntraIssuer => {
    const issuer = exact.get(iss) ?? families.find((family) => tenantIn(family, iss) !== null);
    must(issuer !== undefined, "issuer_unknown");
    return issuer;
  };
  // Microsoft's own APIs choose the version of their tokens, so that the issuer may be one that nobody here asked for.
  const ownTenants = new Set([
    ...[...exact.keys()].map((iss) => tenantOf(iss)?.toLowerCase()),
    ...(families.length > 0 ? (tenants ?? []) : []),
  ]);
  const isOpen = families.length > 0 && tenants === null;
  const isOurs = (tid: string) => isGuid(tid) && (isOpen || ownTenants.has(tid.toLowerCase()));
  return {
    issuers: [...exact.keys()],
    templates: families.map(({ template }) => template).filter((template) => template !== null),
    keyLocations: distinctLocations(issuers.map(({ location }) => location)),
    refuseStranger: (token) => {
      const tid = member(token.claims, "tid");
      if (typeof tid === "string" && isOurs(tid)) refuseMicrosoftApiToken(token);
    },
    locateKeys: (token, iss) => {
      refuseMicrosoftApiToken(token);
      return issuerOf(iss).location;
    },
    check: (token, keyIssuer) => {
      const issuer = issuerOf(token.iss);
      const issTenant = tenantIn(issuer, token.iss) ?? "";
      checkKeyIssuer(keyIssuer, token.iss, issTenant, issuer.template !== null);
      checkEntraToken(token, issTenant, tenants, settings);
    },
    read: (claims) => readEntraToken(claims, settings),
    names: withoutIdScopes(ENTRA_NAMES, settings),
    tenants: tenantsOf(issuers, settings),
  };
}

/** Microsoft writes tenant ids in lower case; exact issuers are compared as they are, and their tenants with them. */
function tenantsOf(issuers: readonly EntraIssuer[], settings: IssuerSettings): readonly string[] | null {
  const isFamily = issuers.some(({ template }) => template !== null);
  const family = isFamily ? settings.tenants?.map((tenant) => tenant.toLowerCase()) : [];
  const exact = issuers.filter(({ template }) => template === null).map(({ iss }) => tenantOf(iss));
  return family === undefined ? null : issuersTenants([...exact, ...family], settings, "tid");
}

/** The tenant an `iss` names under this issuer; null when it is not this issuer's. */
function tenantIn({ iss: expected, template }: EntraIssuer, iss: string): string | null {
  if (template === null) return iss === expected ? tenantOf(iss) : null;
  const { prefix, suffix } = template;
  const tenant = iss.slice(prefix.length, iss.length - suffix.length);
  return iss === `${prefix}${tenant}${suffix}` && isGuid(tenant) ? tenant : null;
}

/**
 * A key that says whose it is may sign for that issuer only. One that does not, as in version 1 and single-tenant sets, may
 * not sign for the tenant that anybody can open an account in, when all tenants' keys come in one set.
 * @throws SallyportError `key_issuer_mismatch`
 */
function checkKeyIssuer(keyIssuer: string | null, iss: string, issTenant: string, isShared: boolean): void {
  const holds = keyIssuer === null ? !(isShared && issTenant.toLowerCase() === CONSUMER_TENANT) : withTenant(keyIssuer, issTenant) === iss;
  must(holds, "key_issuer_mismatch");
}
