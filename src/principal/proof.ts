import type { Principal } from "./principal.ts";

/** What tells one token from others of the same principal. */
export interface TokenMarks {
  /** The token's own id (`jti`, RFC 7519 section 4.1.7), or where revocations need one the digest of {@link nameToken}; else null. */
  readonly tokenId: string | null;
  /** When it was issued (`iat`), in seconds since the epoch; null where it does not say. */
  readonly issuedAt: number | null;
}

/** What a verified token proves: its principal, and its own marks. */
export interface Proof extends TokenMarks {
  readonly principal: Principal;
}
