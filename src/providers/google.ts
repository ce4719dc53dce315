import type { Report } from "../config/report.ts";
import type { JsonObject } from "../json.ts";
import type { VerifiedToken } from "../token/token.ts";
import { checkIdToken, checkTenant, checkTokenUse, idTokenClient, must } from "./checks.ts";
import { hasClaim, stringClaim, subjectClaim } from "./claims.ts";
import { type ClaimNames, readIdentity } from "./identity.ts";
import type { Identity, IssuerDefinition, IssuerDialect, IssuerOptions, IssuerSettings, Provider } from "./provider.ts";
import { exactIssuers, givenIssuers, jwks, requireAudience, requireOneTenant } from "./setup.ts";

/** Google accounts, and Google's Identity-Aware Proxy when `issuer` is `https://cloud.google.com/iap`. */
export interface GoogleOptions extends IssuerOptions {
  /** Google's access tokens are opaque, so only `"id"` can be verified; it is the default. */
  readonly tokenUse?: "id";
  /** The clients accepted. Null would be all of Google's, anybody's, and is refused for accounts. */
  readonly clientIds?: readonly string[] | null;
  /** The Workspace domains accepted (`hd`); an account without one is then refused. */
  readonly tenants?: readonly string[] | null;
}

/** Both spellings are in use. */
const ACCOUNT_ISSUERS = ["https://accounts.google.com", "accounts.google.com"];
const PROXY_ISSUER = "https://cloud.google.com/iap";
const ACCOUNT_KEYS = "https://www.googleapis.com/oauth2/v3/certs";
const PROXY_KEYS = "https://www.gstatic.com/iap/verify/public_key-jwk";
/** How the address of every service account ends. No OAuth client is called like that. */
const ACCOUNT_SUFFIX = ".gserviceaccount.com";

const NAMES: ClaimNames = {
  scopes: [],
  roles: null,
  groups: null,
  permissions: null,
  username: [],
  email: ["email"],
  session: null,
  context: null,
};

/** The provider behind {@link google}. */
export const googleProvider: Provider<GoogleOptions> = {
  name: "google",
  options: {},
  defaultTokenUse: "id",
  // Google's own libraries refuse an `exp` further ahead.
  defaultMaxLifetime: "24h",
  configure,
};

/** ID tokens of Google accounts. */
export function google(options: GoogleOptions): IssuerDefinition {
  return { provider: googleProvider, options };
}

function configure(options: GoogleOptions, settings: IssuerSettings, report: Report): IssuerDialect | null {
  const issuers = givenIssuers(options) ?? ACCOUNT_ISSUERS;
  const isId = settings.tokenUse === "id";
  if (!isId)
    report.problem("tokenUse", "asks for access tokens, which are opaque at Google.", "Remove it: only ID tokens can be verified.");
  const isSettled = isId && requireAudience(settings, report);
  const isProxied = issuers.includes(PROXY_ISSUER);
  const isProxySettled = !isProxied || settings.audience !== null;
  if (!isProxySettled) report.problem("audience", "is missing.", "Set the proxy's audience: `/projects/<number>/...`.");
  const isSignable = !isProxied || settings.algorithms.includes("ES256");
  if (!isSignable) report.problem("algorithms", "lacks ES256, with which the proxy signs.", 'Set `algorithms: ["ES256"]`.');
  const isOwnClients = !settings.anyClient || settings.audience === null || issuers.every((issuer) => issuer === PROXY_ISSUER);
  if (!isOwnClients) {
    const fix = "List the clients, or leave it out: they are then `audience`.";
    report.problem("clientIds", "accepts every client, and at Google those are everybody's.", fix);
  }
  const isOneTenant = requireOneTenant(settings, "hd", report);
  if (!isSettled || !isProxySettled || !isSignable || !isOwnClients || !isOneTenant) return null;
  return {
    ...exactIssuers(issuers, options, (issuer) => jwks(issuer === PROXY_ISSUER ? PROXY_KEYS : ACCOUNT_KEYS)),
    check: (token) => check(token, settings),
    read: (claims) => read(claims, settings),
    names: NAMES,
    tenants: settings.tenants,
  };
}

/** Every client of Google shares one issuer and one key set: the audience alone ties a token to this API. */
function check(token: VerifiedToken, settings: IssuerSettings): void {
  must(hasClaim(token.claims, "iat"), "claim_missing");
  checkTokenUse(token, hasClaim(token.claims, "scope") ? null : "id", settings);
  // The proxy's backends are audiences, and no clients.
  checkIdToken(token.claims, token.iss === PROXY_ISSUER ? { ...settings, clientIds: null, anyClient: false } : settings);
  checkTenant(stringClaim(token.claims, "hd"), settings);
}

/** A service account's token names the account as its own client, by its id or by its address. */
function read(claims: JsonObject, settings: IssuerSettings): Identity {
  const subject = subjectClaim(claims);
  const azp = stringClaim(claims, "azp");
  return readIdentity(claims, settings, NAMES, {
    kind: azp === subject || azp?.endsWith(ACCOUNT_SUFFIX) === true ? "client" : "user",
    subject,
    clientId: idTokenClient(claims),
    tenant: stringClaim(claims, "hd"),
  });
}
