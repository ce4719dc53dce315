/**
 * `npm run bench`: measures against yardsticks taken in the same run, prints tables and writes them and plots to docs/benchmarks.
 * `--quick` takes under a minute and writes to `.build/bench-quick`; `--smoke` only shows that everything runs, and writes to
 * `.build/bench-smoke`; `--out DIR` writes elsewhere.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { dissectLargest, measureBundles } from "./bundles.ts";
import { measureColdStarts } from "./cold-start.ts";
import { startDatabase } from "./database.ts";
import { buildDeployed } from "./deployed.ts";
import { measureGrowth } from "./growth.ts";
import { measureHerd } from "./herd.ts";
import { startIdentityProvider } from "./identity-provider.ts";
import { measureMemory } from "./memory.ts";
import { readOptions } from "./options.ts";
import { PEERS } from "./peers.ts";
import { PLANS, type Plan } from "./plans.ts";
import { plotColdStarts } from "./plot-cold-starts.ts";
import { plotMemory } from "./plot-memory.ts";
import { plotVerification } from "./plot.ts";
import type { Results } from "./results.ts";
import { measureRevocations } from "./revocations.ts";
import { writeTables } from "./tables.ts";
import { measureVerification } from "./verification.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What package.json says of versions, all of them exact. */
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

async function measure(plan: Plan): Promise<Results> {
  const deployed = await buildDeployed();
  const provider = await startIdentityProvider();
  const database = await startDatabase();
  try {
    const bundles = await measureBundles(deployed, plan.imports);
    return {
      verification: await measureVerification(plan.verification),
      growth: await measureGrowth(plan.growth),
      bundles,
      largest: await dissectLargest(bundles),
      coldStarts: await measureColdStarts(deployed, provider, database, plan.coldStarts),
      herd: await measureHerd(provider, database, plan.herd),
      revocations: await measureRevocations(database, plan.growth),
      memory: await measureMemory(plan.invocations),
    };
  } finally {
    database.stop();
    await provider.stop();
  }
}

/** The conditions of a run: ratios travel between machines, times do not. */
function describeRun({ verification }: Plan, load: number, now: Date): string {
  const { node, openssl, v8 } = process.versions;
  const machine = `${process.platform} ${process.arch}, ${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "unknown processor"}`;
  const names = new Set(PEERS.flatMap(({ packages }) => packages));
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const peers = [...names].map((name) => `${name} ${{ ...dependencies, ...devDependencies }[name]}`).join(", ");
  return [
    `Measured on ${now.toISOString().slice(0, 10)}: ${machine} (load before the run: ${load.toFixed(1)}); Node ${node}, V8 ${v8},`,
    `OpenSSL ${openssl}; ${peers}; medians of ${verification} rounds for tokens.`,
  ].join("\n");
}

function page(run: string, tables: string): string {
  return `# Benchmarks

Written by \`npm run bench\`; [with \`--quick\`](profile.md#running-it) it takes a minute and leaves these pages alone. What one table
compares was measured in one run, by turns; tokens in one process, imports and cold starts in fresh ones. What stands behind a missed
budget is in [profile.md](profile.md).
${run}

![Time for one token](tokens.svg)

The authorizer is the whole handler of an HTTP API: event in, keys from its cache, signature, claims, rule and context, answer out.
Peers only verify.

${tables}
`;
}

const { size, out } = readOptions(process.argv.slice(2));
const plan = PLANS[size];
const [load = 0] = loadavg();
const results = await measure(plan);
const run = describeRun(plan, load, new Date());
const tables = writeTables(results);
const files = {
  "README.md": page(run, tables),
  "tokens.svg": plotVerification(results.verification),
  "cold-start.svg": plotColdStarts(results.coldStarts),
  "memory.svg": plotMemory(results.memory),
};
mkdirSync(out, { recursive: true });
for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
console.log(`${run}\n\n${tables}\n\nWritten to ${relative(process.cwd(), out)}.`);
