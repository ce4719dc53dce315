import type { Report } from "../config/report.ts";
import type { JsonObject } from "../json.ts";
import type { VerifiedToken } from "../token/token.ts";
import { checkAccessToken, checkIdToken, checkTenant, checkTokenUse, hasIdTokenHash, idTokenClient, isAccessTokenType } from "./checks.ts";
import { firstString, hasClaim, stringClaim, subjectClaim } from "./claims.ts";
import { type ClaimNames, readIdentity } from "./identity.ts";
import type { Identity, IssuerDefinition, IssuerDialect, IssuerOptions, IssuerSettings, Provider, TokenUse } from "./provider.ts";
import { discovery, exactIssuers, givenIssuers, requireAudience, requireTenantClaim } from "./setup.ts";

/** Any OpenID Connect provider; keys come from its discovery document unless `jwksUri` is set. */
export interface OidcOptions extends IssuerOptions {
  readonly issuer: string | readonly string[];
}

/** Values that say what a token is: Keycloak's payload `typ`, and `token_use` as several providers write it. */
const PAYLOAD_TYPES: Readonly<Record<string, TokenUse | "other">> = {
  Bearer: "access",
  ID: "id",
  Refresh: "other",
  Offline: "other",
  Logout: "other",
};
const TOKEN_USES: Readonly<Record<string, TokenUse>> = { access: "access", id: "id" };
/** What ID tokens do not have. */
const ACCESS_CLAIMS = ["scope", "scp", "client_id"];

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
  };
}

/**
 * The kinds a token can be. Where nothing tells, an access token unless an ID token is wanted and nothing speaks against one:
 * neither has a mandatory marker outside RFC 9068, and the audience decides between the two.
 */
function tokenUse(token: VerifiedToken, wanted: TokenUse): TokenUse | null {
  const { claims, header } = token;
  const typ = hasClaim(claims, "typ") ? stringClaim(claims, "typ") : null;
  const use = hasClaim(claims, "token_use") ? stringClaim(claims, "token_use") : null;
  const marks: readonly (TokenUse | "other" | undefined)[] = [
    isAccessTokenType(header.typ) ? "access" : undefined,
    typ !== null && Object.hasOwn(PAYLOAD_TYPES, typ) ? PAYLOAD_TYPES[typ] : undefined,
    use === null ? undefined : Object.hasOwn(TOKEN_USES, use) ? TOKEN_USES[use] : "other",
    hasIdTokenHash(claims) ? "id" : undefined,
  ];
  let kind: TokenUse | undefined;
  for (const mark of marks) {
    if (mark === undefined || mark === kind) continue;
    if (mark === "other" || kind !== undefined) return null;
    kind = mark;
  }
  // A nonce alone marks an ID token, but older Keycloak releases put it into access tokens that say `Bearer`.
  if (kind !== undefined) return kind;
  if (hasClaim(claims, "nonce")) return "id";
  return ACCESS_CLAIMS.some((name) => hasClaim(claims, name)) ? "access" : wanted;
}

function check(token: VerifiedToken, settings: IssuerSettings): void {
  checkTokenUse(token, tokenUse(token, settings.tokenUse), settings);
  if (settings.tokenUse === "id") checkIdToken(token.claims, settings);
  else checkAccessToken(token.claims, clientOf(token.claims), settings);
  if (settings.tenantClaim !== null) checkTenant(stringClaim(token.claims, settings.tenantClaim), settings);
}

const clientOf = (claims: JsonObject) => firstString(claims, ["azp", "client_id", "cid"]);

function read(claims: JsonObject, settings: IssuerSettings): Identity {
  const subject = subjectClaim(claims);
  const clientId = settings.tokenUse === "id" ? idTokenClient(claims) : clientOf(claims);
  const isMachine = settings.tokenUse === "access" && (subject === clientId || stringClaim(claims, "gty") === "client-credentials");
  return readIdentity(claims, settings, NAMES, { kind: isMachine ? "client" : "user", subject, clientId });
}
