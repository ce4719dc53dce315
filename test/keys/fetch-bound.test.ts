import { expect, it } from "vitest";
import { KeyCache } from "../../src/keys/key-cache.ts";
import { keyFor, readKeySet } from "../../src/keys/key-set.ts";
import type { VerificationKey } from "../../src/keys/keys.ts";
import { makeKey, MINUTE, SECOND } from "./kit.ts";

const { jwk } = makeKey("a");
const keys = readKeySet({ keys: [jwk] });
const held = keyFor(keys.get("a"), "ES256") as VerificationKey;

/** Numbers from 0 to 1 that look random and are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** The most fetches in any minute of three, in which a made-up key id comes every second, and perhaps failed signatures too. */
async function busiestMinute(seed: number, failing: number, isForged: boolean): Promise<number> {
  const next = numbers(seed);
  const fetches: number[] = [];
  let now = 1_800_000_000_000;
  const load = async () => {
    fetches.push(now);
    if (next() < failing) throw new Error("down");
    return { keys, jwks: [jwk], fetchedAt: now, freshFor: MINUTE };
  };
  const cache = new KeyCache({ load, clock: () => now, random: () => 0, maxStale: 24 * 60 * MINUTE, merge: false });
  for (let second = 0; second < 180; second++, now += SECOND) {
    await cache.find(`made-up-${second}`, "ES256").catch(() => {});
    if (isForged && next() < 0.2) await cache.findReplacement("a", "ES256", held);
  }
  return Math.max(...fetches.map((from) => fetches.filter((at) => at >= from && at - from < MINUTE).length));
}

// docs/keys.md states these.
it.each([
  [2, "an issuer that answers, and made-up key ids", 0, false],
  [2, "an issuer that fails", 1, false],
  [3, "an issuer that answers, made-up key ids and failed signatures", 0, true],
  [4, "an issuer that fails at random, and made-up key ids", 0.5, false],
  [5, "all of these", 0.5, true],
])("%i fetches a minute at most: %s", async (bound, _name, failing, isForged) => {
  const seeds = Array.from({ length: 60 }, (_, seed) => seed);
  const busiest = await Promise.all(seeds.map(async (seed) => busiestMinute(seed, failing, isForged)));
  expect(Math.max(...busiest)).toBe(bound);
});
