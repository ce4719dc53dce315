import { SallyportError } from "../errors.ts";
import { isJsonObject, type JsonObject, member } from "../json.ts";
import type { UnverifiedToken, VerifiedToken } from "../token/token.ts";
import { checkAccessToken, checkIdToken, checkTokenUse, hasIdTokenHash, idTokenClient, must } from "./checks.ts";
import { firstString, hasClaim, listClaim, requiredString, scopeClaim, stringClaim, subjectClaim } from "./claims.ts";
import { type ClaimNames, readIdentity } from "./identity.ts";
import type { Identity, IssuerSettings, TokenUse } from "./provider.ts";
import { isGuid } from "./setup.ts";

/** Microsoft Graph and its predecessor, whose tokens only they can verify. */
const MICROSOFT_APIS = [
  "00000003-0000-0000-c000-000000000000",
  "00000002-0000-0000-c000-000000000000",
  "https://graph.microsoft.com",
  "https://graph.microsoft.com/",
  "https://graph.windows.net",
  "https://graph.windows.net/",
];

/** Where tokens of either version keep what. */
export const ENTRA_NAMES: ClaimNames = {
  scopes: ["scp"],
  roles: "roles",
  groups: "groups",
  permissions: null,
  username: ["preferred_username", "upn", "unique_name"],
  email: ["email"],
  session: "sid",
  // Version 1 writes `acr` "0" or "1", which is no authentication context; `acrs` holds those.
  context: null,
};

/**
 * Refuses, before the signature, tokens that cannot verify: a `nonce` in the header means that the signature covers another
 * header than the one sent.
 * @throws SallyportError `token_not_for_api`
 */
export function refuseMicrosoftApiToken({ claims, header }: UnverifiedToken): void {
  const isForMicrosoft = [member(claims, "aud")].flat().some((one) => typeof one === "string" && MICROSOFT_APIS.includes(one));
  must(!isForMicrosoft && !hasClaim(header.members, "nonce"), "token_not_for_api");
}

/** `azp` in version 2, `appid` in version 1; ID tokens have neither. */
const clientOf = (claims: JsonObject) => firstString(claims, ["azp", "appid"]);

/** Without scopes only an app's own token is an access token: ID tokens hold roles too, but their `sub` is pairwise. */
function isAppOnly(claims: JsonObject): boolean {
  if (scopeClaim(claims, "scp").length > 0 || listClaim(claims, "roles").length === 0) return false;
  const idtyp = stringClaim(claims, "idtyp");
  const oid = stringClaim(claims, "oid");
  return idtyp === "app" || (idtyp === null && oid !== null && oid === stringClaim(claims, "sub"));
}

function tokenUse(claims: JsonObject): TokenUse | null {
  if (clientOf(claims) === null) return hasClaim(claims, "scp") ? null : "id";
  if (hasIdTokenHash(claims)) return null;
  const isDelegated = scopeClaim(claims, "scp").length > 0 && stringClaim(claims, "idtyp") !== "app";
  return isDelegated || isAppOnly(claims) ? "access" : null;
}

/**
 * Kind of token, tenant, audience and client.
 * @param issTenant the tenant that `iss` names
 * @param tenants the tenants accepted, in lower case; null for any
 */
export function checkEntraToken(
  token: VerifiedToken,
  issTenant: string,
  tenants: readonly string[] | null,
  settings: IssuerSettings,
): void {
  const { claims } = token;
  const tid = requiredString(claims, "tid");
  must(isGuid(tid), "claim_malformed");
  must(tid === issTenant, "tenant_mismatch");
  must(tenants === null || tenants.includes(tid.toLowerCase()), "tenant_not_allowed");
  checkTokenUse(token, tokenUse(claims), settings);
  if (settings.tokenUse === "id") checkIdToken(claims, settings);
  else checkAccessToken(claims, clientOf(claims), settings);
}

/** Reads a token of either version. */
export function readEntraToken(claims: JsonObject, settings: IssuerSettings): Identity {
  const isId = settings.tokenUse === "id";
  const contexts = listClaim(claims, "acrs").filter((context) => context !== "");
  return readIdentity(claims, settings, ENTRA_NAMES, {
    kind: !isId && isAppOnly(claims) ? "client" : "user",
    subject: subjectClaim(claims),
    clientId: isId ? idTokenClient(claims) : clientOf(claims),
    tenant: requiredString(claims, "tid"),
    federatedBy: homeOf(claims),
    context: contexts.join(" ") || null,
    groupsComplete: !isGroupsCut(claims),
  });
}

/** A guest's identity provider. The tenant's own issuer, in whichever version's spelling, is none. */
function homeOf(claims: JsonObject): string | null {
  const idp = stringClaim(claims, "idp");
  const isOwn = idp === stringClaim(claims, "iss") || idp?.includes(requiredString(claims, "tid"));
  return isOwn ? null : idp;
}

/** Group overage: the list is elsewhere, at an address in the token that is never followed. */
function isGroupsCut(claims: JsonObject): boolean {
  const elsewhere = member(claims, "_claim_names");
  if (elsewhere !== undefined && !isJsonObject(elsewhere)) throw new SallyportError("claim_malformed");
  return (
    (elsewhere !== undefined && Object.hasOwn(elsewhere, "groups")) ||
    (hasClaim(claims, "hasgroups") && member(claims, "hasgroups") !== false)
  );
}
