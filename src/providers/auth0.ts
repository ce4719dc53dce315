import type { Report } from "../config/report.ts";
import type { JsonObject } from "../json.ts";
import type { VerifiedToken } from "../token/token.ts";
import { checkAccessToken, checkIdToken, checkTenant, checkTokenUse, hasIdTokenHash, idTokenClient, isAccessTokenType } from "./checks.ts";
import { firstString, hasClaim, isMachineGrant, stringClaim, subjectClaim } from "./claims.ts";
import { type ClaimNames, readIdentity } from "./identity.ts";
import type { Identity, IssuerDefinition, IssuerDialect, IssuerOptions, IssuerSettings, Provider, TokenUse } from "./provider.ts";
import { exactIssuers, givenIssuers, isHostName, jwks, requireAudience, requireOneTenant, under } from "./setup.ts";

/** Auth0 tenants. */
export interface Auth0Options extends IssuerOptions {
  /** The tenant's host name, `example.eu.auth0.com`. */
  readonly domain?: string;
  /** Custom domains of the same tenant: tokens name the domain they were asked for at. */
  readonly customDomains?: readonly string[];
  /** The organizations accepted (`org_id`); a token without one is then refused. */
  readonly tenants?: readonly string[] | null;
}

/** The part of `sub` before the first `|` where the user signed in at Auth0 itself. */
const OWN_STRATEGIES = ["auth0", "email", "sms"];
const MACHINE_SUFFIX = "@clients";
/** What every tenant has below its issuer. Apps get tokens for these too, which are none for this API. */
const OWN_APIS: readonly (readonly [string, readonly string[]])[] = [
  ["userinfo", ["userinfo"]],
  ["Management", ["api/v2/", "api/v2"]],
];

const NAMES: ClaimNames = {
  scopes: ["scope"],
  roles: null,
  groups: null,
  permissions: "permissions",
  username: ["preferred_username", "nickname"],
  email: ["email"],
  session: "sid",
  context: "acr",
};

/** The provider behind {@link auth0}. */
export const auth0Provider: Provider<Auth0Options> = {
  name: "auth0",
  options: { domain: "string", customDomains: "strings" },
  issuerParts: ["domain", "customDomains"],
  configure,
};

/** Tokens of an Auth0 tenant, of either access token profile. */
export function auth0(options: Auth0Options): IssuerDefinition {
  return { provider: auth0Provider, options };
}

function configure(options: Auth0Options, settings: IssuerSettings, report: Report): IssuerDialect | null {
  const issuers = givenIssuers(options) ?? domainIssuers(options, report);
  const isSettled = requireAudience(settings, report);
  const isOneTenant = requireOneTenant(settings, "org_id", report);
  if (issuers === null || !isSettled || !isOneTenant || !isSound(issuers, settings, report)) return null;
  return {
    ...exactIssuers(issuers, options, (issuer) => jwks(under(issuer, ".well-known/jwks.json"))),
    check: (token) => check(token, settings),
    read: (claims) => read(claims, settings),
    names: NAMES,
    tenants: settings.tenants,
  };
}

function domainIssuers(options: Auth0Options, report: Report): readonly string[] | null {
  const { domain, customDomains = [] } = options;
  if (domain === undefined) {
    report.problem("domain", "is missing.", "Set the tenant's host name, such as `example.eu.auth0.com`, or `issuer`.");
    return null;
  }
  const isHosts = [domain, ...customDomains].every(isHostName);
  if (!isHosts) report.problem("domain", "or a custom domain is not a host name.", "Leave out the scheme and the slash.");
  return isHosts ? [domain, ...customDomains].map((host) => `https://${host.toLowerCase()}/`) : null;
}

function isSound(issuers: readonly string[], settings: IssuerSettings, report: Report): boolean {
  const isSlashed = issuers.every((issuer) => issuer.endsWith("/"));
  if (!isSlashed) report.problem("issuer", "does not end in a slash.", "Write it as the tokens do: Auth0's issuers end in `/`.");
  const audience = settings.tokenUse === "id" ? [] : (settings.audience ?? []);
  const foreign = OWN_APIS.filter(([, paths]) => audience.some((one) => isBelow(one, issuers, paths)));
  for (const [name] of foreign) report.problem("audience", `is Auth0's own ${name} API.`, "Set the identifier of your API.");
  return isSlashed && foreign.length === 0;
}

const isBelow = (url: string, issuers: readonly string[], paths: readonly string[]): boolean =>
  issuers.some((issuer) => paths.some((path) => url === under(issuer, path)));

/** Nothing marks an access token of the default profile; ID tokens have neither `azp` nor `client_id`. */
function tokenUse(token: VerifiedToken): TokenUse | null {
  const { claims, header } = token;
  const isId = hasIdTokenHash(claims) || hasClaim(claims, "nonce");
  if (isAccessTokenType(header.typ)) return isId ? null : "access";
  return !isId && (hasClaim(claims, "azp") || hasClaim(claims, "client_id")) ? "access" : "id";
}

function check(token: VerifiedToken, settings: IssuerSettings): void {
  checkTokenUse(token, tokenUse(token), settings);
  if (settings.tokenUse === "id") checkIdToken(token.claims, settings);
  else checkAccessToken(token.claims, clientOf(token.claims), settings);
  checkTenant(stringClaim(token.claims, "org_id"), settings);
}

const clientOf = (claims: JsonObject) => firstString(claims, ["azp", "client_id"]);

function read(claims: JsonObject, settings: IssuerSettings): Identity {
  const subject = subjectClaim(claims);
  const clientId = settings.tokenUse === "id" ? idTokenClient(claims) : clientOf(claims);
  const isMachine = settings.tokenUse === "access" && isMachineToken(claims, subject);
  return readIdentity(claims, settings, NAMES, {
    kind: isMachine ? "client" : "user",
    subject,
    clientId,
    tenant: stringClaim(claims, "org_id"),
    federatedBy: isMachine ? null : federatedBy(subject),
  });
}

/** Agents name themselves in `sub_profile`, else no mark is sure to be there; but the id of every user has a bar in it. */
function isMachineToken(claims: JsonObject, subject: string): boolean {
  const profile = stringClaim(claims, "sub_profile");
  if (profile !== null) return profile !== "user";
  return subject.endsWith(MACHINE_SUFFIX) || !subject.includes("|") || isMachineGrant(claims);
}

/** `<strategy>|<rest>`: the rest may hold more bars, the strategy cannot. */
function federatedBy(subject: string): string | null {
  const bar = subject.indexOf("|");
  const strategy = subject.slice(0, Math.max(bar, 0));
  return strategy === "" || OWN_STRATEGIES.includes(strategy) ? null : strategy;
}
