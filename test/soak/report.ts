import type { KeyPublisher } from "./key-publisher.ts";
import type { Outcome } from "./oracle.ts";

/** Bytes by which memory may still grow after the first quarter of a soak: caches fill, garbage waits. */
const GROWTH = 24_000_000;
/** Key fetches of one issuer in a minute by all sandboxes together: two each, and the regular refresh. */
const FETCHES = 8;
const MINUTE = 60_000;

/** What a soak counts, and what it says at the end. */
export class Report {
  readonly #counts = new Map<string, number>();
  readonly #wrong: string[] = [];
  readonly #memory = new Map<string, number[]>();

  count(api: string, kind: string, outcome: Outcome): void {
    const key = `${kind}\t${outcome}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#counts.set(api, (this.#counts.get(api) ?? 0) + 1);
  }

  /** Kinds and outcomes only: a token is never written down. */
  wrong(api: string, kind: string, outcome: Outcome, allowed: readonly Outcome[]): void {
    this.#wrong.push(`${api}: a request ${kind} got ${outcome}, not ${allowed.join(" or ")}`);
  }

  sample(api: string, bytes: number | null): void {
    if (bytes !== null) this.#memory.set(api, [...(this.#memory.get(api) ?? []), bytes]);
  }

  /** Prints everything; answers the number of faults. */
  print(publisher: KeyPublisher, errors: readonly string[]): number {
    console.table(this.#byKind());
    const faults = [
      ...this.#wrong.slice(0, 20),
      ...this.#memoryFaults(),
      ...fetchFaults(publisher),
      ...errors.filter((text) => text !== ""),
    ];
    const total = [...this.#memory.keys()].map((api) => `${api} ${this.#counts.get(api) ?? 0}`);
    console.log(`Invocations: ${total.join(", ")}. Wrong decisions: ${this.#wrong.length}.`);
    console.log(`Keys: ${publisher.keys.length} published, ${publisher.outages.length} outages, ${publisher.fetches.length} fetches.`);
    for (const [api, samples] of this.#memory) console.log(`Memory, ${api}: ${quarters(samples).map(megabytes).join(", ")} by quarters.`);
    for (const fault of faults) console.error(`FAULT: ${fault}`);
    return Math.max(faults.length, this.#wrong.length);
  }

  #byKind(): Record<string, Record<string, number>> {
    const table: Record<string, Record<string, number>> = {};
    for (const [key, count] of this.#counts) {
      const [kind = "", outcome] = key.split("\t");
      if (outcome !== undefined) table[kind] = { ...table[kind], [outcome]: count };
    }
    return table;
  }

  #memoryFaults(): string[] {
    return [...this.#memory].flatMap(([api, samples]) => {
      const [first = 0, second = 0, , last = 0] = quarters(samples);
      return last - Math.max(first, second) > GROWTH ? [`${api} grew from ${megabytes(second)} to ${megabytes(last)}`] : [];
    });
  }
}

function fetchFaults({ fetches }: KeyPublisher): string[] {
  return (["shop", "staff"] as const).flatMap((issuer) => {
    const times = fetches.filter((fetch) => fetch.issuer === issuer).map(({ at }) => at);
    const most = Math.max(0, ...times.map((at) => times.filter((other) => other >= at && other < at + MINUTE).length));
    return most > FETCHES ? [`${issuer} was asked for its keys ${most} times in a minute`] : [];
  });
}

/** The median of each quarter of a series. */
function quarters(samples: readonly number[]): number[] {
  const size = Math.ceil(samples.length / 4);
  return [0, 1, 2, 3].map((quarter) => {
    const part = samples.slice(quarter * size, (quarter + 1) * size).toSorted((a, b) => a - b);
    return part[Math.floor(part.length / 2)] ?? 0;
  });
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
