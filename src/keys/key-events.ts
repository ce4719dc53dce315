/** Where a key came from: fetched before, pinned at build time, another sandbox's, or fetched for this very request. */
export type KeyOrigin = "memory" | "snapshot" | "store" | "network";

/** Told what happens to key sets, for logs and metrics. Issuers by their names in the configuration. */
export interface KeyEvents {
  /** A key was looked for in a set that came from there. */
  readonly consulted: (issuer: string, source: KeyOrigin) => void;
  /** A set was asked for, and came or not. */
  readonly refreshed: (issuer: string, succeeded: boolean) => void;
  /** A key was served although its set is past its time and could not be fetched again. */
  readonly servedStale: (issuer: string) => void;
}
