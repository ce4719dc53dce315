import type { Decision } from "../authorize.ts";
import { REASONS } from "../errors.ts";
import { type LogEntry, logToStdout, SERVICE } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { createObserver, type Observer } from "../observe/observer.ts";
import { requestIdOf } from "../observe/request-id.ts";
import type { UnavailableObserver } from "../sessions/revocations.ts";
import { failureOf } from "./failure.ts";
import type { Passage } from "./fence.ts";

/** Where a guard's refusals, and failures of its handler, are written. */
export type GuardLog = (entry: Readonly<Record<string, string | number | readonly string[]>>) => void;

/** What is written down and counted, and where. */
export interface WatchOptions {
  /** Where refusals and failures of the handler are written; default one JSON line each on stdout. */
  readonly log?: GuardLog;
  /** Default none; `emfMetrics()` writes them for CloudWatch. */
  readonly metrics?: Metrics | null;
  /** Milliseconds of a clock that only moves forward; default `performance.now`. */
  readonly stopwatch?: () => number;
}

/** What is known of a request that was let in, should its handler fail. */
export interface LetIn {
  readonly event: unknown;
  /** The route's key in the route table. */
  readonly route: string | null;
  /** The issuer's name in the configuration. */
  readonly issuer: string | null;
  /** The id of the function's invocation: a resolver's event holds no id of the request. */
  readonly invocationId?: string | null | undefined;
}

/** Watches the requests of one guard. */
export interface Watch {
  readonly revocationsUnavailable: UnavailableObserver;
  /** A request begins; answers the moment. */
  readonly begin: () => number;
  /** The guard has decided. */
  readonly end: (began: number, passage: Passage, event: unknown, invocationId?: string | null) => void;
  /** The handler of a request that was let in threw this. */
  readonly fail: (began: number, request: LetIn, error: unknown) => void;
}

/** What an authorizer writes down and counts, as far as a guard knows it: no key is used there. */
export function createWatch({ log = logToStdout, metrics = null, stopwatch }: WatchOptions): Watch {
  const observer = createObserver({ log: (entry) => log(entryOf(entry)), metrics, ...(stopwatch && { stopwatch }) });
  return {
    revocationsUnavailable: observer.revocationsUnavailable,
    begin: observer.begin,
    end(began, passage, event, invocationId = null) {
      const { route = null } = passage;
      observer.end(began, { decision: decisionOf(passage), route: route === null ? null : { key: route }, event, invocationId });
    },
    fail: (began, request, error) => logFailure(observer, log, began, request, error),
  };
}

/** One line for a handler that threw: fixed words, configured names, ids of this platform, and of the error no message. */
export function logFailure(observer: Observer, log: GuardLog, began: number, request: LetIn, error: unknown): void {
  const { event, route, issuer, invocationId = null } = request;
  const requestId = requestIdOf(event) ?? invocationId;
  const durationMs = observer.fail(began, issuer);
  const entry = entryOf({ level: "ERROR", message: "Handler failed", code: "internal_error", issuer, route, requestId, durationMs });
  log({ ...entry, ...failureOf(error) });
}

/** What is not known is left out. */
function entryOf({ level, message, requestId, code, issuer, route, durationMs }: Omit<LogEntry, "message"> & { readonly message: string }) {
  return {
    level,
    message,
    service: SERVICE,
    ...(requestId !== null && { correlation_id: requestId }),
    ...(code !== null && { code }),
    ...(issuer !== null && { issuer }),
    ...(route !== null && { route }),
    ...(durationMs !== undefined && { durationMs }),
  };
}

function decisionOf(passage: Passage): Decision {
  if (passage.passes) return { kind: "allow", principal: passage.principal };
  const { code, issuer = null } = passage;
  return { kind: REASONS[code].status >= 500 ? "unavailable" : "unauthenticated", code, issuer };
}
