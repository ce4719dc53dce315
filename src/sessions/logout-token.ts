import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { findIssuer } from "../issuers/find-issuer.ts";
import { isJsonObject, type JsonObject, member } from "../json.ts";
import type { KeyFinder } from "../keys/keys.ts";
import { checkAudience, must } from "../providers/checks.ts";
import { dateClaim, hasClaim, requiredString, subjectClaim } from "../providers/claims.ts";
import type { Issuer } from "../providers/provider.ts";
import { decodeToken } from "../token/decode.ts";
import { verifySignature } from "../token/verify-token.ts";

/** What a logout token says, once it is verified. Times are seconds since the epoch. */
export interface LogoutToken {
  readonly issuer: string;
  readonly tokenId: string;
  readonly issuedAt: number;
  /** The second from which a second use would be refused as too old anyway. */
  readonly until: number;
  /** At least one of the two is there. */
  readonly sessionId: string | null;
  readonly subject: string | null;
}

/** What logout tokens are verified with. */
export interface LogoutWorld {
  readonly gateway: Gateway;
  readonly keys: KeyFinder;
  /** An issuer's name to the clients its logout tokens may be meant for. */
  readonly clientIds: ReadonlyMap<string, readonly string[]>;
}

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
/** `logout+jwt` is recommended; providers also send `JWT`, or none. An access token's type is neither. */
const TYPES = ["logout+jwt", "jwt", null];
/** Seconds for which a logout token can be used: it is sent at once, and some providers put no `exp` into it. */
const MAX_AGE = 300;

/**
 * Verifies a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.6) with the keys of its issuer. Whether it was used
 * before is for the caller to find out.
 * @param now seconds since the epoch
 * @throws SallyportError
 */
export async function verifyLogoutToken(text: string, { gateway, keys, clientIds }: LogoutWorld, now: number): Promise<LogoutToken> {
  const token = decodeToken(text);
  const { issuer, iss } = findIssuer(gateway, token);
  const clients = clientIds.get(issuer.name);
  if (clients === undefined) throw new SallyportError("issuer_unknown");
  const { key } = await verifySignature(token, issuer, iss, keys, TYPES);
  must(key.issuer === null || key.issuer === iss, "key_issuer_mismatch");
  const { claims } = token;
  checkKind(claims);
  checkAudience(claims, clients);
  const issuedAt = checkTimes(claims, issuer, now);
  const [sessionId, subject] = [optionalId(claims, "sid"), optionalId(claims, "sub")];
  if (sessionId === null && subject === null) throw new SallyportError("claim_missing");
  const until = issuedAt + MAX_AGE + issuer.settings.clockSkew + 1;
  return { issuer: issuer.name, tokenId: subjectClaim(claims, "jti"), issuedAt, until, sessionId, subject };
}

/** What tells a logout token from an ID token: it has the event, and no nonce. */
function checkKind(claims: JsonObject): void {
  const events = member(claims, "events");
  must(isJsonObject(events) && isJsonObject(member(events, EVENT)) && !hasClaim(claims, "nonce"), "token_use_mismatch");
}

function checkTimes(claims: JsonObject, { settings: { clockSkew } }: Issuer, now: number): number {
  const [issuedAt, expiresAt, notBefore] = [dateClaim(claims, "iat"), dateClaim(claims, "exp"), dateClaim(claims, "nbf")];
  if (issuedAt === null) throw new SallyportError("claim_missing");
  must(issuedAt + MAX_AGE > now - clockSkew && (expiresAt ?? Number.POSITIVE_INFINITY) > now - clockSkew, "token_expired");
  must(issuedAt <= now + clockSkew && (notBefore ?? 0) <= now + clockSkew, "token_not_yet_valid");
  return issuedAt;
}

function optionalId(claims: JsonObject, name: string): string | null {
  return hasClaim(claims, name) ? requiredString(claims, name) : null;
}
