import { audienceOf, forUsers, type Grant, idAudienceOf, listClaim, otherAudience, type TokenShape, times, uniqueId } from "./shape.ts";

const subjectOf = ({ persona, clientId }: Grant) => {
  if (persona.kind === "client") return `${clientId}@clients`;
  return persona.subject.includes("|") ? persona.subject : `auth0|${persona.subject}`;
};

const usual = (grant: Grant) => ({
  iss: grant.iss,
  sub: subjectOf(grant),
  ...times(grant),
  ...(grant.persona.organization === null ? {} : { org_id: grant.persona.organization }),
  ...listClaim(grant.issuer.settings.rolesClaim, null, grant.roles),
  ...listClaim(grant.issuer.settings.groupsClaim, null, grant.groups),
});

const secondFactor = ({ persona, signedInAt }: Grant) =>
  persona.methods.includes("mfa")
    ? { auth_time: signedInAt, amr: persona.methods, acr: "http://schemas.openid.net/pape/policies/2007/06/multi-factor" }
    : {};

/** Auth0: `permissions` beside `scope`, and a second audience for users: the tenant's own userinfo endpoint. */
export const auth0: TokenShape = {
  typ: "JWT",
  keysNameAlgorithm: true,
  access: (grant) => ({
    ...usual(grant),
    ...secondFactor(grant),
    aud: grant.persona.kind === "user" ? [audienceOf(grant), `${grant.iss}userinfo`] : audienceOf(grant),
    azp: grant.clientId,
    scope: [...grant.ownScopes, ...grant.scopes].join(" "),
    ...listClaim(grant.issuer.settings.permissionsClaim, "permissions", grant.permissions),
    ...(grant.persona.kind === "client" ? { gty: "client-credentials" } : {}),
  }),
  id: (grant) => ({
    ...usual(grant),
    ...secondFactor(grant),
    aud: idAudienceOf(grant),
    nonce: uniqueId(),
    ...forUsers(grant, { sid: grant.session, name: grant.persona.displayName, nickname: grant.persona.name }),
    ...(grant.persona.email === null ? {} : { email: grant.persona.email, email_verified: true }),
  }),
  elsewhere: otherAudience,
};
