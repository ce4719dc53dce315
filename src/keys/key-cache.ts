import { SallyportError } from "../errors.ts";
import type { AlgorithmName } from "../token/algorithms.ts";
import { withDeadline } from "./deadline.ts";
import type { KeyEvents, KeyOrigin } from "./key-events.ts";
import { keyFor } from "./key-set.ts";
import type { Shelf } from "./key-store.ts";
import type { VerificationKey } from "./keys.ts";
import type { LoadedKeys, LoadKeys } from "./load-keys.ts";

const SECOND = 1_000;

/** An unknown key id asks the issuer again at the earliest this long after the last success. */
const UNKNOWN_KEY_COOL_DOWN = 30 * SECOND;
/** A failed signature asks the issuer again at most this often. */
const REPLACEMENT_COOL_DOWN = 300 * SECOND;
/** Milliseconds that a failed signature waits for new keys. */
const REPLACEMENT_TIMEOUT = 2 * SECOND;
/** No fetch takes this long: if it seems to have, the sandbox was frozen meanwhile and the connection died. */
const FROZEN = 5 * SECOND;
/** Pauses after the first and after every later failure in a row: two fetches at most in any minute. */
const BACK_OFF = [5 * SECOND, 55 * SECOND] as const;
/** The share of a pause that is added at random, so that sandboxes do not return all at once. */
const JITTER = 0.2;
/** The most key ids a merged set remembers. */
const MAX_MERGED = 1_000;

/** How a cache ages. */
export interface CacheOptions {
  readonly load: LoadKeys;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Milliseconds since the last success for which keys are served while the issuer fails; 0: not at all. */
  readonly maxStale: number;
  /** Whether keys missing from a newer document live on until `maxStale`. */
  readonly merge: boolean;
  /** Keys to begin with. */
  readonly seed?: LoadedKeys | undefined;
  /** Keys shared with other sandboxes: read when nothing is held, written after every fetch. */
  readonly shelf?: Shelf | undefined;
  /** The issuer's name in the configuration, and who is told what happens to its keys. */
  readonly watch?: { readonly issuer: string; readonly events: KeyEvents } | undefined;
}

interface Entry {
  readonly keys: readonly VerificationKey[];
  /** The time of the last document that published it. */
  seenAt: number;
}

interface Held {
  readonly entries: Map<string, Entry>;
  fetchedAt: number;
  readonly freshFor: number;
}

/**
 * The keys of one issuer at one location. Fresh keys are served from memory. Past that, the issuer is asked, by one request
 * for all who wait; if it fails, the last good keys are served until `maxStale`. A valid document that lacks a key ends that
 * key at once, whatever its age. No timers: every state follows from timestamps when a key is asked for.
 */
export class KeyCache {
  readonly #options: CacheOptions;
  #held: Held | null = null;
  #origin: KeyOrigin = "network";
  #recall: Promise<void> | null = null;
  #refresh: Promise<boolean> | null = null;
  #failures = 0;
  #failedAt = 0;
  #pause = 0;
  #replacedAt = Number.NEGATIVE_INFINITY;

  constructor(options: CacheOptions) {
    this.#options = options;
    if (options.seed !== undefined) this.#hold(options.seed, "snapshot");
  }

  /** A key of a set that is fresh: what `find` would answer without waiting for anything. Null in every other state. */
  peek(kid: string, algorithm: AlgorithmName): VerificationKey | null {
    const key = this.#isFresh() ? this.#lookUp(kid, algorithm) : null;
    if (key !== null) this.#tell(this.#held, false);
    return key;
  }

  /** @throws SallyportError `key_unknown`, `keys_unavailable` */
  async find(kid: string, algorithm: AlgorithmName): Promise<VerificationKey> {
    const before = this.#held;
    await this.#recallOnce();
    const now = this.#options.clock();
    const held = this.#held;
    rebase(held, now);
    const key = this.#lookUp(kid, algorithm);
    const settledFor = key === null ? UNKNOWN_KEY_COOL_DOWN : Number.POSITIVE_INFINITY;
    const isSettled = held !== null && isWithin(held.fetchedAt, now, Math.min(held.freshFor, settledFor));
    // A clock that jumped while the issuer was asked says nothing about what it published.
    const isCurrent = isSettled || ((await this.#refreshOnce()) && this.#isFresh());
    const found = isSettled ? key : this.#lookUp(kid, algorithm);
    this.#tell(before, found !== null && !isCurrent);
    if (found === null) throw new SallyportError(isCurrent ? "key_unknown" : "keys_unavailable");
    return found;
  }

  #isFresh(): boolean {
    const held = this.#held;
    return held !== null && isWithin(held.fetchedAt, this.#options.clock(), held.freshFor);
  }

  #tell(before: Held | null, isStale: boolean): void {
    const { watch } = this.#options;
    watch?.events.consulted(
      watch.issuer,
      this.#held === before && before !== null && this.#origin !== "snapshot" ? "memory" : this.#origin,
    );
    if (isStale) watch?.events.servedStale(watch.issuer);
  }

  /** A key other than the one a signature failed under, or null. */
  async findReplacement(kid: string, algorithm: AlgorithmName, failed: VerificationKey): Promise<VerificationKey | null> {
    const differing = () => {
      const key = this.#lookUp(kid, algorithm);
      return key === null || key.key.equals(failed.key) ? null : key;
    };
    const known = differing();
    if (known !== null) return known;
    if (this.#refresh === null) {
      const now = this.#options.clock();
      if (this.#isBackingOff() || isWithin(this.#replacedAt, now, REPLACEMENT_COOL_DOWN)) return null;
      this.#replacedAt = now;
    }
    // Nobody waits for long to learn that the key was the right one.
    await withDeadline(this.#refreshOnce(), REPLACEMENT_TIMEOUT).catch(() => {});
    return differing();
  }

  /** Whether any keys are held, however old. */
  holds(): boolean {
    return this.#held !== null;
  }

  /** Where nothing is held: takes keys from the shelf or from the issuer. Never throws. */
  async prepare(): Promise<void> {
    await this.#recallOnce();
    if (!this.holds()) await this.#refreshOnce();
  }

  /** Where nothing is held that may still be served: takes keys from the shelf, if there is one. Never throws. */
  async #recallOnce(): Promise<void> {
    const { shelf, clock } = this.#options;
    if (shelf === undefined || this.#holdsAny(clock()) || this.#isBackingOff()) return;
    this.#recall ??= shelf
      .recall(clock(), (loaded) => this.#takeNewer(loaded))
      .finally(() => {
        this.#recall = null;
      });
    await this.#recall;
  }

  #takeNewer(loaded: LoadedKeys): void {
    if (loaded.fetchedAt > (this.#held?.fetchedAt ?? Number.NEGATIVE_INFINITY)) this.#hold(loaded, "store");
  }

  /** Whether the last document may still be served, if only because the issuer fails. */
  #holdsAny(now: number): boolean {
    const held = this.#held;
    return held !== null && now - held.fetchedAt <= Math.max(held.freshFor, this.#options.maxStale);
  }

  /** Whether the issuer's current document is now held; false where it failed or is not to be asked yet. */
  async #refreshOnce(): Promise<boolean> {
    if (this.#refresh === null && this.#isBackingOff()) return false;
    this.#refresh ??= this.#reload().finally(() => {
      this.#refresh = null;
    });
    return this.#refresh;
  }

  async #reload(): Promise<boolean> {
    const { clock, random, shelf } = this.#options;
    try {
      const loaded = await this.#load();
      this.#hold(loaded, "network");
      this.#options.watch?.events.refreshed(this.#options.watch.issuer, true);
      this.#failures = 0;
      await shelf?.save(loaded);
      return true;
    } catch {
      this.#options.watch?.events.refreshed(this.#options.watch.issuer, false);
      this.#failures++;
      this.#failedAt = clock();
      this.#pause = (BACK_OFF[this.#failures - 1] ?? BACK_OFF[1]) * (1 + JITTER * random());
      return false;
    }
  }

  /** Once more, and at once, where what failed was begun before the sandbox was frozen. */
  async #load(): Promise<LoadedKeys> {
    const { load, clock } = this.#options;
    const begunAt = clock();
    try {
      return await load();
    } catch (error) {
      if (isWithin(begunAt, clock(), FROZEN)) throw error;
      return load();
    }
  }

  #isBackingOff(): boolean {
    return this.#failures > 0 && isWithin(this.#failedAt, this.#options.clock(), this.#pause);
  }

  /** A held key that may still be served, refreshed or not; one that a merged set last saw `maxStale` ago may not. */
  #lookUp(kid: string, algorithm: AlgorithmName): VerificationKey | null {
    const now = this.#options.clock();
    const held = this.#held;
    const entry = held?.entries.get(kid);
    if (held === null || entry === undefined) return null;
    const isFresh = entry.seenAt === held.fetchedAt && isWithin(held.fetchedAt, now, held.freshFor);
    if (!isFresh && now - entry.seenAt > this.#options.maxStale) return null;
    return keyFor(entry.keys, algorithm);
  }

  #hold({ keys, fetchedAt, freshFor }: LoadedKeys, origin: KeyOrigin): void {
    const entries = new Map<string, Entry>();
    for (const [kid, published] of keys) entries.set(kid, { keys: published, seenAt: fetchedAt });
    for (const [kid, entry] of this.#options.merge ? (this.#held?.entries ?? []) : []) {
      if (entries.size >= MAX_MERGED) break;
      if (!entries.has(kid)) entries.set(kid, entry);
    }
    this.#held = { entries, fetchedAt, freshFor };
    this.#origin = origin;
  }
}

/** A time in the future means that the clock was set back: nothing is known to be recent then. */
function isWithin(since: number, now: number, period: number): boolean {
  return now >= since && now - since < period;
}

/** After the clock was set back, keys are stale from now on and age normally, instead of living until it catches up. */
function rebase(held: Held | null, now: number): void {
  if (held === null || now >= held.fetchedAt) return;
  const shift = held.fetchedAt + held.freshFor - now;
  held.fetchedAt -= shift;
  for (const entry of held.entries.values()) entry.seenAt -= shift;
}
