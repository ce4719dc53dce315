import type { Decision } from "../authorize.ts";
import type { KeyEvents, KeyOrigin } from "../keys/key-events.ts";
import { type Log, type LogEntry, logToStdout } from "./log.ts";
import type { UnavailableObserver } from "../sessions/revocations.ts";
import type { Metrics } from "./metrics.ts";
import { requestIdOf } from "./request-id.ts";

/** What is written down, and where. Nothing is needed on Lambda. */
export interface ObserverOptions {
  /** Where refusals, failures and sampled requests are written; default one JSON line each on stdout. */
  readonly log?: Log;
  /** The share of allowed requests that get a line too, from 0 to 1; default 0. */
  readonly sampleAllowed?: number;
  /** From 0 to 1, for the sample; default `Math.random`. */
  readonly random?: () => number;
  /** Default none; `emfMetrics()` writes them for CloudWatch. */
  readonly metrics?: Metrics | null;
  /** Milliseconds of a clock that only moves forward; default `performance.now`. */
  readonly stopwatch?: () => number;
}

/** What is known about a request once it is decided. */
export interface Observed {
  readonly decision: Decision;
  readonly route: { readonly key: string } | null;
  readonly event: unknown;
  /** The id of the authorizer's invocation: a TOKEN event holds no id of the request. */
  readonly invocationId?: string | null | undefined;
}

/** Watches requests being decided, one at a time, as a sandbox is given them. */
export interface Observer {
  readonly keyEvents: KeyEvents;
  /** Counts it; where requests are let through all the same, each gets a line. */
  readonly revocationsUnavailable: UnavailableObserver;
  /** A request begins; answers the moment. */
  readonly begin: () => number;
  readonly end: (began: number, observed: Observed) => void;
  /** A request that was let in failed after all, in its handler: counts that too, and answers how many milliseconds it took. */
  readonly fail: (began: number, issuer: string | null) => number;
}

const OUTCOMES = {
  allow: { level: "INFO", message: "Request allowed", metric: "allowed" },
  deny: { level: "WARN", message: "Request refused", metric: "refused" },
  unauthenticated: { level: "WARN", message: "Request refused", metric: "refused" },
  unavailable: { level: "ERROR", message: "Request failed", metric: "failed" },
} as const satisfies Record<Decision["kind"], Pick<LogEntry, "level" | "message"> & { readonly metric: string }>;

/** Refusals and failures are told apart by level and by metric, so that an alarm on failures stays silent while tokens expire. */
export function createObserver(options: ObserverOptions): Observer {
  const { log = logToStdout, sampleAllowed = 0, random = Math.random, metrics = null, stopwatch = () => performance.now() } = options;
  let keySource: KeyOrigin | null = null;
  return {
    keyEvents: {
      consulted: (_issuer, source) => void (keySource = source),
      refreshed: (issuer, succeeded) => metrics?.count(succeeded ? "keyRefreshes" : "keyRefreshFailures", issuer),
      servedStale: (issuer) => metrics?.count("staleServes", issuer),
    },
    revocationsUnavailable(outcome) {
      metrics?.count(`revocationsUnavailable.${outcome}`);
      const unchecked = { level: "ERROR", message: "Request allowed", code: "revocations_unavailable" } as const;
      if (outcome === "allow") log({ ...unchecked, issuer: null, route: null, requestId: null });
    },
    begin() {
      keySource = null;
      return stopwatch();
    },
    end(began, { decision, route, event, invocationId = null }) {
      const ended = stopwatch();
      const { level, message, metric } = OUTCOMES[decision.kind];
      const isSampled = decision.kind !== "allow" || (sampleAllowed > 0 && random() < sampleAllowed);
      if (metrics !== null) gather(metrics, metric, decision, ended - began);
      metrics?.flush(ended, decision.kind === "unavailable");
      if (!isSampled) return;
      const code = decision.kind === "allow" ? null : decision.code;
      const issuer = issuerOf(decision);
      // A token that was verified before, or under fixed keys, needed no look at a key set.
      const usedSource = keySource ?? ("principal" in decision && decision.principal !== null ? "memory" : null);
      const requestId = requestIdOf(event) ?? invocationId;
      log({
        level,
        message,
        code,
        issuer,
        route: route?.key ?? null,
        requestId,
        keySource: usedSource,
        durationMs: toMicros(ended - began),
      });
    },
    fail(began, issuer) {
      const ended = stopwatch();
      for (const name of ["failed", "internal_error"]) metrics?.count(name, issuer);
      metrics?.flush(ended, true);
      return toMicros(ended - began);
    },
  };
}

/** Milliseconds, to the microsecond. */
const toMicros = (milliseconds: number) => Math.round(milliseconds * 1_000) / 1_000;

function gather(metrics: Metrics, metric: string, decision: Decision, duration: number): void {
  metrics.count(metric, issuerOf(decision));
  if (decision.kind !== "allow") metrics.count(decision.code, issuerOf(decision));
  metrics.duration(duration);
}

function issuerOf(decision: Decision): string | null {
  return decision.kind === "allow" || decision.kind === "deny" ? (decision.principal?.issuer ?? null) : decision.issuer;
}
