import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build as bundle, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { loadModule } from "../cli/load-module.ts";
import { readSnapshot, SNAPSHOT_FILE } from "../cli/snapshot-file.ts";
import { UsageError } from "../cli/usage.ts";
import { withExampleEnvironment } from "../local/environment.ts";
import { ConfigurationError } from "../src/config/report.ts";
import type { KeySnapshot } from "../src/keys/create-keys.ts";
import { markEager } from "./mark-eager.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every Lambda function's entry point by the name of its bundle: `dist/<name>/index.mjs`. */
const ENTRIES: Readonly<Record<string, string>> = {
  "rest-token": "authorizers/rest-token.ts",
  "rest-request": "authorizers/rest-request.ts",
  http: "authorizers/http.ts",
  websocket: "authorizers/websocket.ts",
  health: "functions/health.ts",
  me: "functions/me.ts",
  "orders-list": "functions/orders/list.ts",
  "orders-get": "functions/orders/get.ts",
  "orders-create": "functions/orders/create.ts",
  "session-sign-out": "functions/sessions/sign-out.ts",
  "session-sign-out-everywhere": "functions/sessions/sign-out-everywhere.ts",
  "session-backchannel-logout": "functions/sessions/backchannel-logout.ts",
  "session-user-events": "functions/sessions/user-events.ts",
  "websocket-connect": "examples/websocket/connect.ts",
  "websocket-message": "examples/websocket/message.ts",
};

/** Where the bundles go, and which keys they fetch. */
interface BuildSettings {
  /** Relative to the project; default `dist`. */
  readonly outdir?: string;
  /**
   * For the local twin only: keys are fetched from this loopback URL instead of from the issuers. Such a bundle must never
   * be deployed; without this setting, no bundle holds any of the code that does it.
   */
  readonly local?: { readonly keysUrl: string };
  /** The key snapshot to bundle, where it exists, relative to the project; never into a local bundle. Default `keys.snapshot.json`. */
  readonly snapshot?: string;
  /** Bundle names to entry points; default everything that is deployed. */
  readonly entries?: Readonly<Record<string, string>>;
}

/** One bundle that was written. */
interface Bundle {
  readonly name: string;
  /** Of what every cold start reads: `index.mjs` and the files it imports at once. */
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Of the files that are read only when something in them is needed: the AWS SDK. */
  readonly lazyBytes: number;
}

/**
 * Bundles every authorizer and function into a folder each: `index.mjs`, minified, source maps, and a file for whatever the code
 * imports with `import()`. The whole folder is deployed, maps aside.
 * @throws UsageError where the project's route table or configuration is missing, or the table has a mistake
 */
export async function build(settings: BuildSettings = {}): Promise<readonly Bundle[]> {
  const { outdir = "dist", local, snapshot = SNAPSHOT_FILE, entries = ENTRIES } = settings;
  await checkSources();
  const out = resolve(root, outdir);
  // The twin signs with keys of its own, under the same issuers.
  const options: BuildOptions = {
    ...COMMON,
    ...(local ? redirectKeys(local.keysUrl) : pinKeys(await readSnapshot(resolve(root, snapshot)))),
  };
  await mkdir(join(out, "meta"), { recursive: true });
  return Promise.all(Object.entries(entries).map(([name, entry]) => writeBundle(name, entry, out, options)));
}

/** The route table needs no variables, so that what is wrong with it need not wait for the first request to say so. */
async function checkSources(): Promise<void> {
  const config = join(root, "gateway.config.ts");
  if (!existsSync(config)) throw new UsageError(`there is no gateway.config.ts in ${dirname(config)}. Functions are built from it.`);
  const file = join(root, "gateway.routes.ts");
  await loadModule(file, "It holds the route table, which gateway.config.ts imports.").catch((error: unknown) => {
    throw error instanceof ConfigurationError ? new UsageError(`gateway.routes.ts: ${error.message}`) : error;
  });
}

/** How everything is bundled. */
export const COMMON: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  legalComments: "none",
  platform: "node",
  target: "node24",
  format: "esm",
  splitting: true,
  outExtension: { ".js": ".mjs" },
  chunkNames: "[name]-[hash]",
  // The AWS SDK is bundled, from the ES modules it offers as "module". Loading the order store on Node 24, median of 15 fresh
  // processes: 55 ms so (344 kB), 69 ms bundled from its CommonJS (548 kB), 64 ms left outside.
  mainFields: ["module", "main"],
  sourcemap: "external",
  sourcesContent: false,
  logLevel: "warning",
};

async function writeBundle(name: string, entry: string, out: string, options: BuildOptions): Promise<Bundle> {
  const outdir = join(out, name);
  const { metafile } = await bundle({ ...options, entryPoints: { index: entry }, outdir, metafile: true });
  await dropHelpers(metafile);
  // What verifies tokens checks the whole configuration when it is imported, with whatever variables are there, and does no more then.
  if ("src/gateway/authorizer.ts" in metafile.inputs) await markEager(join(outdir, "index.mjs"), withExampleEnvironment(process.env));
  // esbuild writes a file for every import() that it has read, those in code that nothing calls included.
  const needed = importsOf(metafile, ["import-statement", "dynamic-import"]);
  const outputs = Object.fromEntries(Object.entries(metafile.outputs).filter(([path]) => needed.has(basename(path, ".map"))));
  await writeFile(join(out, "meta", `${name}.json`), JSON.stringify({ ...metafile, outputs }));
  await removeOthers(outdir, Object.keys(outputs));
  const atOnce = importsOf(metafile, ["import-statement"]);
  const codes = await Promise.all([...needed].map(async (file) => ({ file, code: await readFile(join(outdir, file)) })));
  const code = Buffer.concat(codes.filter(({ file }) => atOnce.has(file)).map((one) => one.code));
  const lazyBytes = codes.reduce((sum, one) => sum + one.code.length, 0) - code.length;
  return { name, bytes: code.length, gzipBytes: gzipSync(code).length, lazyBytes };
}

/**
 * The entry imports a file that holds nothing but esbuild's helpers for the files read later, and takes nothing from it: every cold
 * start would read one file more, for more than a millisecond. Blanked out, so that the columns of the source map stay right.
 */
async function dropHelpers({ outputs }: Metafile): Promise<void> {
  for (const [path, { entryPoint, imports }] of Object.entries(outputs)) {
    if (basename(path) !== "index.mjs" || entryPoint === undefined) continue;
    const code = await readFile(resolve(root, path), "utf8");
    const isHelper = (file: string) => outputs[file]?.imports.length === 0 && Object.keys(outputs[file].inputs).length === 0;
    for (const { path: imported } of imports.filter((each) => isHelper(each.path))) {
      const statement = `import"./${basename(imported)}";`;
      if (!code.startsWith(statement)) continue;
      await writeFile(resolve(root, path), code.replace(statement, " ".repeat(statement.length)));
      imports.splice(
        imports.findIndex((each) => each.path === imported),
        1,
      );
    }
  }
}

/** Files of an earlier build would be deployed too. */
async function removeOthers(outdir: string, written: readonly string[]): Promise<void> {
  const names = written.map((path) => basename(path));
  const others = (await readdir(outdir)).filter((file) => !names.includes(file));
  await Promise.all(others.map((file) => rm(join(outdir, file), { force: true, recursive: true })));
}

/** `index.mjs` and the files it imports in these ways, and so on. */
function importsOf({ outputs }: Metafile, kinds: readonly string[]): ReadonlySet<string> {
  const imports = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output.imports]));
  // A set yields what is added to it while it is walked through.
  const found = new Set(["index.mjs"]);
  for (const file of found) {
    const own = imports.get(file) ?? [];
    for (const { path, kind } of own) if (kinds.includes(kind) && imports.has(basename(path))) found.add(basename(path));
  }
  return found;
}

function redirectKeys(keysUrl: string): BuildOptions {
  const transport = join(root, "src", "keys", "transport.ts");
  const swap: Plugin = {
    name: "local-keys",
    setup: ({ onResolve }) =>
      onResolve({ filter: /\/transport\.ts$/ }, ({ path, importer, resolveDir }) =>
        // The local transport may itself use the real one.
        resolve(resolveDir, path) === transport && dirname(importer) !== join(root, "local")
          ? { path: join(root, "local", "transport.ts") }
          : null,
      ),
  };
  return { plugins: [swap], define: { SALLYPORT_LOCAL_KEYS_URL: JSON.stringify(keysUrl) } };
}

/** Bundles hold the snapshot in place of the empty module; without one, they fetch keys in their first seconds. */
function pinKeys(snapshot: KeySnapshot | null): BuildOptions {
  if (snapshot === null) return {};
  const contents = `export const pinnedKeys = ${JSON.stringify(snapshot)};`;
  const fill: Plugin = {
    name: "pinned-keys",
    setup: ({ onLoad }) => onLoad({ filter: /[\\/]src[\\/]keys[\\/]snapshot\.ts$/ }, () => ({ contents })),
  };
  return { plugins: [fill] };
}

function table(bundles: readonly Bundle[]): string {
  const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
  const lazily = (bytes: number) => (bytes === 0 ? "" : `${kB(bytes)} more when needed`);
  return bundles
    .map(({ name, bytes, gzipBytes, lazyBytes }) => `${name.padEnd(20)}${kB(bytes)}${kB(gzipBytes)} gzipped${lazily(lazyBytes)}`)
    .join("\n");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await build().then(
    (bundles) => console.log(table(bundles)),
    (error: unknown) => {
      console.error(error instanceof UsageError ? `build: ${error.message}` : error);
      process.exitCode = 1;
    },
  );
