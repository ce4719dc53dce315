import type { Principal } from "./principal.ts";

/** What a verified token proves: its principal, and what tells this token from others of the same principal. */
export interface Proof {
  readonly principal: Principal;
  /** The token's own id (`jti`, RFC 7519 section 4.1.7); null where it has none. */
  readonly tokenId: string | null;
  /** When it was issued (`iat`), in seconds since the epoch; null where it does not say. */
  readonly issuedAt: number | null;
}
