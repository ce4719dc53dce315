import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readArguments } from "../scripts/read-arguments.ts";
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

const USAGE = "npm run bench -- [--quick | --smoke] [--out <folder>]";

/** Reads the command line; what it does not know is said in one line, and the process ends with 2. */
export function readOptions(args: readonly string[]): BenchOptions {
  const known = { quick: { type: "boolean" }, smoke: { type: "boolean" }, out: { type: "string" } } as const;
  return readArguments(
    USAGE,
    known,
    ({ quick, smoke, out }) => {
      const size = smoke === true ? "smoke" : quick === true ? "quick" : "full";
      return { size, out: resolve(root, out ?? FOLDERS[size]) };
    },
    args,
  );
}
