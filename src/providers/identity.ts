import type { JsonObject } from "../json.ts";
import type { ClaimPath } from "../token/token.ts";
import { actorClaim, configuredList, dateClaim, firstString, listClaim, scopeClaim, stringClaim } from "./claims.ts";
import type { Identity, IssuerSettings } from "./provider.ts";

/** Where a provider keeps what, as a table; an empty list means nowhere. The configuration's claim paths come first. */
export interface ClaimNames {
  /** The first of these that the token has. */
  readonly scopes: readonly string[];
  readonly roles: string | null;
  readonly groups: string | null;
  readonly permissions: string | null;
  readonly username: readonly string[];
  readonly email: readonly string[];
  readonly session: string | null;
  readonly context: string | null;
}

/** Claim names of a provider whose tokens never hold scopes where `tokenUse` is `"id"`: one with scopes is refused. */
export const withoutIdScopes = (table: ClaimNames, { tokenUse }: IssuerSettings): ClaimNames =>
  tokenUse === "id" ? { ...table, scopes: [] } : table;

/** What only the provider's own file can tell. */
export interface ProviderFacts {
  readonly kind: Identity["kind"];
  readonly subject: string;
  readonly clientId: string | null;
  readonly tenant?: string | null;
  readonly federatedBy?: string | null;
  readonly context?: string | null;
  readonly email?: string | null;
  readonly groupsComplete?: boolean;
}

function names(claims: JsonObject, configured: ClaimPath | null, standard: string | null): readonly string[] {
  if (configured !== null) return configuredList(claims, configured);
  return standard === null ? [] : listClaim(claims, standard);
}

function scopes(claims: JsonObject, candidates: readonly string[]): readonly string[] {
  for (const name of candidates) if (Object.hasOwn(claims, name)) return scopeClaim(claims, name);
  return [];
}

/**
 * Puts an identity together from a provider's table of claim names, its own facts and the configured claim paths.
 * @throws SallyportError `claim_malformed` for a claim of a type it must not have
 */
export function readIdentity(claims: JsonObject, settings: IssuerSettings, table: ClaimNames, facts: ProviderFacts): Identity {
  return {
    kind: facts.kind,
    subject: facts.subject,
    clientId: facts.clientId,
    tenant: settings.tenantClaim === null ? (facts.tenant ?? null) : stringClaim(claims, settings.tenantClaim),
    actor: actorClaim(claims),
    scopes: scopes(claims, table.scopes),
    roles: names(claims, settings.rolesClaim, table.roles),
    groups: names(claims, settings.groupsClaim, table.groups),
    permissions: names(claims, settings.permissionsClaim, table.permissions),
    groupsComplete: facts.groupsComplete ?? true,
    authentication: {
      at: dateClaim(claims, "auth_time"),
      methods: listClaim(claims, "amr"),
      context: facts.context ?? (table.context === null ? null : stringClaim(claims, table.context)),
      federatedBy: facts.federatedBy ?? null,
    },
    session: table.session === null ? null : stringClaim(claims, table.session),
    username: firstString(claims, table.username),
    email: settings.emailClaim === null ? (facts.email ?? firstString(claims, table.email)) : configuredEmail(claims, settings.emailClaim),
  };
}

/** A configured e-mail claim may hold a list, as Azure AD B2C's `emails` does; the first one is meant. */
function configuredEmail(claims: JsonObject, path: ClaimPath): string | null {
  return configuredList(claims, path)[0] ?? null;
}
