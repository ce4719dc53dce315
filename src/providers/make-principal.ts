import type { Identity, Issuer } from "./provider.ts";
import { translateAll } from "./vocabulary.ts";
import { type Json, type JsonObject, member } from "../json.ts";
import type { VerifiedToken } from "../token/token.ts";
import type { Principal } from "../principal/principal.ts";

/** Turns what the provider read into the principal: own vocabulary, stable id, and only the claims that are forwarded. */
export function makePrincipal(issuer: Issuer, token: VerifiedToken, forward: readonly string[]): Principal {
  const { username, email, ...identity } = issuer.read(token.claims);
  const { vocabulary, tokenUse } = issuer.settings;
  return {
    ...identity,
    id: `${issuer.name}|${identity.subject}`,
    issuer: issuer.name,
    token: tokenUse,
    scopes: translateAll(identity.scopes, vocabulary.scopes),
    roles: translateAll(identity.roles, vocabulary.roles),
    groups: translateAll(identity.groups, vocabulary.groups),
    permissions: translateAll(identity.permissions, vocabulary.permissions),
    expiresAt: token.expiresAt,
    claims: forwardedClaims(token.claims, { username, email, tenant: identity.tenant }, forward),
  };
}

function forwardedClaims(
  claims: JsonObject,
  canonical: Pick<Identity, "username" | "email" | "tenant">,
  forward: readonly string[],
): Readonly<Record<string, Json>> {
  const found = forward.map((name) => [
    name,
    Object.hasOwn(canonical, name) ? canonical[name as keyof typeof canonical] : member(claims, name),
  ]);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined && value !== null)) as Record<string, Json>;
}
