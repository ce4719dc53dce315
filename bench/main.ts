/**
 * `npm run bench`: measures against yardsticks taken in the same run, prints tables of ratios and writes them to
 * docs/benchmarks. `--quick` takes under a minute; `--rounds N` sets the rounds; `--out DIR` writes elsewhere.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureBundles } from "./bundles.ts";
import { measureGrowth } from "./growth.ts";
import { plotVerification } from "./plot.ts";
import { type Results, writeTables } from "./tables.ts";
import { measureVerification } from "./verification.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const ROUNDS = { quick: 31, full: 151 };

/** The conditions of a run: ratios travel between machines, times do not. */
function describeRun(rounds: number, now: Date): string {
  const { node, openssl, v8 } = process.versions;
  const machine = `${process.platform} ${process.arch}, ${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "unknown processor"}`;
  return `Measured on ${now.toISOString().slice(0, 10)}: ${machine}; Node ${node}, V8 ${v8}, OpenSSL ${openssl}; medians of ${rounds} rounds.`;
}

function page(run: string, tables: string): string {
  return `# Benchmarks

Written by \`npm run bench\`. Everything in one table was measured in one run, by turns, in one process (imports: fresh processes).
${run}

![Time for one token](tokens.svg)

The authorizer is the whole handler of an HTTP API: event in, keys from its cache, signature, claims, rule and context, answer out.
Peers only verify.

${tables}
`;
}

const { values } = parseArgs({ options: { quick: { type: "boolean" }, rounds: { type: "string" }, out: { type: "string" } } });
const rounds = Number(values.rounds ?? (values.quick === true ? ROUNDS.quick : ROUNDS.full));
if (Number.isInteger(rounds) && rounds > 0) {
  const results: Results = {
    verification: await measureVerification(rounds),
    growth: await measureGrowth(rounds),
    bundles: await measureBundles(Math.min(rounds, ROUNDS.quick)),
  };
  const run = describeRun(rounds, new Date());
  const tables = writeTables(results);
  const out = resolve(root, values.out ?? join("docs", "benchmarks"));
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "README.md"), page(run, tables));
  writeFileSync(join(out, "tokens.svg"), plotVerification(results.verification));
  console.log(`${run}\n\n${tables}`);
} else {
  console.error("--rounds takes a whole number above zero.");
  process.exitCode = 2;
}
