import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { PARTS } from "./parts.ts";

const tests = PARTS[process.env["SALLYPORT_MUTATE"] ?? ""]?.tests ?? [];

/** Test files in the order in which the part names them: the first failure ends the run of a mutant, so quick ones go first. */
class AsNamed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      tests.findIndex((name) => [".", "/"].some((end) => moduleId.includes(`/test/${name}${end}`)));
    return files.toSorted((one, other) => place(one) - place(other));
  }
}

/** One mocks a module, which works only where no test before has loaded it; the other looks into bundles, where no change is ever active. */
const LEFT_OUT = ["sessions/preload", "sessions/bundle"];

/** Only the tests of the part that is being mutated, in one process: starting one for each file takes longer than most files. */
export default defineConfig({
  test: {
    include: tests.map((name) => `test/${name}{/**/*,}.test.ts`),
    exclude: LEFT_OUT.map((name) => `test/${name}.test.ts`),
    sequence: { sequencer: AsNamed },
    isolate: false,
    // Counting which test reaches which change takes ten times as long as the test.
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
