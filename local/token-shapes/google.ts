import { type Grant, otherAudience, type TokenShape, times } from "./shape.ts";

const id = (grant: Grant) => ({
  iss: grant.iss,
  sub: grant.persona.subject,
  aud: grant.issuer.settings.audience?.[0] ?? grant.clientId,
  azp: grant.clientId,
  ...(grant.persona.organization === null ? {} : { hd: grant.persona.organization }),
  name: grant.persona.displayName,
  email: grant.persona.email ?? `${grant.persona.name}@example.com`,
  email_verified: true,
  ...times(grant),
});

/** Google: only ID tokens are JWTs, so there is nothing else to make. */
export const google: TokenShape = { typ: "JWT", keysNameAlgorithm: true, access: id, id, elsewhere: otherAudience };
