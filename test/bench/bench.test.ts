import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../bench/main.ts", import.meta.url));
const OWN_SCOPES = "routes, every second with a scope of its own, REST API";
let out = "";

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "bench-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

it("measures everything once and writes tables without a gap", { timeout: 180_000 }, () => {
  const output = execFileSync(process.execPath, [MAIN, "--smoke", "--out", out], { encoding: "utf8" });
  const page = readFileSync(join(out, "README.md"), "utf8");

  for (const part of [
    "Budgets",
    "A token never seen",
    "A token seen before",
    "Bundles",
    "Cold starts",
    "Many cold starts at once",
    "Growth",
    "Revocations",
    "Memory",
  ]) {
    expect(output).toContain(`## ${part}\n`);
    expect(page).toContain(`## ${part}\n`);
  }
  for (const row of ["RS256", "ES256", "PS256", "EdDSA", "http", "rest-token", "rest-request", "websocket", "http-with-revocations"]) {
    expect(page).toMatch(new RegExp(`^\\| ${row} \\| .*\\d`, "m"));
  }
  const cells = (row: string) =>
    page
      .split("\n")
      .find((line) => line.startsWith(`| ${row} |`))
      ?.split("|")
      .map((cell) => cell.trim());
  for (const peer of ["aws-jwt-verify", "fast-jwt", "fast-jwt, with its cache", "jose `jwtVerify`", "jsonwebtoken with jwks-rsa"])
    expect(page).toContain(` ${peer} |`);
  // The plain rows are plain: the code that reads revocations is in the other one only.
  const kB = (row: string) => Number.parseFloat(cells(row)?.[2] ?? "");
  expect(kB("http-with-revocations")).toBeGreaterThan(kB("http"));
  expect(cells("`http`, deployed, with revocations too")).toHaveLength(8);
  // How often keys were fetched does not depend on how fast the machine is.
  expect(cells("authorizer with a snapshot")?.[5]).toBe("0");
  expect(cells("authorizer without one")?.[5]).toBe("1");
  for (const name of ["http", "rest-token", "rest-request", "websocket"]) {
    expect(cells(`\`${name}\`, deployed with a snapshot`)?.[5]).toBe("0");
    expect(Number(cells(`\`${name}\`, deployed without one`)?.[5])).toBeGreaterThan(0);
  }
  for (const series of ["issuers, HTTP API", "routes that share a rule, HTTP API", "routes that share a rule, REST API", OWN_SCOPES])
    expect(cells(series)?.slice(2, -1)).toEqual(["1.00×", ...Array<unknown>(3).fill(expect.stringMatching(/^\d+\.\d\d×$/))]);
  for (const kind of ["distinct tokens, each seen once", "one token"]) expect(cells(kind)?.[2]).toBe("500");
  expect(Number(cells("no revocations")?.[3])).toBe(0);
  expect(Number(cells("asked anew, DynamoDB on this machine")?.[3])).toBe(1);
  expect(cells("snapshot")?.[3]).toBe("0");
  expect(cells("network")?.[3]).toBe(cells("network")?.[2]);
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
  expect(readFileSync(join(out, "tokens.svg"), "utf8")).toMatch(/^<svg [\s\S]*RS256[\s\S]*<\/svg>\n$/);
  for (const plot of ["tokens.svg", "cold-start.svg", "memory.svg"])
    expect(readFileSync(join(out, plot), "utf8")).not.toMatch(/NaN|undefined/);
});
