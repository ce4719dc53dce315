import type { ReasonCode } from "../errors.ts";

/** One refused or failed request, for operators. Fixed words and configured names only: nothing that a caller sent. */
export interface RefusalEntry {
  readonly level: "WARN" | "ERROR";
  readonly message: "Request refused" | "Request failed";
  readonly code: ReasonCode;
  /** The issuer's name in the configuration, once one was found. */
  readonly issuer: string | null;
  /** The route's key in the route table; null for a request that matches none. */
  readonly route: string | null;
  /** API Gateway's own id of the request. */
  readonly requestId: string | null;
}

/** Where refusals are written. */
export type Log = (entry: RefusalEntry) => void;

/** One JSON line on stdout, in the shape of Powertools' logger. */
export const logToConsole: Log = (entry) =>
  console.log(JSON.stringify({ ...entry, timestamp: new Date().toISOString(), service: "sallyport" }));
