import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { build } from "../../scripts/build.ts";

const source = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../src/${path}`, import.meta.url)));
const REVOCATIONS = `revocations: revocationTable({ table: "revocations", onUnavailable: "deny" })`;

const authorizer = (revocations: string) => `import { defineGateway, httpAuthorizer, oidc } from ${source("index.ts")};
import { revocationTable } from ${source("sessions/index.ts")};
export const handler = httpAuthorizer(defineGateway({
  issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api" }) },
  routes: { "GET /orders": "authenticated" },
  ${revocations}
}));\n`;

const guarded = (options: string) => `import { defineRoutes, guard } from ${source("guard/index.ts")};
import { revocationTable } from ${source("sessions/index.ts")};
const routes = defineRoutes({ "GET /orders": "authenticated" });
export const handler = guard(routes, async () => "in", { ${options} });\n`;

const ENTRIES: Readonly<Record<string, string>> = {
  "authorizer-without": authorizer(""),
  "authorizer-with": authorizer(REVOCATIONS),
  "guard-without": guarded(""),
  "guard-with": guarded(REVOCATIONS),
};

interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>>;
}

let folder: string;
let bundles: ReadonlyMap<string, { readonly bytes: number; readonly lazyBytes: number }>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-sessions-"));
  const paths = Object.entries(ENTRIES).map(([name, text]) => ({ name, path: join(folder, `${name}.mjs`), text }));
  await Promise.all(paths.map(async ({ path, text }) => writeFile(path, text)));
  const entries = Object.fromEntries(paths.map(({ name, path }) => [name, path]));
  const built = await build({ outdir: folder, snapshot: join(folder, "absent.json"), entries });
  bundles = new Map(built.map((bundle) => [bundle.name, bundle]));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** The files that are in a bundle, of those about revocations and the AWS SDK; of its first file only, or of all. */
async function filesIn(name: string, firstOnly: boolean): Promise<string[]> {
  const { outputs } = JSON.parse(await readFile(join(folder, "meta", `${name}.json`), "utf8")) as Metafile;
  const counted = Object.entries(outputs).filter(([path]) => !firstOnly || basename(path) === "index.mjs");
  const inputs = counted.flatMap(([, output]) => Object.entries(output.inputs));
  return inputs
    .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && /@(aws-sdk|smithy)\/|src\/(aws|sessions)\//.test(path))
    .map(([path]) => path);
}

it.each(["authorizer-without", "guard-without"])("%s: nothing of revocations and nothing of the SDK is in the bundle", async (name) => {
  expect(await filesIn(name, false)).toEqual([]);
  expect(bundles.get(name)?.lazyBytes).toBe(0);
});

it.each(["authorizer-with", "guard-with"])("%s: a cold start reads the reader, and the SDK only when it is asked", async (name) => {
  const first = await filesIn(name, true);
  expect(first.filter((path) => /@(aws-sdk|smithy)\//.test(path))).toEqual([]);
  expect(first.filter((path) => path.startsWith("src/sessions/")).toSorted()).toEqual([
    "src/sessions/remembered.ts",
    "src/sessions/revocation-table.ts",
    "src/sessions/targets.ts",
  ]);
  expect(bundles.get(name)?.lazyBytes).toBeGreaterThan(50_000);
});
