import { SallyportError } from "../errors.ts";
import type { Proof } from "../principal/proof.ts";
import type { OnUnavailable, Revocations, RevocationWorld } from "./revocations.ts";
import { keyOf, targetsOf } from "./targets.ts";

/** One revocation, as far as a request is concerned. */
export interface Cutoff {
  /** Tokens issued up to this second (since the epoch) are revoked; null: all of them. */
  readonly upTo: number | null;
}

/** Reads the revocations that stand under these keys, all at once and as they are now. */
export type ReadCutoffs = (keys: readonly string[]) => Promise<readonly Cutoff[]>;

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
  readonly cutoffs: Promise<readonly Cutoff[]>;
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

  function ask(proof: Proof): Promise<readonly Cutoff[]> {
    const now = clock();
    const same = byProof.get(proof);
    if (same !== undefined && isRecent(same, now)) return same.cutoffs;
    const answer = answerFor(proof, now);
    byProof.set(proof, answer);
    return answer.cutoffs;
  }

  function answerFor(proof: Proof, now: number): Answer {
    const targets = targetsOf(proof);
    const name = JSON.stringify(targets);
    const known = answers.get(name);
    if (known !== undefined && isRecent(known, now)) return known;
    makeRoom(now);
    const answer = { at: now, cutoffs: read(targets.map(keyOf)), hasFailed: false };
    answers.delete(name);
    answers.set(name, answer);
    answer.cutoffs.catch(() => void (answer.hasFailed = true));
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
      let cutoffs: readonly Cutoff[];
      try {
        cutoffs = await ask(proof);
      } catch (error) {
        unavailable?.(onUnavailable);
        if (onUnavailable === "allow") return;
        throw new SallyportError("revocations_unavailable", { cause: error });
      }
      if (cutoffs.some((cutoff) => isCutOff(proof, cutoff))) throw new SallyportError("revoked");
    },
  };
}

/** Seconds may have fractions: a token of the very second is taken as issued before. One that does not say when is, too. */
function isCutOff({ issuedAt }: Proof, { upTo }: Cutoff): boolean {
  return upTo === null || issuedAt === null || Math.floor(issuedAt) <= upTo;
}
