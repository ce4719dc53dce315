import type { Report } from "../config/report.ts";
import type { KeyLocation } from "../keys/keys.ts";
import { entraDialect } from "./entra-id.ts";
import { type EntraIssuer, tenantOf } from "./entra-id-issuers.ts";
import type { IssuerDefinition, IssuerDialect, IssuerOptions, IssuerSettings, Provider } from "./provider.ts";
import { discovery, givenIssuers, isGuid, issuerUrl, mergedJwks, requireAudience, requireOneTenant, requireSameId } from "./setup.ts";

/** Microsoft Entra External ID tenants (customers). */
export interface EntraExternalIdOptions extends IssuerOptions {
  /** The tenant's id, a GUID: its issuer follows from it. */
  readonly tenantId?: string;
  /** The tenant's name: keys are then fetched from `<tenant>.ciamlogin.com`, where apps sign in, and not from the issuer's host. */
  readonly tenant?: string;
}

const HOST_SUFFIX = ".ciamlogin.com";
const TENANT_NAME = /^[a-z0-9-]{1,63}$/i;

/** The provider behind {@link entraExternalId}. */
export const entraExternalIdProvider: Provider<EntraExternalIdOptions> = {
  name: "entraExternalId",
  options: { tenantId: "string", tenant: "string" },
  configure,
};

/** Tokens of a Microsoft Entra External ID tenant. */
export function entraExternalId(options: EntraExternalIdOptions): IssuerDefinition {
  return { provider: entraExternalIdProvider, options };
}

function configure(options: EntraExternalIdOptions, settings: IssuerSettings, report: Report): IssuerDialect | null {
  const issuers = externalIssuers(options, settings, report);
  const isSettled = requireAudience(settings, report);
  const isOneTenant = requireOneTenant(settings, "tid", report);
  return issuers === null || !isSettled || !isOneTenant ? null : entraDialect(issuers, settings);
}

function externalIssuers(options: EntraExternalIdOptions, settings: IssuerSettings, report: Report): readonly EntraIssuer[] | null {
  const tenantId = options.tenantId ?? (settings.tenants?.length === 1 ? settings.tenants[0] : undefined);
  const forms = givenIssuers(options) ?? (tenantId !== undefined && isGuid(tenantId) ? [issuerFor(tenantId)] : null);
  if (forms === null) report.problem("tenantId", "is missing or not a GUID.", "Set the tenant's id, or `issuer`.");
  const isNamed = options.tenant === undefined || TENANT_NAME.test(options.tenant);
  if (!isNamed) report.problem("tenant", "is not a tenant's name.", "Set the first part of `<tenant>.ciamlogin.com`.");
  if (forms === null || !isNamed || !requireSameId("tenantId", options.tenantId, forms.map(tenantOf), report)) return null;
  if (forms.every((iss) => tenantOf(iss) !== null)) return forms.map((iss) => ({ iss, template: null, location: keysOf(iss, options) }));
  report.problem("issuer", "names no tenant.", "Write it as the tokens do, with the tenant's GUID.");
  return null;
}

/** The host holds the tenant's id, although apps and discovery documents use its name. */
function issuerFor(tenantId: string): string {
  const id = tenantId.toLowerCase();
  return `https://${id}${HOST_SUFFIX}/${id}/v2.0`;
}

function keysOf(iss: string, options: EntraExternalIdOptions): KeyLocation {
  if (options.jwksUri !== undefined) return mergedJwks(options.jwksUri);
  const host = issuerUrl(iss)?.host ?? "";
  if (!host.endsWith(HOST_SUFFIX)) return discovery(iss);
  const keyHost = options.tenant === undefined ? host : `${options.tenant}${HOST_SUFFIX}`;
  return mergedJwks(`https://${keyHost}/${tenantOf(iss)}/discovery/v2.0/keys`);
}
