import type { Report } from "../config/report.ts";
import { type JsonObject, member } from "../json.ts";
import type { UnverifiedToken, VerifiedToken } from "../token/token.ts";
import { checkAccessToken, checkIdToken, checkTenant, checkTokenUse, hasIdTokenHash, idTokenClient, must } from "./checks.ts";
import { hasClaim, listClaim, stringClaim, subjectClaim } from "./claims.ts";
import { type ClaimNames, readIdentity, withoutIdScopes } from "./identity.ts";
import type { Identity, IssuerDefinition, IssuerDialect, IssuerOptions, IssuerSettings, Provider, TokenUse } from "./provider.ts";
import {
  claimedTenants,
  exactIssuers,
  givenIssuers,
  isHostName,
  issuerUrl,
  jwks,
  requireAudience,
  requireTenantClaim,
  under,
} from "./setup.ts";

/** Okta organizations. */
export interface OktaOptions extends IssuerOptions {
  /** The organization's host name, `example.okta.com`, or its custom domain. */
  readonly domain?: string;
  /** The id of a custom authorization server, `"default"` unless set; `"org"` for the organization's own server. */
  readonly authorizationServer?: string;
}

/** How `jti` starts, by kind of token. */
const JTI_PREFIXES: readonly (readonly [string, TokenUse])[] = [
  ["AT.", "access"],
  ["ID.", "id"],
];
/** How the id of an organization starts: as `idp` it means that the user signed in at Okta itself. */
const ORGANIZATION_PREFIX = "00o";
const SERVER_ID = /^[A-Za-z0-9_-]{1,100}$/;

const SHARED: Omit<ClaimNames, "username"> = {
  scopes: ["scp"],
  roles: "roles",
  groups: "groups",
  permissions: "permissions",
  email: ["email"],
  session: null,
  context: "acr",
};
const ID_NAMES: ClaimNames = { ...SHARED, username: ["preferred_username"] };
const USER_NAMES: ClaimNames = { ...SHARED, username: ["sub"] };
const MACHINE_NAMES: ClaimNames = { ...SHARED, username: [] };

/** The provider behind {@link okta}. */
export const oktaProvider: Provider<OktaOptions> = {
  name: "okta",
  options: { domain: "string", authorizationServer: "string" },
  issuerParts: ["domain", "authorizationServer"],
  configure,
};

/** Tokens of an Okta custom authorization server, or ID tokens of an organization's own server. */
export function okta(options: OktaOptions): IssuerDefinition {
  return { provider: oktaProvider, options };
}

function configure(options: OktaOptions, settings: IssuerSettings, report: Report): IssuerDialect | null {
  const issuers = givenIssuers(options) ?? domainIssuers(options, report);
  const isSettled = requireAudience(settings, report);
  if (!requireTenantClaim(settings, report) || issuers === null || !isSettled) return null;
  const base = exactIssuers(issuers, options, (issuer) => jwks(under(issuer, isOrganizationServer(issuer) ? "oauth2/v1/keys" : "v1/keys")));
  const organizations: ReadonlySet<unknown> = new Set(issuers.map((issuer) => issuerUrl(issuer)?.origin));
  return {
    ...base,
    isForIssuerOnly: (token, iss) => isForOktaOnly(token, iss, settings),
    locateKeys: (token, iss) => {
      must(!isForOktaOnly(token, iss, settings), "token_not_for_api");
      return base.locateKeys(token, iss);
    },
    check: (token) => check(token, settings),
    read: (claims) => read(claims, settings),
    names: withoutIdScopes(USER_NAMES, settings),
    tenants: claimedTenants(settings),
    refuseStranger: (token) => {
      must(!organizations.has(member(token.claims, "iss")) || tokenUse(token.claims) === "id", "token_not_for_api");
    },
  };
}

function domainIssuers(options: OktaOptions, report: Report): readonly string[] | null {
  const { domain, authorizationServer: server = "default" } = options;
  const isHost = domain !== undefined && isHostName(domain);
  const isServer = SERVER_ID.test(server);
  if (!isHost) {
    const message = domain === undefined ? "is missing." : "is not a host name.";
    report.problem("domain", message, "Set the organization's host name, such as `example.okta.com`, or `issuer`.");
  }
  if (!isServer) report.problem("authorizationServer", "is not the id of a server.", "Set its id, `default` or `org`.");
  if (!isHost || !isServer) return null;
  const origin = `https://${domain.toLowerCase()}`;
  return [server === "org" ? origin : `${origin}/oauth2/${server}`];
}

function isOrganizationServer(issuer: string): boolean {
  return issuerUrl(issuer)?.pathname === "/";
}

/** Access tokens of the organization's own server are meant for Okta; their keys are not published. */
function isForOktaOnly(token: UnverifiedToken, iss: string, settings: IssuerSettings): boolean {
  return settings.tokenUse === "access" && isOrganizationServer(iss) && tokenUse(token.claims) !== "id";
}

function tokenUse(claims: JsonObject): TokenUse | null {
  const jti = stringClaim(claims, "jti") ?? "";
  const prefixed = JTI_PREFIXES.find(([prefix]) => jti.startsWith(prefix))?.[1];
  const isScoped = hasClaim(claims, "scp");
  if (isScoped !== hasClaim(claims, "cid")) return null;
  const shape = isScoped ? "access" : "id";
  const isContradicted = (prefixed !== undefined && prefixed !== shape) || (isScoped && hasIdTokenHash(claims));
  return isContradicted ? null : shape;
}

function check(token: VerifiedToken, settings: IssuerSettings): void {
  checkTokenUse(token, tokenUse(token.claims), settings);
  if (settings.tokenUse === "id") checkIdToken(token.claims, settings);
  else checkAccessToken(token.claims, stringClaim(token.claims, "cid"), settings);
  if (settings.tenantClaim !== null) checkTenant(stringClaim(token.claims, settings.tenantClaim), settings);
}

function read(claims: JsonObject, settings: IssuerSettings): Identity {
  const federation = federatedBy(claims);
  if (settings.tokenUse === "id") {
    const facts = { subject: subjectClaim(claims), clientId: idTokenClient(claims), federatedBy: federation };
    return readIdentity(claims, settings, ID_NAMES, { kind: "user", ...facts });
  }
  // In access tokens `sub` is the login name, which can change hands; a machine's token has no `uid`.
  const isUser = hasClaim(claims, "uid");
  return readIdentity(claims, settings, isUser ? USER_NAMES : MACHINE_NAMES, {
    kind: isUser ? "user" : "client",
    subject: subjectClaim(claims, isUser ? "uid" : "sub"),
    clientId: stringClaim(claims, "cid"),
    federatedBy: federation,
  });
}

function federatedBy(claims: JsonObject): string | null {
  const idp = stringClaim(claims, "idp");
  if (idp !== null && !idp.startsWith(ORGANIZATION_PREFIX)) return idp;
  return listClaim(claims, "amr").includes("fed") ? "fed" : null;
}
