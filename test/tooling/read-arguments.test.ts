import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe.each([
  ["fuzz", "scripts/fuzz.ts", ["--cases", "none"], ["--case", "5"]],
  ["soak", "test/soak/main.ts", ["--minutes", "0"], ["--minute", "5"]],
])("npm run %s", (name, file, unusable, unknown) => {
  const run = (args: readonly string[]) => spawnSync(process.execPath, [join(root, file), ...args], { encoding: "utf8" });

  it("says what it takes where a value is unusable, and does nothing", () => {
    const { status, stdout, stderr } = run(unusable);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^usage: npm run ${name} -- .*\\n$`));
  });

  it("names an option that it does not know", () => {
    const { status, stdout, stderr } = run(unknown);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^[^\\n]*'${unknown[0]}'[^\\n]*\\nusage: npm run ${name} -- .*\\n$`));
  });
});
