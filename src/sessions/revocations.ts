import type { Report } from "../config/report.ts";
import type { Proof } from "../principal/proof.ts";

/** Knows which tokens, sessions, subjects, clients and issuers were revoked. */
export interface Revocations {
  /** @throws SallyportError `revoked`, `revocations_unavailable` */
  check(proof: Proof): Promise<void>;
}

/** What becomes of requests while the revocations cannot be read. */
export type OnUnavailable = "deny" | "allow";

/** Told each time the revocations could not be read for a request, and what became of the request because of it. */
export type UnavailableObserver = (outcome: OnUnavailable) => void;

/** What revocations are read with. */
export interface RevocationWorld {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly unavailable?: UnavailableObserver;
}

/** Where revocations are kept: what `revocations` in a gateway's configuration and in a guard's options is. */
export interface RevocationSource {
  /** For how many seconds a revocation is kept; null: the setting cannot be read. */
  readonly keep: number | null;
  /** Reports what is wrong with the settings. */
  check(report: Report): void;
  /** @throws ConfigurationError where the settings are wrong */
  open(world: RevocationWorld): Revocations;
}
