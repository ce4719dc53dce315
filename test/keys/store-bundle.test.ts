import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { build } from "../../scripts/build.ts";
import { runNode } from "./pin-kit.ts";

const LIBRARY = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
let folder: string;
let bundles: ReadonlyMap<string, { readonly bytes: number; readonly lazyBytes: number }>;

interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
}

const entry = (keys: string) => `import { defineGateway, dynamoKeyStore, httpAuthorizer, oidc } from ${JSON.stringify(LIBRARY)};
const gateway = defineGateway({
  issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api", jwksUri: "https://127.0.0.1:1/keys" }) },
  routes: { "GET /orders": "authenticated" },
  ${keys}
});
export const handler = httpAuthorizer(gateway);\n`;

const POOL = `import { cognito, defineGateway, httpAuthorizer } from ${JSON.stringify(LIBRARY)};
const gateway = defineGateway({
  issuers: { customers: cognito({ userPoolId: "eu-west-1_SamplePool", clientIds: ["web"] }) },
  routes: { "GET /orders": "authenticated" },
});
export const handler = httpAuthorizer(gateway);\n`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-store-"));
  await writeFile(join(folder, "without.mjs"), entry(""));
  await writeFile(join(folder, "pool.mjs"), POOL);
  await writeFile(join(folder, "with.mjs"), entry(`keys: { store: dynamoKeyStore({ table: "keys" }) },`));
  const entries = { without: join(folder, "without.mjs"), pool: join(folder, "pool.mjs"), with: join(folder, "with.mjs") };
  const built = await build({ outdir: folder, snapshot: join(folder, "absent.json"), entries });
  bundles = new Map(built.map((bundle) => [bundle.name, bundle]));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const metafileOf = async (name: string) => JSON.parse(await readFile(join(folder, "meta", `${name}.json`), "utf8")) as Metafile;
const sdkIn = (inputs: Readonly<Record<string, unknown>>) =>
  Object.keys(inputs).filter((path) => /@(aws-sdk|smithy)\/|-sdk\.ts$/.test(path));

it("a gateway without a key store has nothing of the SDK in its bundle", async () => {
  const { outputs } = await metafileOf("without");
  expect(Object.values(outputs).flatMap(({ inputs }) => sdkIn(inputs))).toEqual([]);
  expect(bundles.get("without")?.lazyBytes).toBe(0);
});

it("a gateway for a user pool has nothing of other providers, introspection, revocations and discovery in its bundle", async () => {
  const { outputs } = await metafileOf("pool");
  const held = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const others =
    /^src\/(introspection\/(?!online\.ts)|(sessions|explain|doctor|guard)\/|keys\/(discovery|single-keys)\.ts)|(auth0|entra|azure|okta|google|oidc)/;
  expect(held).toEqual(expect.arrayContaining(["src/authorize.ts", "src/keys/key-cache.ts", "src/providers/cognito.ts"]));
  expect(held.filter((path) => others.test(path))).toEqual([]);
});

it("a gateway with one has it in a file of its own, which starting does not read", async () => {
  const { outputs } = await metafileOf("with");
  const first = Object.entries(outputs).find(([path]) => basename(path) === "index.mjs")?.[1];
  expect(sdkIn(first?.inputs ?? {})).toEqual([]);
  expect(bundles.get("with")?.lazyBytes).toBeGreaterThan(50_000);
  expect((bundles.get("with")?.bytes ?? 0) - (bundles.get("without")?.bytes ?? 0)).toBeLessThan(8_000);
});

it("a build leaves no file of an earlier one behind", async () => {
  await writeFile(join(folder, "with", "old-chunk.mjs"), "");
  await build({ outdir: folder, snapshot: join(folder, "absent.json"), entries: { with: join(folder, "with.mjs") } });
  await expect(readFile(join(folder, "with", "old-chunk.mjs"))).rejects.toThrow("ENOENT");
});

it("the SDK's file can be loaded by the bundle that needs it", async () => {
  const url = pathToFileURL(join(folder, "with", "index.mjs")).href;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = `${part({ alg: "RS256", kid: "a", typ: "at+jwt" })}.${part({ iss: "https://shop.example" })}.AAAA`;
  const event = { version: "2.0", type: "REQUEST", routeKey: "GET /orders", headers: { authorization: `Bearer ${token}` } };
  // A table that nobody listens for: the store is asked in vain, and then the issuer is, in vain too.
  const script = `process.env.AWS_REGION = "eu-west-1"; process.env.AWS_ENDPOINT_URL_DYNAMODB = "http://127.0.0.1:1";
process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = "none";
const write = process.stdout.write.bind(process.stdout); process.stdout.write = () => true;
const { handler } = await import(${JSON.stringify(url)});
const before = process.moduleLoadList.filter((name) => name === "NativeModule http").length;
const code = await handler(${JSON.stringify(event)}).then(() => "allowed", (error) => error.code ?? error.message);
write(JSON.stringify({ before, code }));`;
  const { stdout, stderr } = await runNode(folder, ["--input-type=module", "--eval", script]);
  expect({ stdout, stderr }).toEqual({ stdout: '{"before":0,"code":"keys_unavailable"}', stderr: "" });
});
