import type { Report } from "../config/report.ts";
import { isJsonObject, type Json, type JsonObject, member } from "../json.ts";
import type { VerifiedToken } from "../token/token.ts";
import {
  checkAccessToken,
  checkIdToken,
  checkTenant,
  checkTokenUse,
  hasIdTokenHash,
  idTokenClient,
  isAccessTokenType,
  payloadType,
} from "./checks.ts";
import { audiences, firstString, hasClaim, isMachineGrant, stringClaim, subjectClaim } from "./claims.ts";
import { type ClaimNames, readIdentity } from "./identity.ts";
import type { Identity, IssuerDefinition, IssuerDialect, IssuerOptions, IssuerSettings, Provider, TokenUse } from "./provider.ts";
import { claimedTenants, discovery, exactIssuers, givenIssuers, requireAudience, requireTenantClaim } from "./setup.ts";

/** Any OpenID Connect provider; keys come from its discovery document unless `jwksUri` is set. */
export interface OidcOptions extends IssuerOptions {
  readonly issuer: string | readonly string[];
}

/** `token_use`, as several providers write it. */
const TOKEN_USES: Readonly<Record<string, TokenUse>> = { access: "access", id: "id" };
/** What ID tokens do not have. */
const ACCESS_CLAIMS = ["scope", "scp", "client_id"];
/** Rights that RFC 9068 section 2.2.3.1 takes over from SCIM, where each is an object with its name in `value` (RFC 7643 section 4.1.2). */
const SCIM_CLAIMS = ["roles", "groups", "entitlements"];

const NAMES: ClaimNames = {
  scopes: ["scope", "scp"],
  roles: "roles",
  groups: "groups",
  permissions: "permissions",
  username: ["preferred_username", "username"],
  email: ["email"],
  session: "sid",
  context: "acr",
};

/** The provider behind {@link oidc}. */
export const oidcProvider: Provider<OidcOptions> = { name: "oidc", options: {}, configure };

/** Tokens of any OpenID Connect provider, with RFC 9068 access tokens or others. */
export function oidc(options: OidcOptions): IssuerDefinition {
  return { provider: oidcProvider, options };
}

function configure(options: OidcOptions, settings: IssuerSettings, report: Report): IssuerDialect | null {
  const issuers = givenIssuers(options);
  if (issuers === null) report.problem("issuer", "is missing.", "Set the exact `iss` of the provider's tokens.");
  // Some providers put no `aud` into access tokens; the client then is the only tie, and the opt-out has to be written down.
  const isSettled = (options.audience === null && settings.clientIds !== null) || requireAudience(settings, report);
  if (!requireTenantClaim(settings, report) || issuers === null || !isSettled) return null;
  return {
    ...exactIssuers(issuers, options, discovery),
    check: (token) => check(token, settings),
    read: (claims) => read(claims, settings),
    names: NAMES,
    tenants: claimedTenants(settings),
  };
}

/**
 * The kind that a token says it is; null where it contradicts itself. Neither kind has a mandatory marker outside RFC 9068: where
 * nothing tells, the token is of the kind that is wanted, unless its audience makes it possible that it is an ID token.
 */
function tokenUse(token: VerifiedToken, settings: IssuerSettings): TokenUse | null {
  const { claims, header } = token;
  const use = hasClaim(claims, "token_use") ? stringClaim(claims, "token_use") : null;
  const marks: readonly (TokenUse | "other" | null)[] = [
    isAccessTokenType(header.typ) ? "access" : null,
    payloadType(claims),
    use === null ? null : Object.hasOwn(TOKEN_USES, use) ? (TOKEN_USES[use] ?? "other") : "other",
    hasIdTokenHash(claims) ? "id" : null,
  ];
  let kind: TokenUse | null = null;
  for (const mark of marks) {
    if (mark === null || mark === kind) continue;
    if (mark === "other" || kind !== null) return null;
    kind = mark;
  }
  // A nonce alone marks an ID token, but older Keycloak releases put it into access tokens that say `Bearer`.
  if (kind !== null) return kind;
  if (hasClaim(claims, "nonce")) return "id";
  if (ACCESS_CLAIMS.some((name) => hasClaim(claims, name))) return "access";
  return mayBeIdToken(claims, settings) ? "id" : settings.tokenUse;
}

/** An ID token always has its client for an audience (OpenID Connect Core section 2), which the issuer's other tokens need not have. */
function mayBeIdToken(claims: JsonObject, { audience, clientIds }: IssuerSettings): boolean {
  if (!hasClaim(claims, "aud")) return false;
  const clients = [stringClaim(claims, "azp"), ...(clientIds ?? [])];
  return audience === null || audiences(claims).some((one) => audience.includes(one) && clients.includes(one));
}

function check(token: VerifiedToken, settings: IssuerSettings): void {
  checkTokenUse(token, tokenUse(token, settings), settings);
  if (settings.tokenUse === "id") checkIdToken(token.claims, settings);
  else checkAccessToken(token.claims, clientOf(token.claims), settings);
  if (settings.tenantClaim !== null) checkTenant(stringClaim(token.claims, settings.tenantClaim), settings);
}

const clientOf = (claims: JsonObject) => firstString(claims, ["azp", "client_id", "cid"]);

function read(claims: JsonObject, settings: IssuerSettings): Identity {
  const subject = subjectClaim(claims);
  const clientId = settings.tokenUse === "id" ? idTokenClient(claims) : clientOf(claims);
  const isMachine = settings.tokenUse === "access" && (subject === clientId || isMachineGrant(claims));
  return readIdentity(withPlainNames(claims), settings, NAMES, { kind: isMachine ? "client" : "user", subject, clientId });
}

/** What has no name stays as it is, and is malformed where it is read. */
function withPlainNames(claims: JsonObject): JsonObject {
  let plain = claims;
  for (const claim of SCIM_CLAIMS) {
    const list = member(claims, claim);
    if (Array.isArray(list) && list.some(isJsonObject)) plain = { ...plain, [claim]: list.map(nameOf) };
  }
  return plain;
}

function nameOf(item: Json): Json {
  const value = isJsonObject(item) ? member(item, "value") : item;
  return typeof value === "string" && value !== "" ? value : item;
}
