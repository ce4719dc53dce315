import type { JsonObject } from "../../src/json.ts";
import { audienceOf, forUsers, type Grant, idAudienceOf, listClaim, otherAudience, type TokenShape, times, uniqueId } from "./shape.ts";

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

const isVersion2 = (iss: string) => iss.endsWith("/v2.0");
const isUser = (grant: Grant) => grant.persona.kind === "user";

const usual = (grant: Grant): JsonObject => ({
  iss: grant.iss,
  sub: grant.persona.subject,
  oid: grant.persona.subject,
  tid: GUID.exec(grant.iss)?.[0] ?? "",
  uti: uniqueId(),
  ver: isVersion2(grant.iss) ? "2.0" : "1.0",
  nbf: grant.issuedAt,
  ...times(grant),
  ...forUsers(grant, {
    name: grant.persona.displayName,
    [isVersion2(grant.iss) ? "preferred_username" : "upn"]: grant.persona.email ?? `${grant.persona.name}@example.com`,
    ...(grant.persona.federatedBy === null ? {} : { idp: grant.persona.federatedBy }),
  }),
});

const client = (grant: Grant): JsonObject => {
  const credential = isUser(grant) ? "0" : "1";
  return isVersion2(grant.iss) ? { azp: grant.clientId, azpacr: credential } : { appid: grant.clientId, appidacr: credential };
};

/** Beyond 200 groups a token holds none of them, and an address in their place that nobody should follow. */
const groups = (grant: Grant): JsonObject => {
  if (!grant.persona.groupsCut) return forUsers(grant, listClaim(grant.issuer.settings.groupsClaim, "groups", grant.groups));
  const endpoint = `https://graph.windows.net/${GUID.exec(grant.iss)?.[0] ?? ""}/users/${grant.persona.subject}/getMemberObjects`;
  return { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } };
};

/** Entra ID and Entra External ID: v1 or v2 by the issuer; an application's rights are roles, never scopes. */
export const entra: TokenShape = {
  typ: "JWT",
  keysNameAlgorithm: false,
  keyMembers: (iss, kid) => (isVersion2(iss) ? { issuer: iss, x5t: kid } : { x5t: kid }),
  access: (grant) => ({
    ...usual(grant),
    ...client(grant),
    aud: audienceOf(grant),
    ...(isUser(grant) ? { scp: grant.scopes.join(" ") || "user_impersonation" } : { idtyp: "app" }),
    ...listClaim(grant.issuer.settings.rolesClaim, "roles", isUser(grant) || grant.roles.length > 0 ? grant.roles : grant.scopes),
    ...groups(grant),
    ...(isVersion2(grant.iss) || grant.persona.methods.length === 0 ? {} : { amr: grant.persona.methods }),
  }),
  id: (grant) => ({
    ...usual(grant),
    aud: idAudienceOf(grant),
    nonce: uniqueId(),
    ...listClaim(grant.issuer.settings.rolesClaim, "roles", grant.roles),
  }),
  elsewhere: otherAudience,
};
