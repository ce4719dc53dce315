import { randomUUID } from "node:crypto";
import type { Issuer } from "../../src/providers/provider.ts";
import type { JsonObject } from "../../src/json.ts";
import type { ClaimPath } from "../../src/token/token.ts";
import type { Persona } from "../personas.ts";

/** One token to be made: who, from which issuer, with which rights, in the issuer's own names. Times are in seconds. */
export interface Grant {
  readonly issuer: Issuer;
  /** The exact `iss`. */
  readonly iss: string;
  readonly persona: Persona;
  /** The sign-in that the token comes from. */
  readonly session: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Scopes that belong to the protocol or the provider and not to an API. */
  readonly ownScopes: readonly string[];
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly permissions: readonly string[];
  readonly issuedAt: number;
  readonly signedInAt: number;
  readonly expiresAt: number;
}

/** How one provider's tokens and keys look. */
export interface TokenShape {
  /** The header's `typ`; null where the provider sends none. */
  readonly typ: string | null;
  /** Whether the provider's JWKs say `alg`. */
  readonly keysNameAlgorithm: boolean;
  /** Further members of the JWK. */
  readonly keyMembers?: (iss: string, kid: string) => JsonObject;
  /** The scope that lets a person manage their own account with the provider's API. */
  readonly selfService?: string;
  /** The claims of an access token. */
  readonly access: (grant: Grant) => JsonObject;
  /** The claims of an ID token. */
  readonly id: (grant: Grant) => JsonObject;
  /** The same claims as if issued for some other API or application. */
  readonly elsewhere: (claims: JsonObject) => JsonObject;
}

/** The claims that all providers share. */
export const times = (grant: Grant): JsonObject => ({ iat: grant.issuedAt, exp: grant.expiresAt });

/** The configured audience of the API. */
export const audienceOf = (grant: Grant): string => grant.issuer.settings.audience?.[0] ?? grant.clientId;

/** The audience of an ID token: the application, unless the gateway is configured for another. */
export const idAudienceOf = (grant: Grant): string => (grant.issuer.settings.tokenUse === "id" ? audienceOf(grant) : grant.clientId);

/** An id for one token or one event. */
export const uniqueId = (): string => randomUUID();

/** The claims of a person, left out for machine clients. */
export const forUsers = (grant: Grant, claims: JsonObject): JsonObject => (grant.persona.kind === "user" ? claims : {});

/** A list claim, left out when empty, at the place where the configuration looks for it. */
export function listClaim(path: ClaimPath | null, fallback: string | null, names: readonly string[]): JsonObject {
  const keys = typeof path === "string" ? [path] : (path ?? (fallback === null ? [] : [fallback]));
  if (names.length === 0 || keys.length === 0) return {};
  const [first = "", ...rest] = keys;
  return { [first]: rest.reduceRight<JsonObject[string]>((inner, key) => ({ [key]: inner }), names) };
}

/** `aud` replaced by another API. */
export const otherAudience = (claims: JsonObject): JsonObject => ({ ...claims, aud: "https://another-api.example" });
