import type { KeyFinder, KeyQuery, VerificationKey } from "../keys/keys.ts";
import { sealPrincipal } from "../principal/principal.ts";
import type { Proof } from "../principal/proof.ts";
import { faultOfTimes, type TimeLimits, type TokenTimes } from "./times.ts";

/** A proof, and all that has to hold still for it to be given again without verifying its token again. */
export interface Remembered {
  /** Frozen, with everything in it, once it is remembered. */
  readonly proof: Proof;
  readonly times: TokenTimes;
  readonly limits: TimeLimits;
  /** The key that verified the token, and what it was found by. */
  readonly key: VerificationKey;
  readonly query: KeyQuery;
}

interface Entry {
  readonly print: number;
  readonly text: string;
  readonly remembered: Remembered;
}

/** The most tokens remembered, and the most characters they may have together: 2 to 3 MB of memory, with all that they prove. */
export const MEMO_LIMITS = { tokens: 1_000, characters: 1_000_000 } as const;

/** Tokens verified once that are taken note of. A power of two. */
const NOTES = 2_048;
/** The last characters of a token, a part of its signature, are taken note of. */
const NOTED_LENGTH = 12;

/**
 * What tokens that were verified before prove. A token is known by its whole text, signature and all: one that differs in a
 * character is another token. Entries are found by a fingerprint of the text's end, which is cheaper to take than that of the
 * whole; one with the same fingerprint takes the other's place. Nothing but a good signature gets in, and a refusal is never
 * remembered. Bounded by number and by length, because what is kept for a token grows with it; the one that was not asked for
 * the longest makes room.
 */
export class ProofMemo {
  readonly #entries = new Map<number, Entry>();
  readonly #notes = new Int32Array(NOTES);
  #characters = 0;

  /** How many tokens are remembered. */
  get tokens(): number {
    return this.#entries.size;
  }

  /** How long the remembered tokens are together. */
  get characters(): number {
    return this.#characters;
  }

  /**
   * The proof of a token seen before, as long as its times are good now and its key is still the one that its issuer's fresh key
   * set has. Otherwise null, and the token has to go the whole way again.
   * @param now seconds since the epoch
   */
  recall(text: string, keys: KeyFinder, now: number): Proof | null {
    const entry = typeof text === "string" ? this.#entries.get(fingerprint(text)) : undefined;
    if (entry === undefined || entry.text !== text) return null;
    const { proof, times, limits, key, query } = entry.remembered;
    this.#forget(entry);
    if (keys.peek(query) !== key || faultOfTimes(times, now, limits) !== null) return null;
    this.#insert(entry);
    return proof;
  }

  /**
   * Takes note of a token that was verified, and remembers what it proves when that happens for the second time. Most tokens are seen
   * once, because API Gateway remembers answers too: to them a memo would only be a cost.
   */
  offer(text: string, remembered: Remembered): void {
    const print = fingerprint(text);
    if (this.#isSecondSight(print)) this.#keep({ print, text, remembered });
  }

  /** Decides on room and nothing else: two tokens whose ends look alike are at worst remembered early, or late. */
  #isSecondSight(print: number): boolean {
    const slot = print & (NOTES - 1);
    const isNoted = this.#notes[slot] === print;
    this.#notes[slot] = isNoted ? 0 : print;
    return isNoted;
  }

  #keep({ print, text, remembered }: Entry): void {
    Object.freeze(remembered.proof);
    sealPrincipal(remembered.proof.principal);
    const known = this.#entries.get(print);
    if (known !== undefined) this.#forget(known);
    // A copy: the text may be a slice, which would keep the whole header it was cut from.
    this.#insert({ print, text: Buffer.from(text, "latin1").toString("latin1"), remembered });
    for (const oldest of this.#entries.values()) {
      if (this.#entries.size <= MEMO_LIMITS.tokens && this.#characters <= MEMO_LIMITS.characters) return;
      this.#forget(oldest);
    }
  }

  #insert(entry: Entry): void {
    this.#entries.set(entry.print, entry);
    this.#characters += entry.text.length;
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.print);
    this.#characters -= entry.text.length;
  }
}

/** 32 bits of a token's end. Says where to look, and nothing about the token: whole texts are compared there. */
function fingerprint(text: string): number {
  let print = 0;
  for (let index = Math.max(0, text.length - NOTED_LENGTH); index < text.length; index++) {
    print = (Math.imul(print, 31) + text.charCodeAt(index)) | 0;
  }
  return print;
}
