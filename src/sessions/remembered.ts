import { SallyportError } from "../errors.ts";
import type { Proof } from "../principal/proof.ts";
import type { OnUnavailable, Revocations, RevocationWorld } from "./revocations.ts";
import { keyOf, targetsOf } from "./targets.ts";

/** One revocation, as far as a request is concerned. */
export interface Cutoff {
  /** Tokens issued up to this second (since the epoch) are revoked; null: all of them. */
  readonly upTo: number | null;
}

/** What one reading found. */
export interface Reading {
  readonly cutoffs: readonly Cutoff[];
  /** Why there may be more; null: this is all. */
  readonly fault: Error | null;
}

/** Reads the revocations that stand under these keys, all at once and as they are now. Never rejects. */
export type ReadCutoffs = (keys: readonly string[]) => Promise<Reading>;

/** How revocations are read. */
export interface RememberedOptions extends RevocationWorld {
  readonly read: ReadCutoffs;
  /** Milliseconds for which an answer is used again. */
  readonly remember: number;
  readonly onUnavailable: OnUnavailable;
}

/** What was read for one token, counted from when the reading began. */
interface Answer {
  readonly at: number;
  readonly reading: Promise<Reading>;
  hasFailed: boolean;
}

/** The most answers held. Within a few seconds one sandbox, which serves one request at a time, needs far fewer. */
const MAX_ANSWERS = 1_000;

/**
 * Asks once for each new principal and remembers the answer for a moment: that moment is how long a revoked token can still pass
 * here. A failure is never remembered.
 */
export function createRevocations({ read, remember, onUnavailable, clock, unavailable }: RememberedOptions): Revocations {
  const answers = new Map<string, Answer>();
  /** A token seen before comes with the very same proof, which then needs no name. */
  const byProof = new WeakMap<Proof, Answer>();

  function ask(proof: Proof): Promise<Reading> {
    const now = clock();
    const same = byProof.get(proof);
    if (same !== undefined && isRecent(same, now)) return same.reading;
    const answer = answerFor(proof, now);
    byProof.set(proof, answer);
    return answer.reading;
  }

  function answerFor(proof: Proof, now: number): Answer {
    const targets = targetsOf(proof);
    const name = JSON.stringify(targets);
    const known = answers.get(name);
    if (known !== undefined && isRecent(known, now)) return known;
    makeRoom(now);
    const answer = { at: now, reading: read(targets.map(keyOf)), hasFailed: false };
    answers.delete(name);
    answers.set(name, answer);
    void answer.reading.then(({ fault }) => (answer.hasFailed = fault !== null));
    return answer;
  }

  /** A clock that was set back makes no answer last longer. */
  const isRecent = ({ at, hasFailed }: Answer, now: number) => !hasFailed && at <= now && now - at < remember;

  /** The oldest stand first. */
  function makeRoom(now: number): void {
    for (const [name, answer] of answers) {
      if (isRecent(answer, now) && answers.size < MAX_ANSWERS) return;
      answers.delete(name);
    }
  }

  return {
    async check(proof) {
      const { cutoffs, fault } = await ask(proof);
      // Whatever else could not be read: one record is enough.
      if (cutoffs.some((cutoff) => isCutOff(proof, cutoff))) throw new SallyportError("revoked");
      if (fault === null) return;
      unavailable?.(onUnavailable);
      if (onUnavailable === "deny") throw new SallyportError("revocations_unavailable", { cause: fault });
    },
  };
}

/** Seconds may have fractions: a token of the very second is taken as issued before. One that does not say when is, too. */
function isCutOff({ issuedAt }: Proof, { upTo }: Cutoff): boolean {
  return upTo === null || issuedAt === null || Math.floor(issuedAt) <= upTo;
}
