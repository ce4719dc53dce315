import type { Report } from "../config/report.ts";
import type { KeyLocation } from "../keys/keys.ts";
import type { JsonObject } from "../json.ts";
import type { VerifiedToken } from "../token/token.ts";
import { type B2cIssuer, b2cIssuers, canonicalIssuer, isPolicyName, policyKeys } from "./azure-ad-b2c-issuers.ts";
import { checkAccessToken, checkIdToken, checkTenant, checkTokenUse, idTokenClient, must } from "./checks.ts";
import { configuredList, firstString, hasClaim, requiredString, stringClaim, subjectClaim } from "./claims.ts";
import { type ClaimNames, readIdentity, withoutIdScopes } from "./identity.ts";
import type { Identity, IssuerDefinition, IssuerDialect, IssuerOptions, IssuerSettings, Provider, TokenUse } from "./provider.ts";
import { distinctLocations, issuersTenants, requireAudience, requireOneTenant } from "./setup.ts";

/** Azure AD B2C tenants. */
export interface AzureAdB2cOptions extends IssuerOptions {
  /** The tenant's name: `example` of `example.onmicrosoft.com`. */
  readonly tenant?: string;
  /** The tenant's id, a GUID: it is part of every issuer. */
  readonly tenantId?: string;
  /** Custom domains of the tenant; the `b2clogin.com` host stays valid beside them. */
  readonly domains?: readonly string[];
  /** Also accept the issuer of `login.microsoftonline.com`, for apps not yet moved. Default false. */
  readonly legacyHost?: boolean;
  /** The user flows and custom policies accepted, case-insensitively. Required. */
  readonly policies?: readonly string[];
  /** Clients that are machines. No claim says so; without this list, a token is a machine's when it has nothing of a user. */
  readonly machineClients?: readonly string[];
}

/** What `sub` holds under a tenant's old setting: not an identifier. */
const SUBJECT_PLACEHOLDER = /^not supported currently\b/i;
/** What only tokens of users hold: how they signed in, and the attributes that a user flow can be told to write. */
const USER_CLAIMS: ReadonlySet<string> = new Set(
  [
    "oid auth_time nonce idp idp_access_token newUser trustFrameworkPolicy",
    "emails email otherMails signInName name displayName given_name family_name surname preferred_username unique_name upn",
    "city country jobTitle postalCode state streetAddress telephoneNumber mobilePhone phone_number",
    "ageGroup legalAgeGroupClassification consentProvidedForMinor legalCountry",
  ].flatMap((names) => names.split(" ")),
);
/** How a tenant's own attributes start, and the names that a local account signs in with. */
const USER_PREFIXES = ["extension_", "extn.", "signInNames."];

const NAMES: ClaimNames = {
  scopes: ["scp"],
  roles: null,
  groups: null,
  permissions: null,
  username: [],
  email: ["email"],
  session: null,
  // `acr` may hold the name of the policy here, never a level of assurance.
  context: null,
};

/** The provider behind {@link azureAdB2c}. */
export const azureAdB2cProvider: Provider<AzureAdB2cOptions> = {
  name: "azureAdB2c",
  options: {
    tenant: "string",
    tenantId: "string",
    domains: "strings",
    legacyHost: "boolean",
    policies: "strings",
    machineClients: "strings",
  },
  issuerParts: ["domains", "legacyHost"],
  configure,
};

/** Tokens of an Azure AD B2C tenant: one issuer, several policies, each with keys of its own. */
export function azureAdB2c(options: AzureAdB2cOptions): IssuerDefinition {
  return { provider: azureAdB2cProvider, options };
}

function configure(options: AzureAdB2cOptions, settings: IssuerSettings, report: Report): IssuerDialect | null {
  const { policies } = settings;
  const issuers = b2cIssuers(options, policies, report);
  if (policies.length === 0) {
    report.problem("policies", "is missing.", "List the policies accepted: password reset and profile editing also issue valid tokens.");
  }
  const isNamed = policies.every(isPolicyName);
  if (!isNamed) report.problem("policies", "holds something that is no policy's name.", "Use names such as `B2C_1_signin`.");
  const isSettled = requireAudience(settings, report);
  if (!requireOneTenant(settings, null, report) || issuers === null || policies.length === 0 || !isNamed || !isSettled) return null;
  return dialect(options, settings, issuers);
}

function dialect(options: AzureAdB2cOptions, settings: IssuerSettings, issuers: readonly B2cIssuer[]): IssuerDialect {
  const policies = new Map(settings.policies.map((policy) => [policy.toLowerCase(), policy]));
  const keys = new Map<string, ReadonlyMap<string, KeyLocation>>(
    issuers.map((issuer) => [issuer.iss, new Map([...policies].map(([id, policy]) => [id, policyKeys(options, issuer, policy)]))]),
  );
  // A GUID may be written in either case, in an issuer and in the list.
  const checked = { ...settings, tenants: settings.tenants?.map((tenant) => tenant.toLowerCase()) ?? null };
  const byIss = new Map(issuers.map((issuer) => [canonicalIssuer(issuer.iss), issuer]));
  const issuerOf = (iss: string) => byIss.get(canonicalIssuer(iss));
  const locate = (claims: JsonObject, iss: string): KeyLocation => {
    const issuer = issuerOf(iss);
    must(issuer !== undefined, "issuer_unknown");
    const location = keys.get(issuer.iss)?.get(policyOf(claims, issuer));
    must(location !== undefined, "policy_not_allowed");
    return location;
  };
  return {
    issuers: issuers.map((issuer) => issuer.iss),
    canonical: canonicalIssuer,
    keyLocations: distinctLocations([...keys.values()].flatMap((locations) => [...locations.values()])),
    locateKeys: (token, iss) => locate(token.claims, iss),
    check: (token) => {
      locate(token.claims, token.iss);
      check(token, checked, issuerOf(token.iss)?.tenantId ?? null);
    },
    read: (claims) => read(claims, settings, options, issuerOf(requiredString(claims, "iss"))?.tenantId ?? null),
    names: withoutIdScopes(NAMES, settings),
    tenants: issuersTenants(
      issuers.map(({ tenantId }) => tenantId),
      settings,
      null,
    ),
  };
}

/** The policy the token names, in lower case; the issuer's own, where it has one, must be the same. */
function policyOf(claims: JsonObject, issuer: B2cIssuer): string {
  const named = firstString(claims, ["tfp", "acr"])?.toLowerCase() ?? issuer.policy;
  must(named !== null && (issuer.policy === null || issuer.policy === named), "policy_not_allowed");
  return named;
}

/** `nonce` marks nothing here: access tokens carry it too. */
function tokenUse(claims: JsonObject): TokenUse | null {
  const isScoped = hasClaim(claims, "scp");
  if (isScoped !== hasClaim(claims, "azp")) return null;
  return isScoped ? "access" : "id";
}

function check(token: VerifiedToken, settings: IssuerSettings, tenantId: string | null): void {
  checkTokenUse(token, tokenUse(token.claims), settings);
  if (settings.tokenUse === "id") checkIdToken(token.claims, settings);
  else checkAccessToken(token.claims, stringClaim(token.claims, "azp"), settings);
  checkTenant(tenantId?.toLowerCase() ?? null, settings);
}

function read(claims: JsonObject, settings: IssuerSettings, options: AzureAdB2cOptions, tenant: string | null): Identity {
  const clientId = settings.tokenUse === "id" ? idTokenClient(claims) : stringClaim(claims, "azp");
  const isMachine = settings.tokenUse === "access" && isMachineToken(claims, clientId, options.machineClients);
  const sub = stringClaim(claims, "sub");
  return readIdentity(claims, settings, NAMES, {
    kind: isMachine ? "client" : "user",
    subject: subjectClaim(claims, sub === null || SUBJECT_PLACEHOLDER.test(sub) ? "oid" : "sub"),
    clientId,
    tenant,
    federatedBy: stringClaim(claims, "idp"),
    // A list of one, or a text where a custom policy writes it.
    email: configuredList(claims, "emails")[0] ?? null,
  });
}

function isMachineToken(claims: JsonObject, clientId: string | null, machineClients: readonly string[] | undefined): boolean {
  if (machineClients !== undefined) return clientId !== null && machineClients.includes(clientId);
  return !Object.keys(claims).some((name) => USER_CLAIMS.has(name) || USER_PREFIXES.some((prefix) => name.startsWith(prefix)));
}
