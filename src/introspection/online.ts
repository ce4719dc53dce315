import type { Report } from "../config/report.ts";
import type { Fetch } from "../keys/download.ts";
import type { Proof } from "../principal/proof.ts";
import type { Issuer } from "../providers/provider.ts";

/** Which tokens an issuer is asked about: those nobody else can verify, JWTs that were verified here, or both. */
export type OnlineTokens = "opaque" | "jwt" | "all";

/** What an issuer is asked with. */
export interface OnlineWorld {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly fetch: Fetch;
  /** The claims that cross the wall. */
  readonly forward: readonly string[];
}

/** How one issuer is asked about its tokens, as the code that asks says it. */
interface Asking {
  readonly tokens: OnlineTokens;
  /** Reports what is wrong with the settings, alone and beside the issuer's own and those of the others; `report` is the issuer's. */
  check(report: Report, issuer: Issuer, issuers: readonly Issuer[]): void;
  open(issuer: Issuer, world: OnlineWorld): OnlineIssuer;
  /** All issuers of a gateway that are asked, as one. It comes with the settings, so that no other gateway's bundle holds it. */
  openAll(issuers: readonly Issuer[], world: OnlineWorld): OnlineIssuers;
}

declare const made: unique symbol;

/** What `introspection` in an issuer's options is. Only `introspect()` makes one. */
export interface OnlineCheck extends Asking {
  readonly [made]: true;
}

const MADE = new WeakSet<object>();

/** Only what is made here is taken for a way to ask: the checks that opaque tokens rely on come with it, and with no copy of it. */
export function makeOnlineCheck(asking: Asking): OnlineCheck {
  MADE.add(Object.freeze(asking));
  return asking as OnlineCheck;
}

export const isOnlineCheck = (value: unknown): boolean => MADE.has(value as object);

/** One issuer that can be asked. */
export interface OnlineIssuer {
  /** What an opaque token proves. @throws SallyportError `token_inactive`, `introspection_unavailable`, and what a JWT is refused for */
  prove(text: string): Promise<Proof>;
  /** Whether a JWT that was verified here is still active. @throws SallyportError `token_inactive`, `introspection_unavailable` */
  confirm(text: string): Promise<void>;
  /** The same question of any token, whatever is remembered. @throws SallyportError `introspection_unavailable` */
  isActive(text: string): Promise<boolean>;
}

/** A token that its issuer is asked about instead of verifying it here. @throws SallyportError */
export interface AskedToken {
  readonly issuer: string;
  prove(): Promise<Proof>;
}

/** The issuers of a gateway that are asked. */
export interface OnlineIssuers {
  /** Of a token that is opaque, and of which there is somebody to ask. */
  opaque(text: string): AskedToken | null;
  /** Of a token that has the form of a JWT, and that nobody but this issuer can verify; null: this one is not asked about such tokens. */
  unverifiable(text: string, issuer: string): AskedToken | null;
  /** Does nothing where the principal's issuer is not asked about its JWTs. @throws SallyportError */
  confirm(text: string, proof: Proof): Promise<void>;
  /** Whether this token of this issuer is active now; false where nobody can be asked. @throws SallyportError `introspection_unavailable` */
  isActive(text: string, issuer: string): Promise<boolean>;
}
