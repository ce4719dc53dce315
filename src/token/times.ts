import { SallyportError } from "../errors.ts";
import { type JsonObject, member } from "../json.ts";

/** The limits that an issuer's settings put on times, in seconds. */
export interface TimeLimits {
  readonly clockSkew: number;
  readonly maxLifetime: number | null;
}

type TimeFault = "token_expired" | "token_not_yet_valid" | "token_lifetime_too_long";

/** The last second of the year 9999: anything above is milliseconds, or nonsense. */
const LAST_SECOND = 253_402_300_799;

/** What a token says about its own life, in seconds since the epoch. */
export interface TokenTimes {
  readonly exp: number;
  readonly nbf: number | null;
  readonly iat: number | null;
}

/**
 * Reads `exp`, `nbf` and `iat` (RFC 7519 section 4.1).
 * @throws SallyportError `claim_missing`, `claim_malformed`
 */
export function readTimes(claims: JsonObject): TokenTimes {
  const exp = numericDate(claims, "exp");
  const nbf = numericDate(claims, "nbf");
  const iat = numericDate(claims, "iat");
  if (exp === null) throw new SallyportError("claim_missing");
  return { exp, nbf, iat };
}

/**
 * What is wrong with a token's times at a time given in seconds; null: nothing. With a skew of s seconds a token is good while
 * `exp > now - s`, and once `nbf` and `iat` are at most `now + s`. Without an `iat` the lifetime counts from now.
 */
export function faultOfTimes({ exp, nbf, iat }: TokenTimes, now: number, { clockSkew, maxLifetime }: TimeLimits): TimeFault | null {
  // Negated, so that a broken clock (NaN) refuses everything.
  if (!(exp > now - clockSkew)) return "token_expired";
  if ((nbf ?? 0) > now + clockSkew || (iat ?? 0) > now + clockSkew) return "token_not_yet_valid";
  return maxLifetime !== null && exp - (iat ?? now) > maxLifetime ? "token_lifetime_too_long" : null;
}

function numericDate(claims: JsonObject, name: string): number | null {
  const value = member(claims, name);
  if (value === undefined) return null;
  if (typeof value !== "number" || !(value >= 0 && value <= LAST_SECOND)) throw new SallyportError("claim_malformed");
  return value;
}
