import type { ReasonCode } from "../errors.ts";

/** Stretches of the way through between two points at which a witness stands. */
export const PHASES = [
  "credential",
  "form",
  "issuer",
  "header",
  "location",
  "key",
  "signature",
  "times",
  "checks",
  "principal",
  "after",
  "route",
  "answer",
] as const;
export type Phase = (typeof PHASES)[number];

/** One thing that is checked. */
export interface Step {
  readonly id: string;
  readonly phase: Phase;
  readonly title: string;
  /** What it can be refused for. */
  readonly codes: readonly ReasonCode[];
}

const step = (phase: Phase, id: string, title: string, ...codes: ReasonCode[]): Step => ({ phase, id, title, codes });

/**
 * What the way through checks, in its order. The provider's own checks (phase `checks`) come in an order of the provider's. The first
 * step of a phase takes the codes that no other one of the phase has.
 */
export const STEPS: readonly Step[] = [
  step("credential", "credential", "one bearer token", "credential_missing", "credential_malformed", "credential_ambiguous"),
  step("form", "form", "a compact JWS of strict JSON", "token_malformed", "token_opaque", "token_encrypted", "credential_too_large"),
  step("form", "extensions", "no header member that changes how it is read", "header_unsupported"),
  step("issuer", "issuer", "an issuer of the configuration", "issuer_unknown", "token_not_for_api", "claim_missing", "claim_malformed"),
  step("header", "algorithm", "the algorithm", "algorithm_not_allowed"),
  step("location", "own-api", "not for the provider's own API", "token_not_for_api", "issuer_unknown", "claim_malformed"),
  step("location", "flow", "the user flow or policy", "policy_not_allowed"),
  step("location", "type", "the header's typ", "typ_not_allowed"),
  step("location", "kid", "a key id", "key_id_missing"),
  step("key", "key", "the issuer's key", "key_unknown", "keys_unavailable"),
  step("signature", "signature", "the signature", "signature_invalid"),
  step("times", "expiry", "not expired", "token_expired", "claim_missing", "claim_malformed"),
  step("times", "start", "already valid", "token_not_yet_valid"),
  step("times", "lifetime", "not too long a life", "token_lifetime_too_long"),
  step("times", "binding", "a plain bearer token", "token_bound"),
  step("checks", "kind", "the kind of token", "token_use_mismatch", "claim_missing", "claim_malformed"),
  step("checks", "key-owner", "the key's owner", "key_issuer_mismatch"),
  step("checks", "tenant", "the tenant", "tenant_not_allowed", "tenant_mismatch"),
  step("checks", "audience", "the audience", "audience_mismatch"),
  step("checks", "client", "the client", "client_not_allowed"),
  step("checks", "policy", "the policy, once more", "policy_not_allowed"),
  step("principal", "principal", "claims that make a principal", "claim_missing", "claim_malformed"),
  step("after", "revocation", "not revoked", "revoked", "revocations_unavailable", "token_inactive", "introspection_unavailable"),
  step("route", "route", "a route of the table", "route_unknown"),
  step(
    "route",
    "rule",
    "the route's rule",
    "rule_denied",
    "step_up_required",
    "groups_incomplete",
    "token_inactive",
    "introspection_unavailable",
    "internal_error",
  ),
  step("answer", "size", "a principal that fits into the answer", "principal_too_large"),
];

/** The step of a phase that a reason belongs to; null where the phase cannot be refused for it. */
export function stepOf(phase: Phase, code: ReasonCode): Step | null {
  return STEPS.find((step) => step.phase === phase && step.codes.includes(code)) ?? null;
}
