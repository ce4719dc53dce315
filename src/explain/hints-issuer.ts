import { claim, has, is, uses } from "./clues.ts";
import { span } from "./evidence.ts";
import type { Hint, HintEvidence } from "./hint.ts";

const ENTRA =
  /^https:\/\/(?:login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn|sts\.windows\.net|sts\.chinacloudapi\.cn)\//;
const ENTRA_V1 = /^https:\/\/sts\.(?:windows\.net|chinacloudapi\.cn)\//;
const B2C = /\.b2clogin\.(?:com|cn)\/|\/tfp\//;
const COGNITO = /^https:\/\/(?:issuer-)?cognito-idp\./;
const ENTRA_PROVIDERS = ["entraId", "entraExternalId", "azureAdB2c"];

const text = (value: unknown) => (typeof value === "string" ? value : "");
const iss = (evidence: HintEvidence) => text(claim(evidence, "iss"));
const algorithm = ({ token }: HintEvidence) => token?.header.alg ?? "";

/** The name of the first issuer one of whose spellings is the token's once both have been changed alike. */
function nearIssuer(evidence: HintEvidence, change: (iss: string) => string): string | null {
  const wanted = change(iss(evidence));
  return evidence.gateway.issuers.find(({ issuers }) => issuers.some((one) => change(one) === wanted))?.name ?? null;
}

const hostOf = (iss: string) => URL.parse(iss)?.host ?? iss;

/** The first change that brings token and configuration together is the difference between them. */
const DIFFERENCES = [
  { by: "the trailing slash", change: (iss: string) => iss.replace(/\/+$/, "") },
  { by: "upper and lower case", change: (iss: string) => iss.toLowerCase() },
  { by: "the scheme", change: (iss: string) => iss.replace(/^https?:\/\//, "") },
  { by: "spaces around it", change: (iss: string) => iss.trim() },
];

function difference(evidence: HintEvidence): string | null {
  for (const { by, change } of DIFFERENCES) {
    const name = nearIssuer(evidence, change);
    if (name !== null) return `The issuer differs by ${by} from one of ${name}. Issuers are compared exactly: write it as the tokens do.`;
  }
  return null;
}

/** Seconds from now to the later of `nbf` and `iat`. */
function ahead(evidence: HintEvidence): number {
  const times = [claim(evidence, "nbf"), claim(evidence, "iat")].filter((value) => typeof value === "number");
  return Math.max(0, ...times.map((value) => value - evidence.now));
}

const expiredFor = (evidence: HintEvidence) => evidence.now - Number(claim(evidence, "exp"));
const isMilliseconds = (value: unknown) => typeof value === "number" && value > 100_000_000_000;

/** From the issuer to the signature and the times. */
export const ISSUER_HINTS: readonly Hint[] = [
  { codes: ["issuer_unknown"], when: (evidence) => difference(evidence) !== null, text: (evidence) => difference(evidence) ?? "" },
  {
    codes: ["issuer_unknown"],
    when: (evidence) => ENTRA_V1.test(iss(evidence)) && !B2C.test(iss(evidence)),
    text: "This is a version 1 token of Entra ID. Configure `entraId` with its tenant, or set the API's `requestedAccessTokenVersion` to 2.",
  },
  {
    codes: ["issuer_unknown"],
    when: (evidence) => ENTRA.test(iss(evidence)) && uses("entraId")(evidence),
    text: "The token is of another Entra tenant, version or cloud than those configured: compare `tenants`, `issuer` and `cloud`.",
  },
  {
    codes: ["issuer_unknown"],
    when: (evidence) => (B2C.test(iss(evidence)) || ENTRA.test(iss(evidence))) && uses("azureAdB2c")(evidence),
    text: "The token is of another B2C tenant, host or policy: compare `tenant`, `tenantId`, `domains` and `policies`.",
  },
  {
    codes: ["issuer_unknown"],
    when: (evidence) => COGNITO.test(iss(evidence)) && uses("cognito")(evidence),
    text: "The token is of another Cognito user pool or region than those configured.",
  },
  {
    codes: ["issuer_unknown"],
    when: (evidence) => uses("auth0")(evidence) && /^https:\/\/[^/]+\/$/.test(iss(evidence)) && difference(evidence) === null,
    text: "If this is a custom domain of the Auth0 tenant, list it in `customDomains`: tokens name the domain they were asked for at.",
  },
  {
    codes: ["issuer_unknown"],
    when: (evidence) =>
      uses("okta")(evidence) && difference(evidence) === null && nearIssuer(evidence, hostOf) !== null && !ENTRA.test(iss(evidence)),
    text: "The host is configured, the path is not: this is a token of another Okta authorization server.",
  },
  {
    codes: ["issuer_unknown"],
    when: (evidence) => /(?:^|\/)accounts\.google\.com$/.test(iss(evidence)) && !uses("google")(evidence),
    text: "This is a token of Google, and no `google` issuer is configured.",
  },
  {
    codes: ["algorithm_not_allowed"],
    when: (evidence) => /^none$/i.test(algorithm(evidence)),
    text: "The token says `alg` none: it is not signed. It is never accepted; from a client, it is an attack or a test.",
  },
  {
    codes: ["algorithm_not_allowed"],
    when: (evidence) => /^HS\d{3}$/.test(algorithm(evidence)),
    text: "The token is signed with a shared secret. Set the API to RS256 at the provider (Auth0: API settings, signing algorithm).",
  },
  {
    codes: ["algorithm_not_allowed"],
    when: (evidence) => /^(?:RS|PS|ES)\d{3}$|^Ed(?:DSA|25519)$/.test(algorithm(evidence)),
    text: "The algorithm is a sound one. If the provider really signs with it, add it to the issuer's option `algorithms`.",
  },
  {
    codes: ["typ_not_allowed"],
    when: ({ token }) => /logout/i.test(token?.header.typ ?? ""),
    text: "This is a logout token: it belongs at the back-channel logout address, not in the Authorization header.",
  },
  {
    codes: ["typ_not_allowed"],
    when: ({ token, issuer }) => /^(?:application\/)?at\+jwt$/i.test(token?.header.typ ?? "") && issuer?.settings.tokenUse === "id",
    text: "This is an access token, and the issuer's option `tokenUse` asks for ID tokens.",
  },
  {
    codes: ["key_unknown"],
    when: ({ published, token }) => published?.get(token?.header.kid ?? "") === false,
    text: "The key is published but may not be used: too short, for encryption, ambiguous, or malformed. `sallyport doctor` lists it.",
  },
  {
    codes: ["key_unknown"],
    when: ({ published, token }) => published?.has(token?.header.kid ?? "") === false,
    text: "No key of this id is published now. Either it was withdrawn, or the token was made elsewhere and only claims this issuer.",
  },
  {
    codes: ["key_unknown"],
    when: is("entraId"),
    text: "Entra signs with a key of the app's own where claims mapping is used; its keys are at the discovery address with `?appid=`.",
  },
  {
    codes: ["key_unknown", "signature_invalid"],
    when: is("azureAdB2c"),
    text: "At Azure AD B2C each policy has keys of its own: the token's `tfp` or `acr` decides which are asked.",
  },
  {
    codes: ["signature_invalid"],
    when: () => true,
    text: "The key id is one of the issuer's. If the token was copied by hand, copy it again: one changed character is enough.",
  },
  {
    codes: ["token_expired"],
    when: (evidence) => expiredFor(evidence) < 300,
    text: (evidence) =>
      `It expired ${span(expiredFor(evidence))} ago: a client that refreshes too late, or clocks that differ. \`clockSkew\` allows for a difference.`,
  },
  {
    codes: ["token_expired"],
    when: (evidence) => expiredFor(evidence) >= 300 && claim(evidence, "iat") !== undefined && expiredFor(evidence) > 86_400,
    text: "It expired more than a day ago: a token kept in a file, a test or an environment variable.",
  },
  {
    codes: ["token_not_yet_valid"],
    when: () => true,
    text: (evidence) => `A clock is ${span(ahead(evidence))} off: the issuer's or this machine's. \`clockSkew\` allows for a difference.`,
  },
  {
    codes: ["claim_malformed"],
    when: (evidence) => ["exp", "nbf", "iat"].some((name) => isMilliseconds(claim(evidence, name))),
    text: "A time is in milliseconds. JWT counts seconds (RFC 7519 section 2).",
  },
  {
    codes: ["claim_malformed"],
    when: (evidence) => ["exp", "nbf", "iat", "auth_time"].some((name) => typeof claim(evidence, name) === "string"),
    text: "A time is text. JWT counts seconds as a number (RFC 7519 section 2).",
  },
  {
    codes: ["claim_missing"],
    when: (evidence) => evidence.token !== null && claim(evidence, "exp") === undefined,
    text: "The token has no `exp`: one that never ends is never accepted.",
  },
  {
    codes: ["claim_missing"],
    when: (evidence) => evidence.token !== null && claim(evidence, "iss") === undefined,
    text: "The token has no `iss`, so nothing says whose keys could verify it.",
  },
  {
    codes: ["token_not_for_api"],
    when: (evidence) => is(...ENTRA_PROVIDERS)(evidence) || (evidence.issuer === null && has(evidence, "tid")),
    text: "This is a token for Microsoft Graph. The client has to ask for a scope of this API, such as `api://<app id>/<scope>`.",
  },
  {
    codes: ["token_not_for_api"],
    when: (evidence) => is("okta")(evidence) || (evidence.issuer === null && !has(evidence, "tid")),
    text: "Only Okta can verify tokens of the organization's own server: introspection is the only way (docs/providers/okta.md), or use a custom server.",
  },
  {
    codes: ["token_not_for_api"],
    when: ({ issuer }) => issuer?.provider === "okta" && issuer.settings.introspection?.tokens === "jwt",
    text: 'The issuer\'s `introspection` leaves out tokens that only Okta can verify: set its `tokens` to "opaque" or "all".',
  },
];
