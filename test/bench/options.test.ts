import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readOptions } from "../../bench/options.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("npm run bench", () => {
  it.each([
    [[], "full", "docs/benchmarks"],
    [["--quick"], "quick", ".build/bench-quick"],
    [["--smoke"], "smoke", ".build/bench-smoke"],
    [["--quick", "--out", "docs/benchmarks"], "quick", "docs/benchmarks"],
  ])("with %j measures the plan %s and writes to %s", (args, size, folder) => {
    expect(readOptions(args)).toEqual({ size, out: join(root, folder) });
  });

  it.each([["--quik"], ["--out"], ["quick"]])("refuses %s in two lines, without a stack, and measures nothing", (option) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "bench/main.ts"), option], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^[^\n]*(--quik|--out|quick)[^\n]*\nusage: npm run bench -- .*\n$/);
  });
});
