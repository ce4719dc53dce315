import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { CASES, type Case, GOOD, unsigned } from "./cases.ts";
import { createJudge } from "./judge.ts";
import { createSubject } from "./subject.ts";

const SEED = 7;
const RUNS = 2_000;

/** What another process made, as a regression is kept: its good tokens, and the cases of a seed. */
interface Kept {
  readonly good: readonly string[];
  readonly cases: readonly Case[];
}

/** Writes what this process would make under the same seed, from a process of its own. */
const PROGRAM = `
  import fc from "fast-check";
  const { CASES, GOOD } = await import("${new URL("cases.ts", import.meta.url).href}");
  const cases = fc.sample(CASES, { seed: ${SEED}, numRuns: ${RUNS} });
  process.stdout.write(JSON.stringify({ good: GOOD, cases }));
`;

let kept: Kept;
beforeAll(async () => {
  const args = ["--input-type=module", "--eval", PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 28 });
  kept = JSON.parse(stdout) as Kept;
});

const algorithmOf = (token: string) => (JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()) as { alg: unknown }).alg;

describe("cases that another process kept", () => {
  it("good tokens of every algorithm are the very same ones, and accepted", async () => {
    expect(kept.good).toEqual(GOOD);
    const subject = createSubject();
    for (const token of kept.good) expect(await subject(token)).toBeNull();
    expect(new Set(kept.good.map(algorithmOf))).toEqual(new Set(["RS256", "ES256", "EdDSA"]));
  });

  it("what that process signed is accepted here", async () => {
    const { judge, tally } = createJudge({ every: 1 });
    const subject = createSubject();
    const accepted: string[] = [];
    for (const one of kept.cases) {
      await judge(one);
      if (one.keys === undefined && (await subject(one.token)) === null) accepted.push(one.token);
    }
    const fresh = accepted.filter((token) => !GOOD.includes(token));
    expect(fresh.filter((token) => algorithmOf(token) === "ES256").length).toBeGreaterThan(RUNS / 100);
    expect(accepted).toContain(GOOD[0]);
    expect(tally.get("accepted")).toBeGreaterThan(accepted.length);
  });

  it("a seed gives the same cases here as there, but for the number that ECDSA signs with", () => {
    const here = JSON.parse(JSON.stringify(fc.sample(CASES, { seed: SEED, numRuns: RUNS }))) as Case[];
    expect(here.map(({ keys }) => keys)).toEqual(kept.cases.map(({ keys }) => keys));
    expect(here.map(({ token }) => unsigned(token))).toEqual(kept.cases.map(({ token }) => unsigned(token)));
    const same = here.filter(({ token }, index) => token === kept.cases[index]?.token);
    expect(same.length).toBeGreaterThan(RUNS * 0.7);
  });
});
