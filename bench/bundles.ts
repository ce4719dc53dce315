import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { bundleOf, type DeployedAuthorizers } from "./deployed.ts";
import { median } from "./measure.ts";

/** A bundle's minified size in bytes, and the milliseconds its import takes in a fresh process. */
export interface BundleResult {
  readonly name: string;
  /** Null: not a bundle, but something to compare with. */
  readonly bytes: number | null;
  readonly gzipBytes: number | null;
  readonly importTime: number;
}

/** Imports each authorizer in fresh processes, by turns with an empty module and node:crypto alone. */
export function measureBundles({ sizes, environment }: DeployedAuthorizers, rounds: number): readonly BundleResult[] {
  const modules = [
    { name: "empty module", url: "data:text/javascript," },
    { name: "`node:crypto` alone", url: "node:crypto" },
    ...[...sizes.keys()].map((name) => ({ name, url: pathToFileURL(bundleOf(name)).href })),
  ];
  const times = modules.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { url }] of modules.entries()) times[index]?.push(importTime(url, environment));
  }
  return modules.map(({ name }, index) => {
    const { bytes = null, gzipBytes = null } = sizes.get(name) ?? {};
    return { name, bytes, gzipBytes, importTime: median(times[index] ?? []) };
  });
}

/** The clock runs inside the new process: starting Node itself is not counted. An import before warms up the loader. */
function importTime(url: string, environment: Readonly<Record<string, string>>): number {
  const code = `await import("data:text/javascript,0");
    const begin = performance.now(); await import(${JSON.stringify(url)}); console.log(performance.now() - begin);`;
  const options = { encoding: "utf8", env: { ...process.env, ...environment } } as const;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], options);
  if (status !== 0) throw new Error(`Importing a bundle failed: ${stderr}`);
  return Number(stdout);
}
