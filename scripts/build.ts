import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build as bundle, type BuildOptions, type Plugin } from "esbuild";
import { readSnapshot, SNAPSHOT_FILE } from "../cli/snapshot-file.ts";
import type { KeySnapshot } from "../src/keys/create-keys.ts";

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
  readonly bytes: number;
  readonly gzipBytes: number;
}

/** Bundles every authorizer and function into one minified ES module each, its source map beside it. */
export async function build(settings: BuildSettings = {}): Promise<readonly Bundle[]> {
  const { outdir = "dist", local, snapshot = SNAPSHOT_FILE, entries = ENTRIES } = settings;
  const out = resolve(root, outdir);
  // The twin signs with keys of its own, under the same issuers.
  const options: BuildOptions = {
    ...COMMON,
    ...(local ? redirectKeys(local.keysUrl) : pinKeys(await readSnapshot(resolve(root, snapshot)))),
  };
  await mkdir(join(out, "meta"), { recursive: true });
  return Promise.all(Object.entries(entries).map(([name, entry]) => writeBundle(name, entry, out, options)));
}

const COMMON: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  legalComments: "none",
  platform: "node",
  target: "node24",
  format: "esm",
  // The AWS SDK is bundled, from the ES modules it offers as "module". Loading the order store on Node 24, median of 15 fresh
  // processes: 55 ms so (344 kB), 69 ms bundled from its CommonJS (548 kB), 64 ms left outside.
  mainFields: ["module", "main"],
  sourcemap: "external",
  sourcesContent: false,
  metafile: true,
  logLevel: "warning",
};

async function writeBundle(name: string, entry: string, out: string, options: BuildOptions): Promise<Bundle> {
  const outfile = join(out, name, "index.mjs");
  const { metafile } = await bundle({ ...options, entryPoints: [entry], outfile });
  await writeFile(join(out, "meta", `${name}.json`), JSON.stringify(metafile));
  const code = await readFile(outfile);
  return { name, bytes: code.length, gzipBytes: gzipSync(code).length };
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
  return bundles.map(({ name, bytes, gzipBytes }) => `${name.padEnd(20)}${kB(bytes)}${kB(gzipBytes)} gzipped`).join("\n");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(table(await build()));
