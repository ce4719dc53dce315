import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXAMPLE_ENVIRONMENT } from "../local/environment.ts";
import { build } from "../scripts/build.ts";
import type { Gateway } from "../src/index.ts";
import type { KeySnapshot } from "../src/keys/create-keys.ts";
import { createTestTokens } from "../src/testing/index.ts";
import { httpAuthorizerEvent } from "../test/events/http-api.ts";
import { restRequestEvent, restTokenEvent } from "../test/events/rest.ts";
import { webSocketAuthorizerEvent } from "../test/events/websocket.ts";

const OUTDIR = ".build/bench";
const ABSENT = join(OUTDIR, "absent.json");
const root = fileURLToPath(new URL("..", import.meta.url));

/** A bundle's file. */
export const bundleOf = (name: string) => join(root, OUTDIR, name, "index.mjs");

/** The file that says what a bundle is made of. */
export const metaOf = (name: string) => join(root, OUTDIR, "meta", `${name}.json`);

type MakeEvent = (token: string) => unknown;

const request = (token: string) => ({ method: "GET", path: "/orders", headers: [["Authorization", `Bearer ${token}`]] as const });

/** The authorizers of the project by the names of their bundles, and an event for each that asks for `GET /orders` or to connect. */
export const AUTHORIZERS: Readonly<Record<string, MakeEvent>> = {
  http: (token) => httpAuthorizerEvent(request(token), [`Bearer ${token}`, "GET /orders"]),
  "rest-token": (token) => restTokenEvent(request(token)),
  "rest-request": (token) => restRequestEvent(request(token)),
  websocket: (token) => webSocketAuthorizerEvent({ ...request(token), routeKey: "$connect", path: "/" }),
};

/** A bundle without pinned keys, which asks the bench's identity provider for those of every issuer. */
export const fetchingName = (name: string) => `${name}-fetching`;

/** The one that is measured with revocations too, and the names of its bundles with them. */
const [REVOKING, WITH_REVOCATIONS] = ["http", "http-with-revocations"];
export const PINNED_WITH_REVOCATIONS = `${WITH_REVOCATIONS}-pinned`;

/** What bundles weigh, by name. */
export type Sizes = ReadonlyMap<string, { readonly bytes: number; readonly gzipBytes: number }>;

/**
 * The project's own authorizers as they would be deployed, without revocations: plain under their own names, with pinned keys as
 * `<name>-pinned`. One is there with the whole configuration as well.
 */
export interface DeployedAuthorizers {
  /** What the issuers would publish, by the address of their keys. */
  readonly published: ReadonlyMap<string, { readonly keys: readonly object[] }>;
  /** A token of one of the issuers, good for everything above. */
  readonly token: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the bundles without pinned keys, by name. */
  readonly sizes: Sizes;
}

export async function buildDeployed(): Promise<DeployedAuthorizers> {
  // The configuration reads its environment when it is loaded.
  Object.assign(process.env, EXAMPLE_ENVIRONMENT);
  const { default: gateway } = (await import("../gateway.config.ts")) as { readonly default: Gateway };
  const { jwks, sign } = await createTestTokens(gateway);
  const locations = gateway.issuers.flatMap(({ name, keyLocations }) => keyLocations.map((location) => ({ ...location, name })));
  if (locations.some(({ kind }) => kind !== "jwks")) throw new Error("An issuer of gateway.config.ts has its keys found by discovery.");
  const published = new Map(locations.map(({ url, name }) => [url, { keys: jwks[name]?.keys ?? [] }]));
  const pins = gateway.issuers.map(({ name, keyLocations }) => [
    name,
    Object.fromEntries(keyLocations.map(({ url }) => [url, { ...published.get(url), fetchedAt: Date.now() }])),
  ]);
  const snapshot = await writeSnapshot("deployed", Object.fromEntries(pins) as KeySnapshot);
  const sources = { ...(await writePlain()), [WITH_REVOCATIONS]: `authorizers/${REVOKING}.ts` };
  const entries = (suffix: string) => Object.fromEntries(Object.entries(sources).map(([name, path]) => [name + suffix, path]));
  const built = await build({ outdir: OUTDIR, entries: entries(""), snapshot: ABSENT });
  await build({ outdir: OUTDIR, entries: entries("-pinned"), snapshot });
  const claims = { aud: EXAMPLE_ENVIRONMENT["SHOPS_AUDIENCE"], sub: "auth0|user-1", azp: "web", scope: "orders:read" };
  return {
    published,
    token: await sign("shops", { claims }),
    environment: EXAMPLE_ENVIRONMENT,
    sizes: sizesOf(built),
  };
}

/**
 * Bundles the authorizers once more, without pinned keys and with the transport of the local twin, which asks for every key at `keysUrl`
 * instead of at its issuer. That is all they differ in: nothing answers on this machine at the issuers' own addresses.
 */
export async function buildFetching(keysUrl: string): Promise<void> {
  const entries = Object.keys(AUTHORIZERS).map((name) => [fetchingName(name), plainEntry(name)]);
  await build({ outdir: OUTDIR, entries: Object.fromEntries(entries) as Record<string, string>, local: { keysUrl } });
}

const sizesOf = (built: Awaited<ReturnType<typeof build>>): Sizes => new Map(built.map((bundle) => [bundle.name, bundle]));

const plainEntry = (name: string) => join(OUTDIR, "plain", "authorizers", `${name}.ts`);

/** Writes the authorizers over the sample's configuration without its revocations; answers their entry points by name. */
async function writePlain(): Promise<Readonly<Record<string, string>>> {
  const folder = join(OUTDIR, "plain");
  await mkdir(join(root, folder, "authorizers"), { recursive: true });
  // It lies three folders deeper than the original.
  const config = withoutRevocations(await readFile(join(root, "gateway.config.ts"), "utf8")).replaceAll('"./', '"../../../');
  await writeFile(join(root, folder, "gateway.config.ts"), config);
  const entries = Object.keys(AUTHORIZERS).map(async (name) => {
    const source = await readFile(join(root, "authorizers", `${name}.ts`), "utf8");
    const path = plainEntry(name);
    await writeFile(join(root, path), source.replaceAll('"../src/', '"../../../../src/'));
    return [name, path] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** @throws Error where the import or the line is not what it was, and the plain rows would not be plain */
function withoutRevocations(config: string): string {
  const plain = config.replace(/^import \{ revocations \} from .*\n/m, "").replace(/^ {2}revocations,\n/m, "");
  if (plain === config || plain.includes("revocations")) throw new Error("The revocations of gateway.config.ts could not be left out.");
  return plain;
}

/** Writes a snapshot file for a build; answers its path. */
export async function writeSnapshot(name: string, snapshot: KeySnapshot): Promise<string> {
  const path = join(root, OUTDIR, `${name}.snapshot.json`);
  await mkdir(join(root, OUTDIR), { recursive: true });
  await writeFile(path, JSON.stringify(snapshot));
  return path;
}

/** Bundles handlers of the bench. */
export async function buildHandlers(names: readonly string[], snapshot: string | null = null, suffix = ""): Promise<Sizes> {
  const entries = Object.fromEntries(names.map((name) => [`${name}${suffix}`, `bench/handlers/${name}.ts`]));
  return sizesOf(await build({ outdir: OUTDIR, entries, snapshot: snapshot ?? ABSENT }));
}
