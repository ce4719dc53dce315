import { SallyportError } from "../errors.ts";
import { type JsonObject, member } from "../json.ts";

/** The limits that an issuer's settings put on times, in seconds. */
export interface TimeLimits {
  readonly clockSkew: number;
  readonly maxLifetime: number | null;
}

/** The last second of the year 9999: anything above is milliseconds, or nonsense. */
const LAST_SECOND = 253_402_300_799;

/**
 * Checks `exp`, `nbf` and `iat` (RFC 7519 section 4.1) at a time given in seconds. With a skew of s seconds a token is good
 * while `exp > now - s`, and once `nbf` and `iat` are at most `now + s`. Without an `iat` the lifetime counts from now.
 *
 * @returns `exp`, in whole seconds
 * @throws SallyportError `claim_missing`, `claim_malformed`, `token_expired`, `token_not_yet_valid`, `token_lifetime_too_long`
 */
export function checkTimes(claims: JsonObject, now: number, { clockSkew, maxLifetime }: TimeLimits): number {
  const exp = numericDate(claims, "exp");
  const nbf = numericDate(claims, "nbf");
  const iat = numericDate(claims, "iat");
  if (exp === null) throw new SallyportError("claim_missing");
  if (exp <= now - clockSkew) throw new SallyportError("token_expired");
  if ((nbf ?? 0) > now + clockSkew || (iat ?? 0) > now + clockSkew) throw new SallyportError("token_not_yet_valid");
  if (maxLifetime !== null && exp - (iat ?? now) > maxLifetime) throw new SallyportError("token_lifetime_too_long");
  return Math.floor(exp);
}

function numericDate(claims: JsonObject, name: string): number | null {
  const value = member(claims, name);
  if (value === undefined) return null;
  if (typeof value !== "number" || !(value >= 0 && value <= LAST_SECOND)) throw new SallyportError("claim_malformed");
  return value;
}
