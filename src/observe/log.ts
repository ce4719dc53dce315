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

/** One JSON line on stdout, in the shape of Powertools' logger: for entries of authorizers and of guards. */
export function logToStdout(entry: object): void {
  const { level, message, requestId, ...rest } = entry as Pick<LogEntry, "level" | "message"> & Partial<LogEntry>;
  writeLine(level, message, { ...(requestId && { correlation_id: requestId }), ...rest });
}

/** Writes one line: level, message, time and service first, as Powertools' logger does, then whatever else there is. */
export function writeLine(level: LogEntry["level"], message: string, rest: object): void {
  writeToStdout(JSON.stringify({ level, message, timestamp: new Date().toISOString(), service: SERVICE, ...rest }));
}

/** Not by the console: Lambda puts a time before what that writes, or wraps it into JSON of its own, or leaves it out below a level. */
export function writeToStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
