import type { Principal } from "../principal/principal.ts";

/** What came of asking an identity provider: it ended something, had nothing left to end, or could not be asked for want of a token. */
export type Ended = "done" | "already" | "skipped";

/** Ends sessions at an identity provider, so that it issues no further tokens for them. Rejects where that failed. */
export interface SessionProvider {
  /** Ends the session of this refresh token; null: the caller gave none. */
  endSession(principal: Principal, refreshToken: string | null): Promise<Ended>;
  /** Ends every session of the principal; `accessToken` is the caller's own, null where there is none. */
  endAllSessions(principal: Principal, accessToken: string | null): Promise<Ended>;
}
