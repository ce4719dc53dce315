import type { JsonObject } from "../json.ts";

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
