import { defineConfig } from "vitest/config";
import { PARTS } from "./parts.ts";

const part = PARTS[process.env["SALLYPORT_MUTATE"] ?? ""];

/** Only the tests of the part that is being mutated. */
export default defineConfig({
  test: {
    include: part?.tests.map((name) => `test/${name}{/**/*,}.test.ts`) ?? [],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    isolate: false,
  },
});
