import { ConfigurationError } from "../../src/index.ts";
import type { Problem } from "../../src/config/report.ts";

/** What a start finds wrong with its settings; empty: it starts. Whatever else it throws is thrown on. */
export function problemsIn(start: () => unknown): readonly Problem[] {
  try {
    start();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** Each problem as its reader sees it: where, what, and what to do. */
export const sentencesIn = (start: () => unknown): readonly string[] =>
  problemsIn(start).map(({ path, message, fix }) => `${path} ${message} ${fix}`);
