import { REASONS, type ReasonCode } from "../errors.ts";

/** What a challenge for a stronger or fresher sign-in asks for (RFC 9470 section 3). `maxAge` in seconds. */
export interface Challenge {
  readonly maxAge?: number | null;
  readonly acr?: string | null;
}

/** What would need quoting in a quoted string (RFC 9110 section 5.6.4), and the space, which separates values, is left out. */
const UNQUOTABLE = /[^\x21\x23-\x5b\x5d-\x7e]/g;

/**
 * The value of `WWW-Authenticate` for a reason (RFC 6750 section 3, RFC 9470, RFC 9728 section 5.1); null where none belongs.
 * @param resourceMetadata where the resource's own description is (RFC 9728)
 */
export function challengeOf(code: ReasonCode, challenge: Challenge = {}, resourceMetadata: string | null = null): string | null {
  const { status, error } = REASONS[code];
  if (status !== 401 && error === null) return null;
  const { maxAge = null, acr = null } = challenge;
  const values = { error, acr_values: acr, max_age: maxAge, resource_metadata: resourceMetadata };
  const parameters = Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}="${String(value).replace(UNQUOTABLE, "")}"`);
  return ["Bearer", parameters.join(", ")].join(" ").trimEnd();
}
