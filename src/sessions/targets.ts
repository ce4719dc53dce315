import { hash } from "../node-crypto.ts";
import type { Proof } from "../principal/proof.ts";

/**
 * What can be revoked: one session, one token, and, up to a moment in time, whatever was issued to a subject or a client or by an
 * issuer.
 */
export const TARGET_KINDS = ["session", "token", "subject", "client", "issuer"] as const;

export type TargetKind = (typeof TARGET_KINDS)[number];

/** One thing to revoke. */
export interface Target {
  /** The issuer's name in the configuration. */
  readonly issuer: string;
  readonly kind: TargetKind;
  /** The session's, token's, subject's or client's id; of an issuer, its name again. */
  readonly value: string;
}

/** These are over for good. The other kinds can come back: a user signs in again, and gets tokens that are younger. */
export const isFinal = (kind: TargetKind): boolean => kind === "session" || kind === "token";

/**
 * A target's key in the table: issuer, kind and SHA-256 of the value. An issuer's name and a kind hold no `#`, and all digests are of
 * one length, so no two targets share a key; and nobody who reads the table learns a subject or a token's id from it.
 */
export function keyOf({ issuer, kind, value }: Target): string {
  return `${issuer}#${kind}#${hash("sha256", value, "base64url")}`;
}

const KEY = new RegExp(`^([^#]+)#(${TARGET_KINDS.join("|")})#[\\w-]{43}$`);

/** What a key in the table stands for; null: for no revocation. */
export function readKey(key: string): Pick<Target, "issuer" | "kind"> | null {
  const [, issuer, kind] = KEY.exec(key) ?? [];
  return issuer === undefined || kind === undefined ? null : { issuer, kind: kind as TargetKind };
}

/** Everything by which a token could have been revoked. */
export function targetsOf({ principal, tokenId }: Proof): readonly Target[] {
  const { issuer, session, subject, clientId } = principal;
  const values: Readonly<Record<TargetKind, string | null>> = { session, token: tokenId, subject, client: clientId, issuer };
  return TARGET_KINDS.flatMap((kind) => {
    const value = values[kind];
    return value === null ? [] : [{ issuer, kind, value }];
  });
}
