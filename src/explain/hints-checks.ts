import type { Json } from "../json.ts";
import { claim, has, is } from "./clues.ts";
import { CLIENT_CLAIMS, type Evidence } from "./evidence.ts";
import type { Hint, HintEvidence } from "./hint.ts";

const wants = (use: "access" | "id") => (evidence: HintEvidence) => evidence.issuer?.settings.tokenUse === use;
const texts = (value: Json | undefined) => (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
const audiences = (evidence: HintEvidence) => texts(claim(evidence, "aud"));
const expected = ({ issuer }: HintEvidence) => issuer?.settings.audience ?? [];
const isWithin = (wanted: readonly string[], found: readonly string[], change: (text: string) => string) =>
  found.map(change).some((one) => wanted.map(change).includes(one));

/** The issuer whose audience the token has, if it is another one than its own. */
const audienceOwner = (evidence: HintEvidence) =>
  evidence.gateway.issuers.find(
    ({ name, settings }) => name !== evidence.issuer?.name && settings.audience?.some((one) => audiences(evidence).includes(one)),
  )?.name ?? null;

const isClientAudience = (evidence: HintEvidence) => {
  const clients = [...(evidence.issuer?.settings.clientIds ?? []), ...CLIENT_CLAIMS.flatMap((name) => texts(claim(evidence, name)))];
  return audiences(evidence).some((audience) => clients.includes(audience));
};

/** The usual claims that are of a type they must not have. */
const TYPES: Readonly<Record<string, (value: Json) => boolean>> = {
  sub: isText,
  aud: (value) => isText(value) || isTexts(value),
  azp: isText,
  client_id: isText,
  scope: (value) => isText(value) || isTexts(value),
  scp: (value) => isText(value) || isTexts(value),
  amr: isTexts,
  roles: isTexts,
  groups: isTexts,
  permissions: isTexts,
  "cognito:groups": isTexts,
  auth_time: (value) => typeof value === "number",
};

function isText(value: Json): boolean {
  return typeof value === "string";
}

function isTexts(value: Json): boolean {
  return Array.isArray(value) && value.every(isText);
}

/** The usual claims that the token has, of a type that they must not have. */
export function odd(evidence: Evidence): readonly string[] {
  return Object.entries(TYPES)
    .filter(([name, fits]) => claim(evidence, name) !== undefined && !fits(claim(evidence, name) as Json))
    .map(([name]) => name);
}

/** What a provider's tokens of the kind that is wanted always have. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  cognito: ["token_use", "sub"],
  azureAdB2c: ["sub", "aud"],
  entraId: ["tid", "sub", "aud"],
  entraExternalId: ["tid", "sub", "aud"],
  auth0: ["sub", "aud"],
  okta: ["sub", "aud"],
  google: ["sub", "aud"],
  oidc: ["sub"],
};

/** Claims that the provider's tokens always have, and this one has not. */
export const absent = (evidence: Evidence): readonly string[] =>
  evidence.isAsked ? [] : (REQUIRED[evidence.issuer?.provider ?? ""] ?? []).filter((name) => !has(evidence, name));
const NAMES: Readonly<Record<string, string>> = {
  cognito: "a Cognito",
  azureAdB2c: "an Azure AD B2C",
  entraId: "an Entra ID",
  entraExternalId: "an Entra External ID",
  auth0: "an Auth0",
  okta: "an Okta",
  google: "a Google",
};
const called = ({ issuer }: HintEvidence) => NAMES[issuer?.provider ?? ""] ?? "an";
const isAppOnly = (evidence: HintEvidence) =>
  is("entraId", "entraExternalId")(evidence) &&
  (claim(evidence, "idtyp") === "app" || (has(evidence, "azp", "appid") && !has(evidence, "scp")));
/** It was read by asking its issuer. */
const isAsked = (evidence: HintEvidence) => evidence.isAsked;
const looksLikeId = (evidence: HintEvidence) =>
  claim(evidence, "token_use") === "id" || has(evidence, "at_hash", "c_hash", "nonce") || !has(evidence, "scp", "scope", "client_id");

/** The provider's own checks. */
export const CHECK_HINTS: readonly Hint[] = [
  {
    codes: ["token_use_mismatch"],
    when: (evidence) => wants("access")(evidence) && isAppOnly(evidence),
    text: "This is an app's own token without any role. Give the app an application role of this API and grant it.",
  },
  {
    codes: ["token_use_mismatch"],
    when: (evidence) => has(evidence, "events"),
    text: "This is a logout token: it belongs at the back-channel logout address.",
  },
  {
    codes: ["token_use_mismatch"],
    when: isAsked,
    text: ({ issuer }) =>
      issuer?.settings.audience === null
        ? "By its issuer's answer this is no access token, or the answer does not say: without `audience` it has to, by `token_type`."
        : "By its issuer's answer this is no access token.",
  },
  {
    codes: ["token_use_mismatch"],
    when: (evidence) =>
      wants("access")(evidence) && looksLikeId(evidence) && !evidence.isAsked && !isAppOnly(evidence) && !has(evidence, "events"),
    text: (evidence) => `This is ${called(evidence)} ID token; the API wants access tokens. The client has to send \`access_token\`.`,
  },
  {
    codes: ["token_use_mismatch"],
    when: wants("id"),
    text: (evidence) => `This is ${called(evidence)} access token; the issuer is configured for ID tokens (\`tokenUse\`).`,
  },
  {
    codes: ["audience_mismatch"],
    when: (evidence) => isWithin(expected(evidence), audiences(evidence), (text) => text.replace(/\/+$/, "")),
    text: "The audience differs by the trailing slash. Audiences are compared exactly: write it as the tokens do.",
  },
  {
    codes: ["audience_mismatch"],
    when: (evidence) => isWithin(expected(evidence), audiences(evidence), (text) => text.replace(/^api:\/\//, "")),
    text: "The audience differs by `api://`: version 1 tokens have the app's URI, version 2 tokens its id. List both, or settle on one version.",
  },
  {
    codes: ["audience_mismatch"],
    when: (evidence) => isWithin(expected(evidence), audiences(evidence), (text) => text.toLowerCase()),
    text: "The audience differs by upper and lower case. Audiences are compared exactly: write it as the tokens do.",
  },
  {
    codes: ["audience_mismatch"],
    when: (evidence) => wants("access")(evidence) && isClientAudience(evidence),
    text: "The audience is a client id: an ID token, or a token asked for without naming this API.",
  },
  {
    codes: ["audience_mismatch"],
    when: (evidence) => wants("id")(evidence) && audiences(evidence).length > 1,
    text: "The ID token has several audiences. Each must be in `audience` or `clientIds`: list those that you trust with it.",
  },
  {
    codes: ["audience_mismatch"],
    when: (evidence) => audienceOwner(evidence) !== null,
    text: (evidence) => `The audience is the one of ${audienceOwner(evidence)}, another issuer of this configuration.`,
  },
  {
    codes: ["audience_mismatch"],
    when: (evidence) => is("auth0")(evidence) && audiences(evidence).some((audience) => audience.endsWith("/userinfo")),
    text: "The token is for Auth0's own userinfo. The client has to name this API's `audience` when it asks for a token.",
  },
  {
    codes: ["audience_mismatch"],
    when: (evidence) => is("cognito")(evidence) && wants("access")(evidence),
    text: "The token is bound to a resource server (`aud`). Set the issuer's option `audience` to it, or ask for a token without a resource.",
  },
  {
    codes: ["client_not_allowed"],
    when: is("cognito"),
    text: "Another app client of the same user pool. Cognito's access tokens have no audience, so the list of clients tells the apps apart.",
  },
  {
    codes: ["client_not_allowed"],
    when: (evidence) => wants("id")(evidence) && Array.isArray(claim(evidence, "aud")) && !has(evidence, "azp"),
    text: "The ID token has several audiences and no `azp` that says which one it was issued to.",
  },
  {
    codes: ["tenant_not_allowed"],
    when: (evidence) => claim(evidence, "tid") === "9188040d-6c67-4c5b-b112-36a304b66dad",
    text: "This is a personal Microsoft account. If such accounts are meant to come in, list their tenant.",
  },
  {
    codes: ["tenant_not_allowed"],
    when: (evidence) => is("auth0")(evidence) && !has(evidence, "org_id"),
    text: "The user signed in without an organization: the client has to send `organization` to /authorize.",
  },
  {
    codes: ["tenant_not_allowed"],
    when: (evidence) => is("google")(evidence) && !has(evidence, "hd"),
    text: "This is a private Google account: only Workspace accounts have `hd`.",
  },
  {
    codes: ["policy_not_allowed"],
    when: is("azureAdB2c"),
    text: "Password reset, profile editing and sign-up flows issue tokens too, each under its own name. List those that may call this API.",
  },
  {
    codes: ["policy_not_allowed"],
    when: (evidence) => is("azureAdB2c")(evidence) && !has(evidence, "tfp", "acr"),
    text: "The token names no policy: set the token compatibility claim of the user flow to `tfp`.",
  },
  {
    codes: ["claim_missing"],
    when: (evidence) => absent(evidence).length > 0,
    text: (evidence) => `Missing: ${absent(evidence).join(", ")}.`,
  },
  {
    codes: ["claim_malformed"],
    when: (evidence) => odd(evidence).length > 0,
    text: (evidence) => `Of a type that it must not have: ${odd(evidence).join(", ")}. An action or a claims mapping may write it.`,
  },
];
