import { PARTS } from "./parts.ts";

const name = process.env.SALLYPORT_MUTATE;
const part = PARTS[name];

/** Configuration of one run of `npm run mutate -- <part>`. */
export default {
  mutate: part.mutate,
  testRunner: "vitest",
  vitest: { configFile: "test/mutation/vitest.config.ts", related: false },
  // The name of a file that is not there: with TypeScript 7, which has no API, the file cannot be read.
  tsconfigFile: "tsconfig.none.json",
  coverageAnalysis: "perTest",
  incremental: true,
  incrementalFile: `.build/mutation/${name}.json`,
  tempDirName: ".build/stryker",
  reporters: ["progress-append-only", "clear-text", "json"],
  jsonReporter: { fileName: `.build/mutation/${name}-report.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 100, low: part.score, break: part.score },
  concurrency: Number(process.env.SALLYPORT_MUTATE_AT_ONCE ?? 2),
  timeoutMS: 5_000,
  ignorePatterns: [".build", "dist", "lib", ".serverless", "coverage", "docs/benchmarks"],
};
