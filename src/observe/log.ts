import type { ReasonCode } from "../errors.ts";
import type { KeyOrigin } from "../keys/key-events.ts";

/**
 * One decided request, for operators: every refusal and failure, and a sample of those let through. Fixed words and configured
 * names only: nothing that a caller sent.
 */
export interface LogEntry {
  /** `WARN`: a refusal, which is expected to happen. `ERROR`: a failure of this gateway or of what it depends on. */
  readonly level: "INFO" | "WARN" | "ERROR";
  readonly message: "Request allowed" | "Request refused" | "Request failed";
  /** Null: allowed. */
  readonly code: ReasonCode | null;
  /** The issuer's name in the configuration, once one was found. */
  readonly issuer: string | null;
  /** The route's key in the route table; null for a request that matches none. */
  readonly route: string | null;
  /** API Gateway's own id of the request, or else the id of the authorizer's invocation. */
  readonly requestId: string | null;
  /** Where the key came from; null: none was needed, or the way ended before. */
  readonly keySource?: KeyOrigin | null;
  /** From event in to answer out, in milliseconds. */
  readonly durationMs?: number;
}

/** Where log entries are written. */
export type Log = (entry: LogEntry) => void;

/** The name under which this library's lines stand in logs and metrics. */
export const SERVICE = "sallyport";

/** One JSON line on stdout, in the shape of Powertools' logger. */
export const logToConsole: Log = ({ level, message, requestId, ...rest }) =>
  writeLine(level, message, { ...(requestId !== null && { correlation_id: requestId }), ...rest });

/** Writes one line: level, message, time and service first, as Powertools' logger does, then whatever else there is. */
export function writeLine(level: LogEntry["level"], message: string, rest: object): void {
  console.log(JSON.stringify({ level, message, timestamp: new Date().toISOString(), service: SERVICE, ...rest }));
}
