import { REASONS, type ReasonCode } from "../errors.ts";

/** A Lambda proxy result, valid on REST, HTTP and WebSocket APIs. */
export interface ProblemResult {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** What a problem document (RFC 9457) may say here. */
export interface ProblemDetails {
  readonly title: string;
  readonly detail?: string;
  /** A machine-readable code. */
  readonly code?: string;
  /** One entry for each field that is wrong. */
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** Answers with a problem document (RFC 9457). */
export function problem(status: number, details: ProblemDetails, headers: Readonly<Record<string, string>> = {}): ProblemResult {
  return {
    statusCode: status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
    body: JSON.stringify({ type: "about:blank", status, ...details }),
  };
}

const TITLES: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** What a challenge for a stronger or fresher sign-in asks for (RFC 9470 section 3). `maxAge` in seconds. */
export interface Challenge {
  readonly maxAge?: number | null;
  readonly acr?: string | null;
}

/**
 * Answers a refusal: the status of its reason, a challenge where one belongs (RFC 6750 section 3) and no word about why
 * beyond the challenge's own error code.
 */
export function refusal(code: ReasonCode, challenge: Challenge = {}): ProblemResult {
  const { status, error } = REASONS[code];
  const headers: Record<string, string> = status === 401 || error !== null ? { "www-authenticate": authenticate(error, challenge) } : {};
  return problem(status, { title: TITLES[status] ?? "Error" }, headers);
}

function authenticate(error: string | null, { maxAge = null, acr = null }: Challenge): string {
  const parameters = [
    error === null ? null : `error="${error}"`,
    acr === null ? null : `acr_values="${acr.replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, "")}"`,
    maxAge === null ? null : `max_age="${maxAge}"`,
  ].filter((parameter) => parameter !== null);
  return parameters.length === 0 ? "Bearer" : `Bearer ${parameters.join(", ")}`;
}
