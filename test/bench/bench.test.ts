import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../bench/main.ts", import.meta.url));
let out = "";

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "bench-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

it("measures everything once and writes tables without a gap", { timeout: 60_000 }, () => {
  const output = execFileSync(process.execPath, [MAIN, "--quick", "--rounds", "1", "--out", out], { encoding: "utf8" });
  const page = readFileSync(join(out, "README.md"), "utf8");

  for (const part of ["Budgets", "One token", "Bundles", "Growth"]) {
    expect(output).toContain(`## ${part}\n`);
    expect(page).toContain(`## ${part}\n`);
  }
  for (const row of ["RS256", "ES256", "PS256", "EdDSA", "http", "rest-token", "rest-request", "websocket"]) {
    expect(page).toMatch(new RegExp(`^\\| ${row} \\| .*\\d`, "m"));
  }
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
  expect(readFileSync(join(out, "tokens.svg"), "utf8")).toMatch(/^<svg [\s\S]*RS256[\s\S]*<\/svg>\n$/);
});
