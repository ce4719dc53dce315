import type { KeyPublisher } from "./key-publisher.ts";
import type { Judgement, Outcome, World } from "./oracle.ts";

/** Bytes by which memory may still grow after the first quarter of a soak: caches fill, garbage waits. */
const GROWTH = 24_000_000;
/** Key fetches of one issuer in a minute by all sandboxes together: two each, and the regular refresh. */
const FETCHES = 8;
const MINUTE = 60_000;

/** One request, what became of it, and what the oracle says. */
export interface Answered {
  readonly api: string;
  readonly kind: string;
  readonly outcome: Outcome;
  readonly judgement: Judgement;
  readonly milliseconds: number;
}

const OUTCOMES: readonly Outcome[] = ["allow", "deny", "unauthenticated", "no keys", "no revocations", "broken"];

/** What a soak counts, and what it says at the end. */
export class Report {
  readonly #kinds = new Map<string, Record<string, number>>();
  readonly #invocations = new Map<string, number>();
  readonly #revoked = { refused: 0, unread: 0, recently: 0, letIn: 0 };
  readonly #begun = Date.now();
  readonly #wrong: string[] = [];
  readonly #memory = new Map<string, number[]>();
  #mayRead = 0;
  #reuses = 0;
  #stalls = 0;

  /** Kinds and outcomes only: a token is never written down. */
  count({ api, kind, outcome, judgement, milliseconds }: Answered): void {
    const { allowed, revoked, read } = judgement;
    const row = this.#kinds.get(kind) ?? {};
    this.#kinds.set(kind, { ...row, [outcome]: (row[outcome] ?? 0) + 1 });
    this.#invocations.set(api, (this.#invocations.get(api) ?? 0) + 1);
    if (read !== null) this.#mayRead++;
    if (!allowed.includes(outcome)) this.wrong(api, `a request ${kind} got ${outcome}, not ${allowed.join(" or ")}`, milliseconds);
    if (revoked === "yes") this.#revoked[outcome === "unauthenticated" ? "refused" : "unread"]++;
    if (revoked === "recently") this.#revoked.recently++;
    if (revoked === "recently" && (outcome === "allow" || outcome === "deny")) this.#revoked.letIn++;
  }

  wrong(api: string, what: string, milliseconds: number): void {
    this.#wrong.push(`${api}, second ${Math.floor((Date.now() - this.#begun) / 1_000)}, ${milliseconds} ms: ${what}`);
  }

  /** An answer was held against what is right on another route. */
  reuse(): void {
    this.#reuses++;
  }

  stall(): void {
    this.#stalls++;
  }

  sample(api: string, bytes: number | null): void {
    if (bytes !== null) this.#memory.set(api, [...(this.#memory.get(api) ?? []), bytes]);
  }

  /** Prints everything; answers the number of faults. */
  print({ publisher, table }: World, errors: readonly string[]): number {
    console.table(Object.fromEntries(this.#kinds), [...OUTCOMES]);
    const readings = table.readings > this.#mayRead ? [`the table was read ${table.readings} times for ${this.#mayRead} requests`] : [];
    const faults = [
      ...this.#wrong.slice(0, 20),
      ...this.#memoryFaults(),
      ...fetchFaults(publisher),
      ...readings,
      ...errors.filter((text) => text !== ""),
    ];
    const { refused, unread, recently, letIn } = this.#revoked;
    console.log(`Invocations: ${listed(this.#invocations)}. Wrong decisions: ${this.#wrong.length}. Stalls: ${this.#stalls}.`);
    console.log(`Keys: ${publisher.keys.length} published, ${publisher.outages.length} outages, ${publisher.fetches.length} fetches.`);
    console.log(`Answers held against another route, where they may be used again: ${this.#reuses}.`);
    const kinds = listed(countedBy(table.written.map(({ kind }) => kind)));
    console.log(`Revocations: ${table.written.length} written (${kinds}), ${table.outages.length} outages, ${table.readings} readings.`);
    console.log(`Requests with revoked tokens: ${refused} refused, ${unread} not looked up in an outage.`);
    console.log(`While an older answer may be held: ${recently}, of which ${letIn} were let in or denied by rule.`);
    for (const [api, samples] of this.#memory) console.log(`Memory, ${api}: ${quarters(samples).map(megabytes).join(", ")} by quarters.`);
    for (const fault of faults) console.error(`FAULT: ${fault}`);
    return Math.max(faults.length, this.#wrong.length);
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

function countedBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

const listed = (counts: ReadonlyMap<string, number>) => [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
