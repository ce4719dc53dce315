import { REASONS, type ReasonCode } from "../errors.ts";
import { type Challenge, challengeOf } from "../rules/challenge.ts";

export type { Challenge } from "../rules/challenge.ts";

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
  /** API Gateway's id of the request, by which logs can be found. */
  readonly correlationId?: string;
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

/** What a refusal says about itself beyond its reason. */
export interface RefusalFacts {
  /** API Gateway's id of the request; null or absent: not known. */
  readonly correlationId?: string | null;
  /** Where the API describes itself (RFC 9728); null or absent: nowhere. */
  readonly resourceMetadata?: string | null;
}

/**
 * Answers a refusal: the status of its reason, a challenge where one belongs (RFC 6750 section 3) and no word about why
 * beyond the challenge's own error code.
 */
export function refusal(code: ReasonCode, challenge: Challenge = {}, facts: RefusalFacts = {}): ProblemResult {
  const { correlationId = null, resourceMetadata = null } = facts;
  const { status } = REASONS[code];
  const authenticate = challengeOf(code, challenge, resourceMetadata);
  const details = { title: TITLES[status] ?? "Error", ...(correlationId !== null && { correlationId }) };
  return problem(status, details, authenticate === null ? {} : { "www-authenticate": authenticate });
}
