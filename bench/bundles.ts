import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { Metafile } from "esbuild";
import { buildHandlers, bundleOf, type DeployedAuthorizers, metaOf } from "./deployed.ts";
import { median } from "./measure.ts";

/** A bundle's minified size in bytes, and the milliseconds its import takes in fresh processes. */
export interface BundleResult {
  readonly name: string;
  /** An authorizer of the project, and not something to compare with. */
  readonly isOurs: boolean;
  /** Null: not a bundle. */
  readonly bytes: number | null;
  readonly gzipBytes: number | null;
  /** Where `node:http` is loaded already. */
  readonly importTime: number;
  /** Where nothing is. */
  readonly bareImportTime: number;
}

const CRYPTO = "node:crypto";
/**
 * What Lambda's runtime loads to ask for events, before it imports a handler (aws-lambda-nodejs-runtime-interface-client,
 * `src/RAPIDClient.js`), and most of what `node:crypto` and `node:https` are made of with it.
 */
const LOADED_BY_LAMBDA = "node:http";

/** What the authorizers are compared with, by the names of the bench's handlers. */
const COMPARED = { empty: "empty handler", "aws-jwt-verify": "aws-jwt-verify", "jose-remote": "jose, remote key set" } as const;
export const EMPTY_HANDLER = COMPARED.empty;

/** The peers read it when they are loaded; nobody is asked for keys. */
const SETTINGS = { ISSUER: "https://idp.example", AUDIENCE: "orders", KEYS_URL: "https://idp.example/keys" };

/** A part of a bundle, named by the folder or file of `src` it comes from. */
export interface BundlePart {
  readonly name: string;
  readonly bytes: number;
}

/** What the largest authorizer's file is made of, largest part first. */
export async function dissectLargest(
  bundles: readonly BundleResult[],
): Promise<{ readonly name: string; readonly parts: readonly BundlePart[] }> {
  const { name } = bundles
    .filter(({ isOurs }) => isOurs)
    .reduce((largest, one) => ((one.bytes ?? 0) > (largest.bytes ?? 0) ? one : largest));
  const { outputs } = JSON.parse(await readFile(metaOf(name), "utf8")) as Metafile;
  const { inputs = {} } = Object.entries(outputs).find(([path]) => path.endsWith(`/${name}/index.mjs`))?.[1] ?? {};
  const parts = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const part = /^src\/[^/]+/.exec(path)?.[0] ?? "gateway.config.ts and its like";
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
  }
  return { name, parts: [...parts].map(([part, bytes]) => ({ name: part, bytes })).toSorted((a, b) => b.bytes - a.bytes) };
}

/** Imports each authorizer in fresh processes, in either surroundings, by turns with an empty handler, `node:crypto` and handlers of peers. */
export async function measureBundles({ sizes, environment }: DeployedAuthorizers, rounds: number): Promise<readonly BundleResult[]> {
  const compared = await buildHandlers(Object.keys(COMPARED));
  const bundle = (name: string) => ({ url: pathToFileURL(bundleOf(name)).href });
  const modules: readonly (Pick<BundleResult, "name" | "isOurs"> & { url: string; bytes?: number; gzipBytes?: number })[] = [
    ...Object.entries(COMPARED).map(([name, title]) => ({ ...bundle(name), ...compared.get(name), name: title, isOurs: false })),
    { url: CRYPTO, name: `\`${CRYPTO}\` alone`, isOurs: false },
    ...[...sizes].map(([name, size]) => ({ ...bundle(name), ...size, name, isOurs: true })),
  ];
  const times = modules.map(() => ({ onLambda: [] as number[], bare: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { url }] of modules.entries()) {
      const variables = { ...SETTINGS, ...environment };
      times[index]?.onLambda.push(importTime(url, LOADED_BY_LAMBDA, variables));
      times[index]?.bare.push(importTime(url, NOTHING, variables));
    }
  }
  return modules.map(({ name, isOurs, bytes = null, gzipBytes = null }, index) => {
    const { onLambda = [], bare = [] } = times[index] ?? {};
    return { name, isOurs, bytes, gzipBytes, importTime: median(onLambda), bareImportTime: median(bare) };
  });
}

/** An import that warms up the loader. */
const NOTHING = "data:text/javascript,0";

/** The clock runs inside the new process: starting Node itself is not counted, nor what is imported `before`. */
function importTime(url: string, before: string, environment: Readonly<Record<string, string>>): number {
  const code = `await import(${JSON.stringify(NOTHING)}); await import(${JSON.stringify(before)});
    const begin = performance.now(); await import(${JSON.stringify(url)}); console.log(performance.now() - begin);`;
  const options = { encoding: "utf8", env: { ...process.env, ...environment } } as const;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], options);
  if (status !== 0) throw new Error(`Importing a bundle failed: ${stderr}`);
  return Number(stdout);
}
