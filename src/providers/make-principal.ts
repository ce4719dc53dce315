import { withoutCredentials } from "../config/never-forwarded.ts";
import type { Identity, Issuer } from "./provider.ts";
import { translateAll } from "./vocabulary.ts";
import { type Json, type JsonObject, member } from "../json.ts";
import type { VerifiedToken } from "../token/token.ts";
import type { Principal } from "../principal/principal.ts";

/** Turns what the provider read into the principal: own vocabulary, stable id, and only the claims that are forwarded. */
export function makePrincipal(issuer: Issuer, token: VerifiedToken, forward: readonly string[]): Principal {
  const identity = issuer.read(token.claims);
  const { vocabulary, tokenUse } = issuer.settings;
  // Spelled out: objects made by spreading cost several times as much, and freezing them again.
  return {
    id: `${issuer.name}|${identity.subject}`,
    issuer: issuer.name,
    kind: identity.kind,
    token: tokenUse,
    subject: identity.subject,
    clientId: identity.clientId,
    tenant: identity.tenant,
    actor: identity.actor,
    scopes: translateAll(identity.scopes, vocabulary.scopes),
    roles: translateAll(identity.roles, vocabulary.roles),
    groups: translateAll(identity.groups, vocabulary.groups),
    permissions: translateAll(identity.permissions, vocabulary.permissions),
    groupsComplete: identity.groupsComplete,
    authentication: identity.authentication,
    session: identity.session,
    expiresAt: token.expiresAt,
    claims: forwardedClaims(token.claims, identity, forward),
  };
}

function forwardedClaims(
  claims: JsonObject,
  { username, email, tenant }: Identity,
  forward: readonly string[],
): Readonly<Record<string, Json>> {
  if (forward.length === 0) return {};
  const canonical = { username, email, tenant };
  const found: [string, Json][] = [];
  for (const name of forward) {
    const value = Object.hasOwn(canonical, name) ? canonical[name as keyof typeof canonical] : member(claims, name);
    if (value !== undefined && value !== null) found.push([name, withoutCredentials(value)]);
  }
  return Object.fromEntries(found);
}
