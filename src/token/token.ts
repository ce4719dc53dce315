import { type Json, type JsonObject, member } from "../json.ts";

declare const verified: unique symbol;

/** The members of a JOSE header that this gateway reads, already type-checked. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid: string | null;
  readonly typ: string | null;
  /** The whole header, for the few provider checks that look further. */
  readonly members: JsonObject;
}

/** A well-formed token that nothing vouches for yet: good for choosing an issuer and a key, and for nothing else. */
export interface UnverifiedToken {
  readonly header: TokenHeader;
  readonly claims: JsonObject;
  /** The bytes that were signed: `<header>.<payload>` in ASCII. */
  readonly signingInput: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * A token whose signature holds under a key of its own issuer and whose times are valid. Only `verifyToken` makes one, and
 * `nativeAuthorizer` where API Gateway's own authorizer verified the signature.
 */
export interface VerifiedToken {
  readonly [verified]: true;
  readonly header: TokenHeader;
  readonly claims: JsonObject;
  /** The exact `iss`, one of the issuer's configured forms. */
  readonly iss: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** A claim's location: a name, or the keys of a nested one. An array, because names hold dots and slashes. */
export type ClaimPath = string | readonly string[];

/** The value at a path, reading own members only; undefined where there is none. */
export function claimAt(claims: JsonObject, path: ClaimPath): Json | undefined {
  if (typeof path === "string") return member(claims, path);
  let value: Json | undefined = claims;
  for (const key of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
    value = (value as JsonObject)[key];
  }
  return value;
}
