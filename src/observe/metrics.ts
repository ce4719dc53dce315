import { checkCall } from "../config/check-call.ts";
import { SERVICE, writeToStdout } from "./log.ts";

/** Counts what happens and how long it takes. Names are fixed words, reason codes and issuers' configured names. */
export interface Metrics {
  /** Adds one; with an issuer, to the issuer's own count too. */
  count(name: string, issuer?: string | null): void;
  /** Milliseconds that a request took. */
  duration(milliseconds: number): void;
  /** Writes what was gathered, if it is time or has to be now. `now`: milliseconds of a clock that only moves forward. */
  flush(now: number, force?: boolean): void;
}

/** How metrics are written. Nothing is needed on Lambda. */
export interface EmfOptions {
  /** The CloudWatch namespace; default `Sallyport`. */
  readonly namespace?: string;
  /** The one dimension; default `sallyport`. Different APIs should have different names. */
  readonly service?: string;
  /** Milliseconds between two lines, at least; default 10,000. */
  readonly interval?: number;
  /** Milliseconds since the epoch, for the line's timestamp; default `Date.now`. */
  readonly clock?: () => number;
  /** Where lines go; default stdout, which is where CloudWatch reads them. */
  readonly write?: (line: string) => void;
}

/** A metric may have this many values, and a directive this many metrics (Embedded Metric Format specification). */
const MAX_VALUES = 100;
const MAX_METRICS = 100;

/**
 * CloudWatch metrics in the Embedded Metric Format. Everything is gathered in memory and written as one line at most every
 * `interval`, when a request comes by, and at once before a failure: there are no timers on Lambda. What was gathered since the
 * last line is lost when the sandbox ends.
 * @throws ConfigurationError for options that are none
 */
export function emfMetrics(options: EmfOptions = {}): Metrics {
  checkCall("emfMetrics", options, ["namespace", "service", "interval", "clock", "write"], () => {});
  const { namespace = "Sallyport", service = SERVICE, interval = 10_000, clock = Date.now, write = writeToStdout } = options;
  const counts = new Map<string, number>();
  let durations: number[] = [];
  let seen = 0;
  let writtenAt = Number.NEGATIVE_INFINITY;
  const add = (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    count(name, issuer = null) {
      add(name);
      if (issuer !== null) add(`${name}.${issuer}`);
    },
    duration(milliseconds) {
      // The last hundred: more do not fit into a line.
      durations[seen++ % MAX_VALUES] = milliseconds;
    },
    flush(now, force = false) {
      if ((!force && now - writtenAt < interval) || (seen === 0 && counts.size === 0)) return;
      writtenAt = now;
      write(lineOf({ namespace, service, timestamp: clock() }, counts, durations));
      counts.clear();
      durations = [];
      seen = 0;
    },
  };
}

interface Heading {
  readonly namespace: string;
  readonly service: string;
  readonly timestamp: number;
}

function lineOf({ namespace, service, timestamp }: Heading, counts: ReadonlyMap<string, number>, durations: readonly number[]): string {
  const values: Record<string, unknown> = { ...Object.fromEntries(counts), ...(durations.length > 0 && { duration: durations }) };
  const metrics = Object.keys(values).map((Name) => ({ Name, Unit: Name === "duration" ? "Milliseconds" : "Count" }));
  const directives = Array.from({ length: Math.ceil(metrics.length / MAX_METRICS) }, (_, index) => ({
    Namespace: namespace,
    Dimensions: [["service"]],
    Metrics: metrics.slice(index * MAX_METRICS, (index + 1) * MAX_METRICS),
  }));
  return JSON.stringify({ _aws: { Timestamp: timestamp, CloudWatchMetrics: directives }, service, ...values });
}
