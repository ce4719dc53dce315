import { uses } from "./clues.ts";
import { looseJson } from "./evidence.ts";
import type { Hint, HintEvidence } from "./hint.ts";

const MALFORMED = ["token_malformed", "credential_malformed"] as const;
const partsOf = ({ text }: HintEvidence) => text.split(".");
const matches = (pattern: RegExp) => (evidence: HintEvidence) => pattern.test(evidence.text);

/** The algorithm of a token that could not be decoded as a whole; empty where it cannot be read. */
function algorithmOf(evidence: HintEvidence): string {
  const algorithm = looseJson(partsOf(evidence)[0])?.["alg"];
  return typeof algorithm === "string" ? algorithm : "";
}

/** What goes wrong before a token is even a token. */
export const FORM_HINTS: readonly Hint[] = [
  {
    codes: ["credential_missing"],
    when: () => true,
    text: "Nothing was given. In a pipe, the command before it printed nothing.",
  },
  {
    codes: MALFORMED,
    when: (evidence) => partsOf(evidence).length === 3 && partsOf(evidence)[2] === "",
    text: "The token is not signed: its third part is empty, as with `alg` none. Such a token is never accepted.",
  },
  { codes: MALFORMED, when: matches(/^(?!\s*\{).*["'`]/s), text: "There are quotes in or around the token. Give the token alone." },
  {
    codes: MALFORMED,
    when: matches(/^\s*\{/),
    text: "This is a whole JSON document, perhaps the provider's token response. Give the value of its `access_token`.",
  },
  {
    codes: MALFORMED,
    when: matches(/\S\s+\S/),
    text: "There are spaces or line breaks inside the token: it was wrapped when it was copied.",
  },
  { codes: MALFORMED, when: matches(/…|\.{2,}$/), text: "The token was cut where it was copied: it ends in dots." },
  {
    codes: [...MALFORMED, "token_opaque"],
    when: matches(/^(?:authorization:|bearer\b)/i),
    text: "The text starts with the scheme. Clients that add `Bearer` themselves send it twice.",
  },
  { codes: MALFORMED, when: matches(/%[0-9A-F]{2}/i), text: "The token is URL-encoded. Decode it first." },
  {
    codes: MALFORMED,
    when: matches(/^[\w-]+[+/=]|[+/=][\w-]*\./),
    text: "The token is in plain base64, with `+`, `/` or `=`. A JWS is base64url without padding (RFC 7515 section 2).",
  },
  {
    codes: [...MALFORMED, "token_opaque"],
    when: matches(/^ya29\./),
    text: "This looks like one of Google's access tokens. They are opaque: only Google's ID tokens can be verified.",
  },
  {
    codes: MALFORMED,
    when: (evidence) => partsOf(evidence).length === 2,
    text: "Two parts of three are there: the signature is missing. The token was cut, or it is a state or a cookie of something else.",
  },
  {
    codes: ["token_encrypted", "token_opaque"],
    when: (evidence) => uses("auth0")(evidence) && (algorithmOf(evidence) === "dir" || partsOf(evidence).length === 1),
    text: "Auth0 issues opaque or encrypted access tokens to clients that name no `audience`. Ask for one at /authorize or /oauth/token.",
  },
  {
    codes: ["token_encrypted"],
    when: (evidence) => uses("cognito")(evidence) && ["RSA-OAEP", "RSA-OAEP-256"].includes(algorithmOf(evidence)),
    text: "Cognito's refresh tokens look like this. The client has to send its access token.",
  },
  {
    codes: ["token_opaque"],
    when: uses("google"),
    text: "Google's access tokens are opaque: only its ID tokens can be verified.",
  },
  {
    codes: ["token_opaque"],
    when: uses("okta"),
    text: "Okta's refresh tokens are opaque. If this is one, the client has to send its access token.",
  },
  {
    codes: ["credential_too_large"],
    when: () => true,
    text: "API Gateway itself stops at 10,240 bytes of headers. Hundreds of groups in the token are the usual cause.",
  },
];
