import { type ReasonCode, SallyportError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { VerifiedToken } from "../token/token.ts";
import { audiences, hasClaim, stringClaim } from "./claims.ts";
import type { IssuerSettings, TokenUse } from "./provider.ts";

/** Claims that OpenID Connect Core puts into ID tokens only (section 3.3.2.11, and hashes of what came with them). */
const ID_TOKEN_HASHES = ["at_hash", "c_hash", "s_hash"];
/** What Keycloak's tokens say they are, in the payload. */
const PAYLOAD_TYPES: Readonly<Record<string, TokenUse | "other">> = {
  Bearer: "access",
  ID: "id",
  Refresh: "other",
  Offline: "other",
  Logout: "other",
};

/** Refuses with this code unless the condition holds. */
export function must(holds: boolean, code: ReasonCode): asserts holds {
  if (!holds) throw new SallyportError(code);
}

/** Whether the payload carries a hash that only ID tokens have. */
export function hasIdTokenHash(claims: JsonObject): boolean {
  return ID_TOKEN_HASHES.some((name) => hasClaim(claims, name));
}

/** What the payload's `typ` says; null where it is not there or means nothing here. @throws SallyportError `claim_malformed` */
export function payloadType(claims: JsonObject): TokenUse | "other" | null {
  const typ = hasClaim(claims, "typ") ? stringClaim(claims, "typ") : null;
  return typ !== null && Object.hasOwn(PAYLOAD_TYPES, typ) ? (PAYLOAD_TYPES[typ] ?? null) : null;
}

/**
 * Whether this is a statement about an event, and no token at all: only `events` tells a logout token from others (RFC 8417 section 2.2,
 * OpenID Connect Back-Channel Logout section 2.4).
 */
export const isEventStatement = (claims: JsonObject): boolean => hasClaim(claims, "events");

/** Whether the header says RFC 9068 access token; media types are compared without case (RFC 7515 section 4.1.9). */
export function isAccessTokenType(typ: string | null): boolean {
  const type = typ?.toLowerCase();
  return type === "at+jwt" || type === "application/at+jwt";
}

/** Refuses a token of another kind than the one wanted. @throws SallyportError `token_use_mismatch` */
export function checkTokenUse(token: VerifiedToken, use: TokenUse | null, settings: IssuerSettings): void {
  must(use === settings.tokenUse && !isEventStatement(token.claims), "token_use_mismatch");
}

/** The token is for one of the configured audiences. @throws SallyportError `audience_mismatch` */
export function checkAudience(claims: JsonObject, accepted: readonly string[]): void {
  must(
    audiences(claims).some((audience) => accepted.includes(audience)),
    "audience_mismatch",
  );
}

/** The client is a configured one, where clients are configured. @throws SallyportError `client_not_allowed` */
export function checkClient(clientId: string | null, settings: IssuerSettings): void {
  must(settings.clientIds === null || (clientId !== null && settings.clientIds.includes(clientId)), "client_not_allowed");
}

/** The tenant is a configured one, where tenants are configured. @throws SallyportError `tenant_not_allowed` */
export function checkTenant(tenant: string | null, settings: IssuerSettings): void {
  must(settings.tenants === null || (tenant !== null && settings.tenants.includes(tenant)), "tenant_not_allowed");
}

/** Access tokens of issuers that follow the usual rule: `aud` is this API, the client is one of ours. @throws SallyportError */
export function checkAccessToken(claims: JsonObject, clientId: string | null, settings: IssuerSettings): void {
  if (settings.audience !== null) checkAudience(claims, settings.audience);
  checkClient(clientId, settings);
}

/**
 * ID tokens: `aud` is a configured audience or else a configured client, and whoever else it names is one of either. The client is
 * a configured one, or an audience where none are configured, or anybody where that is written down; `azp` names it when there are
 * several audiences (OpenID Connect Core section 3.1.3.7).
 * @throws SallyportError `audience_mismatch`, `client_not_allowed`
 */
export function checkIdToken(claims: JsonObject, { audience, clientIds, anyClient }: IssuerSettings): void {
  const own = audience ?? clientIds ?? [];
  checkAudience(claims, own);
  const named = audiences(claims);
  const client = stringClaim(claims, "azp") ?? (named.length === 1 ? named[0] : undefined);
  must(client !== undefined && (anyClient || (clientIds ?? own).includes(client)), "client_not_allowed");
  must(
    named.every((one) => own.includes(one) || clientIds?.includes(one)),
    "audience_mismatch",
  );
}

/** The client an ID token was issued to: `azp`, else its only audience. */
export function idTokenClient(claims: JsonObject): string | null {
  return stringClaim(claims, "azp") ?? audiences(claims)[0] ?? null;
}
