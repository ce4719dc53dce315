import { audienceOf, forUsers, type Grant, idAudienceOf, listClaim, otherAudience, type TokenShape, times, uniqueId } from "./shape.ts";

const usual = (grant: Grant) => ({
  iss: grant.iss,
  sub: grant.persona.kind === "user" ? grant.persona.subject : grant.clientId,
  jti: uniqueId(),
  ...times(grant),
  ...forUsers(grant, {
    sid: grant.session,
    auth_time: grant.signedInAt,
    ...(grant.persona.methods.length === 0 ? {} : { amr: grant.persona.methods }),
  }),
  ...listClaim(grant.issuer.settings.rolesClaim, "roles", grant.roles),
  ...listClaim(grant.issuer.settings.groupsClaim, "groups", grant.groups),
  ...listClaim(grant.issuer.settings.permissionsClaim, "permissions", grant.permissions),
  ...(typeof grant.issuer.settings.tenantClaim === "string" && grant.persona.organization !== null
    ? { [grant.issuer.settings.tenantClaim]: grant.persona.organization }
    : {}),
});

/** Any other provider: the JWT profile for access tokens (RFC 9068). */
export const oidc: TokenShape = {
  typ: "at+jwt",
  keysNameAlgorithm: true,
  access: (grant) => ({
    ...usual(grant),
    aud: audienceOf(grant),
    client_id: grant.clientId,
    scope: [...grant.ownScopes, ...grant.scopes].join(" "),
  }),
  id: (grant) => ({
    ...usual(grant),
    aud: idAudienceOf(grant),
    nonce: uniqueId(),
    name: grant.persona.displayName,
    ...(grant.persona.email === null ? {} : { email: grant.persona.email, email_verified: true }),
  }),
  elsewhere: otherAudience,
};
