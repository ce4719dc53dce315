/** What a caller, an operator and an HTTP status line may learn from one failure. */
interface Reason {
  /** The HTTP status this failure becomes on every API type. */
  readonly status: 400 | 401 | 403 | 500 | 503;
  /** The RFC 6750 section 3.1 (or RFC 9470) error code of the challenge; null where none may be sent. */
  readonly error: "invalid_request" | "invalid_token" | "insufficient_scope" | "insufficient_user_authentication" | null;
  /** One sentence for operators. Never sent to the caller. */
  readonly summary: string;
}

const invalidToken = (summary: string) => ({ status: 401, error: "invalid_token", summary }) as const;
const invalidRequest = (summary: string) => ({ status: 401, error: "invalid_request", summary }) as const;
const forbidden = (summary: string) => ({ status: 403, error: "insufficient_scope", summary }) as const;

/** Every reason a request can fail for: a closed table, one code per kind of failure. */
export const REASONS = {
  credential_missing: { status: 401, error: null, summary: "The request carries no credential." },
  credential_malformed: invalidRequest("The credential is not of the form `Bearer <token>`."),
  credential_ambiguous: invalidRequest("The request carries more than one credential."),
  credential_too_large: invalidRequest("The credential is longer than the 8 kB this gateway reads."),

  token_malformed: invalidToken("The token is not a compact JWS holding strict JSON."),
  token_opaque: invalidToken("The token is opaque: it is not a JWT and cannot be verified here."),
  token_encrypted: invalidToken("The token is encrypted (JWE) and this gateway holds no decryption key."),
  header_unsupported: invalidToken("The token's header uses a member this gateway does not process (crit, b64, zip, cty)."),
  typ_not_allowed: invalidToken("The header's typ is not one this issuer's tokens may have."),
  algorithm_not_allowed: invalidToken("The algorithm is not among those configured for the issuer."),
  key_id_missing: invalidToken("The header names no key id."),
  issuer_unknown: invalidToken("The issuer is not configured."),

  key_unknown: invalidToken("The issuer publishes no usable key with this id for this algorithm."),
  key_issuer_mismatch: invalidToken("The key belongs to another issuer than the token claims."),
  signature_invalid: invalidToken("The signature does not verify."),

  claim_missing: invalidToken("A claim that this issuer's tokens must have is missing."),
  claim_malformed: invalidToken("A claim has a type or a range it must not have."),
  claim_ambiguous: invalidToken("A claim that API Gateway turned into text can be read in two ways."),
  token_expired: invalidToken("The token has expired."),
  token_not_yet_valid: invalidToken("The token's nbf or iat lies in the future."),
  token_lifetime_too_long: invalidToken("The token lives longer than the configured maximum."),
  token_bound: invalidToken("The token is bound to a key (cnf) and was presented as a plain bearer token."),
  token_use_mismatch: invalidToken("This is an ID token where an access token is wanted, or the reverse."),
  token_not_for_api: invalidToken("The token was issued for one of the provider's own APIs and cannot be verified by others."),
  audience_mismatch: invalidToken("The token was issued for another audience."),
  client_not_allowed: invalidToken("The token was issued to a client that is not configured."),
  tenant_not_allowed: invalidToken("The token's tenant is not configured."),
  tenant_mismatch: invalidToken("The token's tenant claim and its issuer name different tenants."),
  policy_not_allowed: invalidToken("The token was issued by a user flow or policy that is not configured."),

  revoked: invalidToken("The token, its session or its subject was revoked before the token expired."),
  token_inactive: invalidToken("The issuer says that the token is no longer, or never was, active."),

  principal_missing: invalidToken("The request reached the function without a principal from the authorizer."),
  principal_malformed: invalidToken("The authorizer context is not a principal this version can read."),
  principal_expired: invalidToken("The principal's token expired after the authorizer's answer was cached."),
  principal_misplaced: invalidToken("The principal was made for another API or stage."),

  step_up_required: {
    status: 401,
    error: "insufficient_user_authentication",
    summary: "The route asks for a stronger or more recent sign-in.",
  },
  rule_denied: forbidden("The principal does not satisfy the route's rule."),
  groups_incomplete: forbidden("The provider cut the group list, so a group rule cannot be proven."),
  route_unknown: { status: 403, error: null, summary: "The route is not in the route table." },
  principal_too_large: { status: 403, error: null, summary: "The principal does not fit the gateway's context budget." },

  keys_unavailable: { status: 503, error: null, summary: "The issuer's keys could not be fetched and none are held." },
  revocations_unavailable: {
    status: 503,
    error: null,
    summary: "The revocations could not be read, and the configuration says to refuse then.",
  },
  introspection_unavailable: { status: 503, error: null, summary: "The issuer could not be asked whether the token is active." },
  event_unsupported: { status: 500, error: null, summary: "The event is not of the API Gateway type this authorizer serves." },
  internal_error: { status: 500, error: null, summary: "An unexpected failure; the request was refused." },
} as const satisfies Record<string, Reason>;

/** The closed set of reason codes. */
export type ReasonCode = keyof typeof REASONS;

/**
 * The one error a refusal is. Its message is the fixed sentence of its code: no token, claim value, key or provider
 * answer is ever part of it. `cause` may carry a library's error for operators and must never be sent to a caller.
 */
export class SallyportError extends Error {
  override readonly name = "SallyportError";
  readonly code: ReasonCode;

  constructor(code: ReasonCode, options?: ErrorOptions) {
    super(REASONS[code].summary, options);
    this.code = code;
  }

  /** The HTTP status of this failure. */
  get status(): Reason["status"] {
    return REASONS[this.code].status;
  }
}
