/** A vitest reporter that closes the run: the contract's coverage, what was skipped and why, then the counts on a line of their own. */
import { relative } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { contractLines } from "./contract-lines.ts";

interface Notice {
  readonly taskId?: string;
  readonly type: string;
  readonly content: string;
}

/** The test's own note (`context.skip("why")`), else the notices its file printed, else none. */
function reasonOf(test: TestCase, notices: ReadonlyMap<string, Set<string>>): string {
  const result = test.result();
  if (result.state === "skipped" && result.note) return result.note;
  const printed = notices.get(test.module.id) ?? new Set();
  return printed.size === 0 ? "no reason given" : [...printed].join(" ");
}

/** Skipped tests by file and reason, so that a whole skipped suite is one line. */
function skippedLines(modules: readonly TestModule[], notices: ReadonlyMap<string, Set<string>>): string[] {
  const counts = new Map<string, number>();
  for (const module of modules) {
    for (const test of module.children.allTests("skipped")) {
      const line = `${relative(process.cwd(), module.moduleId)}: ${reasonOf(test, notices)}`;
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  }
  return [...counts].map(([line, count]) => `  ${count} in ${line}`);
}

const countOf = (modules: readonly TestModule[], state: "passed" | "failed" | "skipped") =>
  modules.reduce((sum, { children }) => sum + [...children.allTests(state)].length, 0);

export default class SkipReporter implements Reporter {
  readonly #notices = new Map<string, Set<string>>();

  onUserConsoleLog({ taskId, type, content }: Notice): void {
    if (type !== "stderr" || taskId === undefined || !/skip/i.test(content)) return;
    // A task's id starts with its file's: `<file>_<suite>_<test>`; what a file prints while loading carries the file's own.
    const file = taskId.split("_")[0] ?? taskId;
    this.#notices.set(file, (this.#notices.get(file) ?? new Set()).add(content.trim()));
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const contract = contractLines(modules);
    if (contract.length > 0) console.log(`\nContract, tests passed for each API type and provider:\n${contract.join("\n")}`);
    const skipped = skippedLines(modules, this.#notices);
    if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.join("\n")}`);
    // A file that fails to load has no tests to count, and an error between tests belongs to none.
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length;
    const failed = countOf(modules, "failed") + broken;
    console.log(`\n${countOf(modules, "passed")} passed, ${failed} failed, ${countOf(modules, "skipped")} skipped`);
  }
}
