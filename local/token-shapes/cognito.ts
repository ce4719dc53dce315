import { audienceOf, forUsers, type Grant, listClaim, type TokenShape, times, uniqueId } from "./shape.ts";

/** What Cognito's own operations for users, such as `GetUser`, ask of an access token. */
export const SELF_SERVICE = "aws.cognito.signin.user.admin";

const usual = (grant: Grant) => ({
  iss: grant.iss,
  sub: grant.persona.kind === "user" ? grant.persona.subject : grant.clientId,
  auth_time: grant.signedInAt,
  jti: uniqueId(),
  ...times(grant),
});

const person = (grant: Grant) =>
  forUsers(grant, {
    origin_jti: grant.session,
    event_id: uniqueId(),
    ...listClaim(grant.issuer.settings.groupsClaim, "cognito:groups", grant.groups),
    ...(grant.persona.methods.includes("mfa") ? { amr: grant.persona.methods, acr: "urn:cognito:loa:4" } : {}),
  });

/** Amazon Cognito: an access token normally has no audience and is known by its client. */
export const cognito: TokenShape = {
  typ: null,
  keysNameAlgorithm: true,
  selfService: SELF_SERVICE,
  access: (grant) => ({
    ...usual(grant),
    ...person(grant),
    ...forUsers(grant, { username: grant.persona.name }),
    // Only a token bound to a resource has an audience, and machine clients cannot ask for one.
    ...(grant.issuer.settings.audience === null ? {} : forUsers(grant, { aud: audienceOf(grant) })),
    client_id: grant.clientId,
    token_use: "access",
    version: 2,
    scope: [...grant.ownScopes, ...grant.scopes].join(" "),
  }),
  id: (grant) => ({
    ...usual(grant),
    ...person(grant),
    aud: grant.clientId,
    token_use: "id",
    "cognito:username": grant.persona.name,
    name: grant.persona.displayName,
    ...(grant.persona.email === null ? {} : { email: grant.persona.email, email_verified: true }),
  }),
  elsewhere: (claims) => (claims.token_use === "id" ? { ...claims, aud: "another-client" } : { ...claims, client_id: "another-client" }),
};
