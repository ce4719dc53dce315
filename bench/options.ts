import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { PLANS } from "./plans.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** How much is measured, and the folder that the tables and plots go to. */
export interface BenchOptions {
  readonly size: keyof typeof PLANS;
  readonly out: string;
}

/** Only a full run replaces what is published. */
const FOLDERS: Readonly<Record<BenchOptions["size"], string>> = {
  full: join("docs", "benchmarks"),
  quick: join(".build", "bench-quick"),
  smoke: join(".build", "bench-smoke"),
};

/** Reads the command line; what it does not know is said in one line, and the process ends with 2. */
export function readOptions(args: readonly string[]): BenchOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { quick: { type: "boolean" }, smoke: { type: "boolean" }, out: { type: "string" } },
    });
    const size = values.smoke === true ? "smoke" : values.quick === true ? "quick" : "full";
    return { size, out: resolve(root, values.out ?? FOLDERS[size]) };
  } catch (error) {
    const [why] = error instanceof Error ? error.message.split(". ") : [];
    console.error(`${why}.\nusage: npm run bench -- [--quick | --smoke] [--out <folder>]`);
    process.exit(2);
  }
}
