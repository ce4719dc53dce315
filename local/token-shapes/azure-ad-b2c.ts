import { audienceOf, forUsers, type Grant, idAudienceOf, listClaim, otherAudience, type TokenShape, times, uniqueId } from "./shape.ts";

const usual = (grant: Grant) => ({
  iss: grant.iss,
  sub: grant.persona.subject,
  tfp: grant.issuer.settings.policies[0] ?? "B2C_1_signin",
  ver: "1.0",
  nbf: grant.issuedAt,
  ...times(grant),
  ...listClaim(grant.issuer.settings.rolesClaim, null, grant.roles),
  ...listClaim(grant.issuer.settings.groupsClaim, null, grant.groups),
  ...listClaim(grant.issuer.settings.permissionsClaim, null, grant.permissions),
});

const person = (grant: Grant) =>
  forUsers(grant, {
    oid: grant.persona.subject,
    name: grant.persona.displayName,
    nonce: uniqueId(),
    auth_time: grant.signedInAt,
    ...(grant.persona.email === null ? {} : { emails: [grant.persona.email] }),
    ...(grant.persona.federatedBy === null ? {} : { idp: grant.persona.federatedBy }),
  });

/** Azure AD B2C: the policy is in `tfp`, scopes are in `scp`, and no JWK names an algorithm. */
export const azureAdB2c: TokenShape = {
  typ: "JWT",
  keysNameAlgorithm: false,
  access: (grant) => ({
    ...usual(grant),
    ...person(grant),
    aud: audienceOf(grant),
    azp: grant.clientId,
    // A token without any right still names the scope that its client was given by default.
    scp: grant.scopes.join(" ") || "user_impersonation",
  }),
  id: (grant) => ({ ...usual(grant), ...person(grant), aud: idAudienceOf(grant) }),
  elsewhere: otherAudience,
};
