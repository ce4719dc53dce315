import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "../scripts/build.ts";
import { median } from "./measure.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const OUTDIR = ".build/bench";
const AUTHORIZERS = ["http", "rest-token", "rest-request", "websocket"];

/** Examples for the variables that gateway.config.ts reads. */
const VARIABLES = {
  CUSTOMERS_POOL_ID: "eu-west-1_SamplePool",
  CUSTOMERS_WEB_CLIENT_ID: "sample-web",
  CUSTOMERS_SYNC_CLIENT_ID: "sample-sync",
  PARTNERS_TENANT: "sample",
  PARTNERS_TENANT_ID: "11111111-1111-4111-8111-111111111111",
  PARTNERS_AUDIENCE: "22222222-2222-4222-8222-222222222222",
  SHOPS_DOMAIN: "sample.eu.auth0.com",
  SHOPS_AUDIENCE: "https://api.sample.example",
};

/** A bundle's minified size in bytes, and the milliseconds its import takes in a fresh process. */
export interface BundleResult {
  readonly name: string;
  /** Null: not a bundle, but something to compare with. */
  readonly bytes: number | null;
  readonly gzipBytes: number | null;
  readonly importTime: number;
}

/** Builds the authorizers and imports each in fresh processes, by turns with an empty module and node:crypto alone. */
export async function measureBundles(rounds: number): Promise<readonly BundleResult[]> {
  const sizes = new Map((await build({ outdir: OUTDIR })).map((bundle) => [bundle.name, bundle]));
  const modules = [
    { name: "empty module", url: "data:text/javascript," },
    { name: "`node:crypto` alone", url: "node:crypto" },
    ...AUTHORIZERS.map((name) => ({ name, url: pathToFileURL(join(root, OUTDIR, name, "index.mjs")).href })),
  ];
  const times = modules.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { url }] of modules.entries()) times[index]?.push(importTime(url));
  }
  return modules.map(({ name }, index) => {
    const { bytes = null, gzipBytes = null } = sizes.get(name) ?? {};
    return { name, bytes, gzipBytes, importTime: median(times[index] ?? []) };
  });
}

/** The clock runs inside the new process: starting Node itself is not counted. An import before warms up the loader. */
function importTime(url: string): number {
  const code = `await import("data:text/javascript,0");
    const begin = performance.now(); await import(${JSON.stringify(url)}); console.log(performance.now() - begin);`;
  const options = { encoding: "utf8", env: { ...process.env, ...VARIABLES } } as const;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], options);
  if (status !== 0) throw new Error(`Importing a bundle failed: ${stderr}`);
  return Number(stdout);
}
