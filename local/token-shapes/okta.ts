import { audienceOf, forUsers, type Grant, idAudienceOf, listClaim, otherAudience, type TokenShape, times, uniqueId } from "./shape.ts";

const rights = (grant: Grant) => ({
  ...listClaim(grant.issuer.settings.groupsClaim, "groups", grant.groups),
  ...listClaim(grant.issuer.settings.rolesClaim, null, grant.roles),
  ...listClaim(grant.issuer.settings.permissionsClaim, null, grant.permissions),
});

/** Okta: `scp` is an array, a person is `uid` in access tokens and `sub` in ID tokens. */
export const okta: TokenShape = {
  typ: null,
  keysNameAlgorithm: true,
  access: (grant) => ({
    ver: 1,
    jti: `AT.${uniqueId()}`,
    iss: grant.iss,
    aud: audienceOf(grant),
    cid: grant.clientId,
    scp: [...grant.ownScopes, ...grant.scopes],
    sub: grant.persona.kind === "user" ? (grant.persona.email ?? grant.persona.name) : grant.clientId,
    ...forUsers(grant, { uid: grant.persona.subject, auth_time: grant.signedInAt }),
    ...times(grant),
    ...rights(grant),
  }),
  id: (grant) => ({
    ver: 1,
    jti: `ID.${uniqueId()}`,
    iss: grant.iss,
    aud: idAudienceOf(grant),
    sub: grant.persona.subject,
    auth_time: grant.signedInAt,
    amr: grant.persona.methods,
    ...(grant.persona.federatedBy === null ? {} : { idp: grant.persona.federatedBy }),
    preferred_username: grant.persona.email ?? grant.persona.name,
    ...(grant.persona.email === null ? {} : { email: grant.persona.email, email_verified: true }),
    ...times(grant),
    ...rights(grant),
  }),
  elsewhere: otherAudience,
};
