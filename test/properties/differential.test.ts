import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CASES, type Case } from "./differential/cases.ts";
import { createJudge } from "./differential/judge.ts";

/** Cases that were once judged wrongly: `npm run fuzz` adds to them, and they are judged again every time. */
const REGRESSIONS = JSON.parse(readFileSync(new URL("differential/regressions.json", import.meta.url), "utf8")) as Case[];
const RUNS = 100_000;

describe("against jose, aws-jwt-verify, fast-jwt and jsonwebtoken", () => {
  it(`never accepts what jose refuses, and explains what it refuses, in ${RUNS} cases`, async () => {
    const { judge, tally } = createJudge({ every: 4 });
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    await fc.assert(fc.asyncProperty(CASES, judge), { numRuns: RUNS, seed });
    // Worth something only where many got in, and many got far.
    expect(tally.get("accepted")).toBeGreaterThan(RUNS / 50);
    for (const code of ["signature_invalid", "token_malformed", "header_unsupported", "claim_malformed", "key_unknown", "issuer_unknown"])
      expect(tally.get(code) ?? 0, code).toBeGreaterThan(RUNS / 2_000);
  }, 300_000);

  it("judges what was once judged wrongly", async () => {
    const { judge } = createJudge({ every: 1 });
    for (const one of REGRESSIONS) await expect(judge(one)).resolves.toBeUndefined();
  });
});
