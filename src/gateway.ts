import type { KeyStore } from "./keys/key-store.ts";
import type { Issuer } from "./providers/provider.ts";
import type { RouteTable } from "./rules/route-table.ts";
import type { RevocationSource } from "./sessions/revocations.ts";

/** A configuration that passed every check: what `defineGateway` returns and everything else is built from. */
export interface Gateway extends RouteTable {
  readonly issuers: readonly Issuer[];
  /** Claims that cross the wall: the canonical `username` and `email`, and claims by their own name. */
  readonly forward: readonly string[];
  readonly keys: {
    /** Seconds since they were last fetched for which keys are served while their issuer fails; 0: not at all. */
    readonly maxStale: number;
    /** Shares last good keys between sandboxes; absent: each keeps its own. */
    readonly store?: KeyStore;
  };
  /** What was revoked before its time; absent: nothing is looked up. */
  readonly revocations?: RevocationSource;
  /** Where a WebSocket client, which cannot set headers in a browser, may put its token; null: not accepted there. */
  readonly webSocketCredential: { readonly queryParameter: string | null; readonly subprotocol: string | null };
}
