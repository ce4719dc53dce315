import type { ReasonCode } from "../../src/errors.ts";
import type { TokenOptions } from "../../src/testing/index.ts";
import { AUDIENCE, encode, type Kit, NOW, TENANT } from "./kit.ts";

/** A token that is refused, the step at which, and what is said about it. */
export interface Case {
  readonly what: string;
  readonly token: (kit: Kit) => Promise<string> | string;
  readonly code: ReasonCode;
  readonly step: string;
  readonly hint: RegExp | null;
  readonly route?: string;
}

type Row = readonly [what: string, token: Case["token"], code: ReasonCode, step: string, hint: RegExp | null, route?: string];

const of =
  (issuer: string, claims: TokenOptions["claims"] = {}, header: TokenOptions["header"] = {}) =>
  (kit: Kit) =>
    kit.good(issuer, { claims, header });
const iss = (iss: string) => of("other", { iss });
const cut = (change: (token: string) => string) => async (kit: Kit) => change(await kit.good("pool"));
const jwe = (header: object) => () => [encode(header), "a2V5", "aXY", "dGV4dA", "dGFn"].join(".");
const GRAPH = "00000003-0000-0000-c000-000000000000";
const APP = "e4b71d06-3c58-4f92-a6e0-9d2b8c5f7a13";

const FORM: readonly Row[] = [
  ["nothing", () => "", "credential_missing", "credential", /printed nothing/],
  ["quotes", cut((token) => `"${token}"`), "credential_malformed", "credential", /quotes/],
  ["a token response", () => '{"id_token":"x"}', "credential_malformed", "credential", /whole JSON document/],
  ["a line break", cut((token) => `${token.slice(0, 60)}\n${token.slice(60)}`), "credential_malformed", "credential", /wrapped/],
  ["a cut token", cut((token) => `${token.slice(0, 60)}…`), "credential_malformed", "credential", /cut/],
  ["the scheme twice", cut((token) => `Bearer ${token}`), "credential_malformed", "credential", /scheme/],
  ["URL encoding", cut((token) => token.replaceAll(".", "%2E")), "credential_malformed", "credential", /URL-encoded/],
  ["padding", cut((token) => token.replace(".", "=.")), "credential_malformed", "credential", /base64url without padding/],
  ["no signature", () => `${encode({ alg: "none" })}.${encode({ sub: "x" })}.`, "token_malformed", "form", /not signed/],
  ["two parts", cut((token) => token.split(".").slice(0, 2).join(".")), "token_malformed", "form", /signature is missing/],
  ["a Google access token", () => "ya29.a0AfExampleExample", "token_opaque", "form", /Google's access tokens/],
  ["an opaque token", () => "opaque-token-of-nobody", "token_opaque", "form", /Auth0 issues opaque/],
  ["an opaque token at Google", () => "opaque-token-of-nobody", "token_opaque", "form", /Google's access tokens are opaque/],
  ["an opaque token at Okta", () => "opaque-token-of-nobody", "token_opaque", "form", /Okta's refresh tokens/],
  ["an encrypted Auth0 token", jwe({ alg: "dir", enc: "A256GCM" }), "token_encrypted", "form", /Auth0 issues opaque or encrypted/],
  ["a Cognito refresh token", jwe({ alg: "RSA-OAEP", enc: "A256GCM" }), "token_encrypted", "form", /refresh tokens look like this/],
  ["a huge token", () => "x".repeat(9_000), "credential_too_large", "form", /10,240/],
  ["a critical extension", of("other", {}, { crit: ["b64"], b64: true }), "header_unsupported", "extensions", null],
];

const ISSUER: readonly Row[] = [
  ["another slash", iss("https://other.example/realm/"), "issuer_unknown", "issuer", /trailing slash from one of other/],
  ["another case", iss("https://Other.example/realm"), "issuer_unknown", "issuer", /upper and lower case/],
  ["another scheme", iss("http://other.example/realm"), "issuer_unknown", "issuer", /the scheme/],
  ["another Entra version", iss(`https://sts.windows.net/${GRAPH}/`), "issuer_unknown", "issuer", /version 1 token/],
  ["another Entra tenant", iss(`https://login.microsoftonline.com/${GRAPH}/v2.0`), "issuer_unknown", "issuer", /another Entra tenant/],
  ["another B2C policy", iss(`https://sample.b2clogin.com/tfp/${TENANT}/b2c_1_reset/v2.0/`), "issuer_unknown", "issuer", /B2C tenant/],
  ["another pool", iss("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other"), "issuer_unknown", "issuer", /another Cognito/],
  ["a custom domain", iss("https://login.sample.example/"), "issuer_unknown", "issuer", /customDomains/],
  ["another server", iss("https://sample.okta.com/oauth2/other"), "issuer_unknown", "issuer", /authorization server/],
  ["no issuer", of("other", { iss: undefined }), "claim_missing", "issuer", /no `iss`/],
];

const KEY: readonly Row[] = [
  [
    "an HMAC",
    () => [encode({ alg: "HS256", kid: "k" }), encode({ iss: "https://other.example/realm" }), "AAAA"].join("."),
    "algorithm_not_allowed",
    "algorithm",
    /shared secret/,
  ],
  [
    "alg none",
    () => [encode({ alg: "none", kid: "k" }), encode({ iss: "https://other.example/realm" }), "AAAA"].join("."),
    "algorithm_not_allowed",
    "algorithm",
    /alg` none/,
  ],
  [
    "another algorithm",
    () => [encode({ alg: "ES256", kid: "k" }), encode({ iss: "https://other.example/realm" }), "AAAA"].join("."),
    "algorithm_not_allowed",
    "algorithm",
    /sound one/,
  ],
  ["a logout token's typ", of("other", {}, { typ: "logout+jwt" }), "typ_not_allowed", "type", /logout token/],
  ["an access token's typ", of("visitors", {}, { typ: "at+jwt" }), "typ_not_allowed", "type", /asks for ID tokens/],
  ["no key id", of("other", {}, { kid: undefined }), "key_id_missing", "kid", null],
  ["an unknown key", of("other", {}, { kid: "gone" }), "key_unknown", "key", /No key of this id/],
  ["an unknown key at Entra", of("staff", {}, { kid: "gone" }), "key_unknown", "key", /appid/],
  ["an unknown key at B2C", of("partners", {}, { kid: "gone" }), "key_unknown", "key", /each policy has keys of its own/],
  [
    "a foreign signature",
    async (kit) => kit.good("staff", { claims: { iss: "https://sample.eu.auth0.com/" }, header: { kid: "test-shops" } }),
    "signature_invalid",
    "signature",
    /copy it again/,
  ],
];

const TIMES: readonly Row[] = [
  ["just expired", of("other", { exp: NOW - 90 }), "token_expired", "expiry", /1m 30s ago/],
  ["long expired", of("other", { exp: NOW - 200_000, iat: NOW - 203_600 }), "token_expired", "expiry", /more than a day/],
  ["from the future", of("other", { iat: NOW + 300, nbf: NOW + 300 }), "token_not_yet_valid", "start", /5m off/],
  ["too long a life", of("other", { exp: NOW + 40 * 86_400 }), "token_lifetime_too_long", "lifetime", null],
  ["a bound token", of("other", { cnf: { jkt: "thumbprint" } }), "token_bound", "binding", null],
  ["milliseconds", of("other", { exp: NOW * 1_000 }), "claim_malformed", "expiry", /milliseconds/],
  ["a time as text", of("other", { exp: String(NOW + 60) }), "claim_malformed", "expiry", /time is text/],
  ["no end", of("other", { exp: undefined }), "claim_missing", "expiry", /never ends/],
];

const CHECKS: readonly Row[] = [
  [
    "a Graph token of a version that is not configured",
    of("staff", { iss: `https://login.microsoftonline.us/${TENANT}/v2.0`, aud: GRAPH }),
    "token_not_for_api",
    "issuer",
    /Microsoft Graph/,
  ],
  [
    "a token of the Okta organization whose other server is configured",
    of("field", { iss: "https://sample.okta.com" }),
    "token_not_for_api",
    "issuer",
    /organization's own server/,
  ],
  ["a Graph token", of("staff", { aud: GRAPH }), "token_not_for_api", "own-api", /Microsoft Graph/],
  ["a Cognito ID token", of("pool", { token_use: "id" }), "token_use_mismatch", "kind", /Cognito ID token; the API wants access tokens/],
  ["an app without roles", of("staff", { scp: undefined }), "token_use_mismatch", "kind", /without any role/],
  ["a logout token", of("visitors", { events: {} }), "token_use_mismatch", "kind", /logout token/],
  ["an access token", of("visitors", { scope: "openid" }), "token_use_mismatch", "kind", /Google access token/],
  [
    "an ID token of a shared registration",
    of("other", { azp: "other-api", client_id: undefined, scope: undefined }),
    "token_use_mismatch",
    "kind",
    /an ID token; the API wants access tokens/,
  ],
  ["another slash", of("shops", { aud: `${AUDIENCE}/` }), "audience_mismatch", "audience", /trailing slash/],
  ["the app's URI", of("staff", { aud: `api://${APP}` }), "audience_mismatch", "audience", /api:\/\//],
  ["another case", of("shops", { aud: AUDIENCE.toUpperCase() }), "audience_mismatch", "audience", /upper and lower case/],
  ["a client id", of("shops", { aud: "web" }), "audience_mismatch", "audience", /client id/],
  ["another issuer's audience", of("other", { aud: AUDIENCE }), "audience_mismatch", "audience", /one of shops/],
  ["userinfo", of("shops", { aud: ["https://sample.eu.auth0.com/userinfo"] }), "audience_mismatch", "audience", /userinfo/],
  ["a bound resource", of("pool", { aud: "orders-api" }), "audience_mismatch", "audience", /resource server/],
  ["another client", of("pool", { client_id: "mobile" }), "client_not_allowed", "client", /same user pool/],
  ["several audiences", of("visitors", { aud: ["google-client", "x"], azp: undefined }), "client_not_allowed", "client", /no `azp`/],
  [
    "a stranger among the audiences",
    of("visitors", { aud: ["google-client", "x"] }),
    "audience_mismatch",
    "audience",
    /in `audience` or `clientIds`/,
  ],
  ["no organization", of("shops", { org_id: undefined }), "tenant_not_allowed", "tenant", /without an organization/],
  ["a private account", of("visitors", { hd: undefined }), "tenant_not_allowed", "tenant", /private Google account/],
  ["another flow", of("partners", { tfp: "B2C_1_reset" }), "policy_not_allowed", "flow", /Password reset/],
  ["no flow", of("partners", { tfp: undefined }), "policy_not_allowed", "flow", /names no policy/],
  ["no subject", of("other", { sub: undefined }), "claim_missing", "principal", /Missing: sub/],
  ["odd roles", of("other", { roles: "admin" }), "claim_malformed", "principal", /roles/],
];

const RULES: readonly Row[] = [
  ["a dropped name", of("pool", { scope: "orders.read" }), "rule_denied", "rule", /drops a name like scope orders:read/, "GET /orders"],
  ["no scope at all", of("pool", { scope: "openid" }), "rule_denied", "rule", /grants no scope/, "GET /orders"],
  [
    "a permission",
    of("shops", { scope: "openid", permissions: ["orders:read"] }),
    "rule_denied",
    "rule",
    /as a permission/,
    "GET /orders/42",
  ],
  ["a machine and a sign-in", of("shops", { sub: "m@clients" }), "rule_denied", "rule", /cannot sign in/, "DELETE /orders"],
  ["a machine and a group", of("shops", { sub: "m@clients" }), "rule_denied", "rule", /in none/, "POST /orders"],
  ["no sign-in time", of("shops"), "step_up_required", "rule", /auth_time/, "DELETE /orders"],
  ["no method", of("pool"), "step_up_required", "rule", /amr/, "DELETE /orders"],
  ["another level", of("shops", { acr: "silver" }), "step_up_required", "rule", /`acr` "gold"/, "PUT /orders"],
  ["cut groups", of("staff", { hasgroups: true }), "groups_incomplete", "rule", null, "POST /orders"],
  ["a slash", of("pool"), "route_unknown", "route", /ends in a slash/, "GET /orders/"],
  ["another method", of("pool"), "route_unknown", "route", /another method: GET \/me/, "PUT /me"],
  ["a slip", of("pool"), "route_unknown", "route", /Did you mean "GET \/orders"/, "GET /order"],
];

/** Every kind of refusal. */
export const CASES: readonly Case[] = [...FORM, ...ISSUER, ...KEY, ...TIMES, ...CHECKS, ...RULES].map(
  ([what, token, code, step, hint, route]) => ({ what, token, code, step, hint, ...(route !== undefined && { route }) }),
);
