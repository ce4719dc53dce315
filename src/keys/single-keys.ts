import { createPublicKey } from "../node-crypto.ts";
import { SallyportError } from "../errors.ts";
import type { AlgorithmName } from "../token/algorithms.ts";
import { downloadBody, type Fetch } from "./download.ts";
import { readKey } from "./jwk.ts";
import type { SingleKeyFinder, SingleKeysOptions, VerificationKey } from "./keys.ts";

const MINUTE = 60_000;
/** The most fetches in any minute for key ids that are not held: anybody can make one up. */
const MOST_UNKNOWN = 2;
const MOST_HELD = 100;

const KEY_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PEM = /^-----BEGIN PUBLIC KEY-----\r?\n(?:[A-Za-z0-9+/=]+\r?\n){1,20}-----END PUBLIC KEY-----\s*$/;
/** How file stores say that there is no such file. */
const ABSENT = [403, 404];

interface Held {
  readonly key: VerificationKey;
  fetchedAt: number;
  readonly freshFor: number;
  /** When a fetch last failed; minus infinity: never since. */
  failedAt: number;
}

/** Opens a place that has a file for each key. */
export const openSingleKeys = (base: string, options: SingleKeysOptions): SingleKeyFinder => new SingleKeyCache(base, options);

/**
 * The keys of a publisher that has a file for each. The only thing of a token that ever becomes part of an address is a key id
 * that is a lower-case UUID. No timers; fetches for unknown ids are bounded by number, whatever comes.
 */
class SingleKeyCache implements SingleKeyFinder {
  readonly #base: string;
  readonly #options: SingleKeysOptions;
  readonly #held = new Map<string, Held>();
  readonly #pending = new Map<string, Promise<VerificationKey>>();
  /** When unknown ids were last asked for, oldest first. */
  #asked: readonly number[] = [];

  constructor(base: string, options: SingleKeysOptions) {
    this.#base = base;
    this.#options = options;
  }

  peek(kid: string, algorithm: AlgorithmName): VerificationKey | null {
    const key = this.#fresh(kid);
    return key?.algorithms.includes(algorithm) ? key : null;
  }

  async find(kid: string, algorithm: AlgorithmName): Promise<VerificationKey> {
    if (!KEY_ID.test(kid)) throw new SallyportError("key_unknown");
    const { watch } = this.#options;
    const fresh = this.#fresh(kid);
    watch?.events.consulted(watch.issuer, fresh === null ? "network" : "memory");
    const key = fresh ?? (await this.#ask(kid));
    if (!key.algorithms.includes(algorithm)) throw new SallyportError("key_unknown");
    return key;
  }

  #fresh(kid: string): VerificationKey | null {
    const held = this.#held.get(kid);
    return held !== undefined && isWithin(held.fetchedAt, this.#options.clock(), held.freshFor) ? held.key : null;
  }

  async #ask(kid: string): Promise<VerificationKey> {
    const under = this.#pending.get(kid);
    if (under !== undefined) return under;
    const held = this.#held.get(kid);
    const now = this.#options.clock();
    // After the clock was set back, a key is stale from now on and ages normally, instead of being no use until it catches up.
    if (held !== undefined && now < held.fetchedAt) held.fetchedAt = now - held.freshFor;
    if (held === undefined) this.#admit(now);
    else if (isWithin(held.failedAt, now, MINUTE)) return this.#stale(held, now);
    const asking = this.#fetch(kid, held).finally(() => this.#pending.delete(kid));
    this.#pending.set(kid, asking);
    return asking;
  }

  /** Whether there is such a key cannot be told without asking, so this is an outage and no verdict. */
  #admit(now: number): void {
    this.#asked = this.#asked.filter((at) => isWithin(at, now, MINUTE));
    if (this.#asked.length >= MOST_UNKNOWN) throw new SallyportError("keys_unavailable");
    this.#asked = [...this.#asked, now];
  }

  #stale(held: Held, now: number): VerificationKey {
    const { maxStale, watch } = this.#options;
    if (!isWithin(held.fetchedAt, now, maxStale)) throw new SallyportError("keys_unavailable");
    watch?.events.servedStale(watch.issuer);
    return held.key;
  }

  async #fetch(kid: string, held: Held | undefined): Promise<VerificationKey> {
    const { fetch, clock, watch } = this.#options;
    const fetchedAt = clock();
    let status = 0;
    const watched: Fetch = async (url, init) => {
      const answer = await fetch(url, init);
      ({ status } = answer);
      return answer;
    };
    try {
      const { body, freshFor } = await downloadBody(watched, `${this.#base}${kid}`, "text/plain, */*");
      const key = readPem(kid, body);
      this.#hold(kid, { key, fetchedAt, freshFor, failedAt: Number.NEGATIVE_INFINITY });
      watch?.events.refreshed(watch.issuer, true);
      return key;
    } catch (error) {
      watch?.events.refreshed(watch.issuer, ABSENT.includes(status));
      if (ABSENT.includes(status)) {
        this.#held.delete(kid);
        throw new SallyportError("key_unknown");
      }
      if (held === undefined) throw error;
      held.failedAt = fetchedAt;
      return this.#stale(held, fetchedAt);
    }
  }

  #hold(kid: string, held: Held): void {
    this.#held.delete(kid);
    this.#held.set(kid, held);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= MOST_HELD) return;
      this.#held.delete(oldest);
    }
  }
}

/** One public key in PEM, vetted like a JWK. @throws SallyportError `keys_unavailable` */
function readPem(kid: string, body: Uint8Array): VerificationKey {
  const text = Buffer.from(body).toString("latin1");
  if (!PEM.test(text)) throw new SallyportError("keys_unavailable");
  const key = readKey({ ...exported(text), kid, use: "sig" });
  if (key === null) throw new SallyportError("keys_unavailable");
  return key;
}

function exported(pem: string): object {
  try {
    return createPublicKey(pem).export({ format: "jwk" });
  } catch {
    // The library's message may quote the file.
    throw new SallyportError("keys_unavailable");
  }
}

/** A time in the future means that the clock was set back: nothing is known to be recent then. */
function isWithin(since: number, now: number, period: number): boolean {
  return now >= since && now - since < period;
}
