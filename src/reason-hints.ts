import type { ReasonCode } from "./errors.ts";

/**
 * What an operator can do about each reason. Apart from the table of reasons itself, so that no bundle carries it: read by
 * `sallyport explain` and by the generator of docs/reasons.md.
 */
export const HINTS: Readonly<Record<ReasonCode, string>> = {
  credential_missing: "The client has to send `Authorization: Bearer <token>`. Check that no proxy in between drops the header.",
  credential_malformed: "Look at what the client puts before the token: one `Bearer`, one space, the token, nothing else.",
  credential_ambiguous: "Send one Authorization header with one token, and no `access_token` in the query beside it.",
  credential_too_large: "Have the provider put fewer groups or claims into the token, or send references to them.",

  token_malformed: "Copy the token to `sallyport explain -`. A cut token, a quoted one and an unsigned one end here.",
  token_opaque:
    "Ask the provider for a JWT: at Auth0 and Okta by naming an audience, elsewhere by the API's registration. Or configure introspection.",
  token_encrypted: "Turn token encryption off for this API in the provider's settings.",
  header_unsupported: "The provider uses an extension of JWS that this gateway refuses to guess about. Turn it off there.",
  typ_not_allowed:
    "Compare the header's `typ` with the issuer's option `typ`. An ID token or a logout token sent as an access token ends here too.",
  algorithm_not_allowed: "Compare the header's `alg` with the issuer's option `algorithms`; the default is RS256 alone.",
  key_id_missing: "The provider signs without naming its key. Set it to publish and name its keys.",
  issuer_unknown:
    "Compare the token's `iss` with the configured issuers character by character: a trailing slash, v1 against v2, another tenant.",

  key_unknown:
    "The provider rotated its keys, or the token is of another tenant or user pool. `sallyport doctor` shows what it publishes now.",
  key_issuer_mismatch: "The token claims a tenant whose keys did not sign it. Treat repeated ones as an attack.",
  signature_invalid: "The token was altered, or signed by somebody else who uses the same key id. Treat repeated ones as an attack.",

  claim_missing: "Compare the token's claims with the provider's page under docs/providers/.",
  claim_malformed:
    "Compare the token's claims with the provider's page under docs/providers/; a provider's own rule or action may write one wrongly.",
  claim_ambiguous: "Say in `claimTypes` of `nativeAuthorizer` what the claim is, or use an authorizer of the gateway.",
  token_expired: "Expected. The client has to refresh its tokens; many of them at once point to a client's wrong clock.",
  token_not_yet_valid: "Compare clocks. The issuer's option `clockSkew` sets how large a difference is accepted.",
  token_lifetime_too_long: "Shorten the tokens' lifetime in the provider's settings, or raise the issuer's option `maxLifetime`.",
  token_bound: "The client uses DPoP or mutual TLS for its tokens, which this gateway does not prove. Ask for plain bearer tokens.",
  token_use_mismatch:
    "The client sends its ID token where the API wants the access token, or the reverse. See the issuer's option `tokenUse`.",
  token_not_for_api: "Microsoft Graph tokens and their like cannot be verified by others. Ask for a scope of your own API.",
  audience_mismatch: "Compare the token's `aud` with the issuer's option `audience`; the client may have asked for another API.",
  client_not_allowed: "Add the client to the issuer's option `clientIds`, if it is meant to call this API.",
  tenant_not_allowed: "Add the tenant to the issuer's option `tenants`, if it is a customer of this API.",
  tenant_mismatch: "The token contradicts itself about its tenant. Treat repeated ones as an attack.",
  policy_not_allowed: "Add the user flow or policy to the issuer's option `policies`, if signing in through it is enough for this API.",

  revoked: "Expected after a sign-out or a lock-out. `sallyport revoke --list` says by whom and why.",
  token_inactive: "Expected after a sign-out at the provider. If all tokens are inactive, check the credentials for introspection.",

  principal_missing:
    "The route has no authorizer of this gateway in front of it, or one whose answer does not reach the function. Run `sallyport doctor`.",
  principal_malformed: "Authorizer and function are of different versions, or another authorizer stands in front. Deploy both together.",
  principal_expired:
    "Expected: API Gateway kept the answer for longer than the token lived, or the authorizer let the token in by its `clockSkew` only, which functions do not grant. A shorter TTL makes it rarer.",
  principal_misplaced: "A function got a principal that was made for another API or stage. Check which authorizer its route names.",

  step_up_required: "Expected. The client has to send the user to sign in again, as the challenge says.",
  rule_denied: "Compare the route's rule with the principal's rights: `sallyport explain --route`. The vocabulary may drop or rename them.",
  groups_incomplete: "The user is in more groups than the provider lists. Assign the groups to the application, or use roles instead.",
  route_unknown: "Add the route to the route table: what is deployed and not listed there is denied.",
  principal_too_large: "Let the vocabulary drop names that no rule uses, and forward fewer claims.",

  keys_unavailable:
    "Look at the provider's status and at the authorizer's way to the internet. Pin keys (`sallyport keys pin`) to outlast an outage.",
  revocations_unavailable: "Look at the revocation table: throttling, permissions, the region's status.",
  introspection_unavailable: "Look at the provider's status, and at the credentials and the address configured for introspection.",
  event_unsupported: "The authorizer is attached to an API of another type or payload format. docs/api-types.md says which belongs where.",
  internal_error: "A fault in this gateway or in a rule of your own. The log line before it may say more; please report it.",
};

/** Where a reason is explained, below docs/. */
export const reasonPage = (code: ReasonCode): string => `reasons.md#${code}`;
