import type { ReasonCode } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { type JsonObject, parseStrictJson } from "../json.ts";
import type { KeyQuery, VerificationKey } from "../keys/keys.ts";
import type { Principal } from "../principal/principal.ts";
import type { Identity, Issuer } from "../providers/provider.ts";
import type { Route } from "../rules/route-table.ts";
import type { UnverifiedToken } from "../token/token.ts";

/** Everything an explanation may look at. Claims may be looked at before they may be shown. */
export interface Evidence {
  /** The text given, as it is. Never shown. */
  readonly text: string;
  /** Null: it could not be taken apart. */
  readonly token: UnverifiedToken | null;
  /** Null: none was found. */
  readonly issuer: Issuer | null;
  readonly gateway: Gateway;
  /** Seconds since the epoch. */
  readonly now: number;
  /** Claims may be shown: the signature holds, or whoever asks wants them unverified. */
  readonly isOpen: boolean;
  readonly query: KeyQuery | null;
  /** Null: it was not found. */
  readonly key: VerificationKey | null;
  /** The signature holds under that key. */
  readonly isSigned: boolean;
  /** The token was not verified here: its issuer is asked about it. */
  readonly isAsked: boolean;
  /** Why the token, or else the request, is refused; null: it is not. */
  readonly code: ReasonCode | null;
  /** The revocations could not be read. */
  readonly isUnread: boolean;
  /** Key ids published where the key was looked for, false where the key cannot be used; null: not known. */
  readonly published: ReadonlyMap<string, boolean> | null;
  /** The route found for the one asked for; null: none. */
  readonly route: Route | null;
  /** The route asked for, as it was written, without any token in it; null: none. */
  readonly wanted: string | null;
  /** What the provider read out of the token; null: it did not come to that. */
  readonly identity: Identity | null;
  /** Null: the token proves nobody. */
  readonly principal: Principal | null;
}

/** A part of a token that cannot be taken apart as a whole, as far as it is JSON; null where it is not. */
export function looseJson(part: string | undefined): JsonObject | null {
  try {
    return parseStrictJson(Buffer.from(part ?? "", "base64url"));
  } catch {
    return null;
  }
}

/** The claims, for looking at; empty where there are none. */
export const claimsOf = ({ token }: Evidence): JsonObject => token?.claims ?? {};

/** The claims that hold the client, at one provider or another. */
export const CLIENT_CLAIMS = ["azp", "client_id", "appid", "cid"];

/** ISO 8601, or the number itself where it is no time that a calendar has. */
export function time(seconds: number): string {
  const milliseconds = seconds * 1_000;
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString().replace(".000Z", "Z") : String(seconds);
}

/** A number of seconds, in the two largest units that it has. */
export function span(seconds: number): string {
  const units = [
    ["d", 86_400],
    ["h", 3_600],
    ["m", 60],
    ["s", 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return "0s";
  let rest = Math.round(seconds);
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? "" : `${count}${unit}`;
  });
  return parts.filter((part) => part !== "").join(" ");
}
