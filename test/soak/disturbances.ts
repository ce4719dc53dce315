import { FAULTS, type IssuerName, type KeyPublisher } from "./key-publisher.ts";
import { pick } from "./random.ts";
import { type RevocationTable, type Revoked, type RevokedKind, TABLE_FAULTS } from "./revocation-table.ts";
import { namesIn, nowInSeconds } from "./tokens.ts";
import type { Traffic } from "./traffic.ts";

/** Breaks and mends the key endpoints, and rotates keys, as the random numbers say. */
export function disturbKeys(publisher: KeyPublisher, random: () => number): void {
  for (const issuer of ["shop", "staff"] as const) {
    if (publisher.isFailing(issuer)) {
      if (random() < 0.2) publisher.recover(issuer);
    } else if (random() < 0.04) publisher.fail(issuer, pick(FAULTS, random));
    if (random() < 0.01) publisher.rotate(issuer);
  }
}

/** Breaks and mends the table, and revokes what tokens in circulation name, as the random numbers say. */
export function disturbTable(table: RevocationTable, traffics: readonly Traffic[], random: () => number): void {
  if (table.isFailing()) {
    if (random() < 0.15) table.recover();
  } else if (random() < 0.04) table.fail(pick(TABLE_FAULTS, random));
  if (random() < 0.6) revokeSomething(table, traffics, random);
}

/** A client has many users and an issuer has all of them, so these are rare. */
const KINDS: readonly RevokedKind[] = [
  ...Array.from({ length: 40 }, () => "session" as const),
  ...Array.from({ length: 30 }, () => "token" as const),
  ...Array.from({ length: 26 }, () => "subject" as const),
  ...(["client", "client", "client", "issuer"] as const),
];

/** Revokes what one token in circulation names, or says again what was said before, about an earlier moment: that changes nothing. */
function revokeSomething(table: RevocationTable, traffics: readonly Traffic[], random: () => number): void {
  const token = pick(traffics, random).circulating(random);
  if (token === null) return;
  if (table.written.length > 0 && random() < 0.1) return repeatEarlier(table, pick(table.written, random));
  const { iss, sid, jti, sub, client_id, iat } = namesIn(token);
  const issuer: IssuerName = iss === "https://shop.example" ? "shop" : "staff";
  const kind = pick(KINDS, random);
  const value = { session: sid, token: jti, subject: sub, client: client_id, issuer }[kind];
  if (value === undefined) return;
  const upTo = kind === "session" || kind === "token" ? null : momentFor(iat, random);
  table.revoke({ issuer, kind, value, upTo });
  if (upTo === null || upTo >= Math.floor(iat ?? 0)) for (const traffic of traffics) traffic.notice(kind, token);
}

/** Mostly now. Also the very second in which the token was issued, and the one before, which leaves the token good. */
function momentFor(iat: number | undefined, random: () => number): number {
  const kind = random();
  if (kind < 0.6 || iat === undefined) return nowInSeconds();
  return kind < 0.8 ? Math.floor(iat) : Math.floor(iat) - 1;
}

function repeatEarlier(table: RevocationTable, { issuer, kind, value, upTo }: Revoked): void {
  table.revoke({ issuer, kind, value, upTo: upTo === null ? null : upTo - 30 });
}
