import { sign } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { build } from "../../scripts/build.ts";
import { makeKey } from "./kit.ts";
import { makeProject, runNode, sallyport, serveKeys } from "./pin-kit.ts";

const key = makeKey("a");
const LIBRARY = new URL("../../src/index.ts", import.meta.url).pathname;
let folder: string;
let url: string;

/** An issuer whose keys were pinned and that has been gone since. */
beforeAll(async () => {
  const server = await serveKeys(key);
  url = server.url;
  folder = await makeProject({ shop: url });
  const { code } = await sallyport(folder, "pin", "--config", "gateway.mjs");
  server.close();
  if (code !== 0) throw new Error("The keys could not be pinned.");
  const entry = `import { httpAuthorizer } from ${JSON.stringify(LIBRARY)};
import gateway from "./gateway.mjs";
export const handler = httpAuthorizer(gateway);\n`;
  await writeFile(join(folder, "entry.mjs"), entry);
  const config = await readFile(join(folder, "gateway.mjs"), "utf8");
  await writeFile(join(folder, "gateway.mjs"), config.replace(pathToFileURL(LIBRARY).href, LIBRARY));
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function makeToken(): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: "https://shop.example", aud: "api", sub: "user-1", client_id: "web", iat: now, exp: now + 300 };
  const signed = `${part({ alg: "ES256", kid: "a", typ: "at+jwt" })}.${part(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), { key: key.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

/** A cold start of a bundle: its answer to one request, or its error, and the network modules the process loaded. */
async function coldStart(outdir: string): Promise<unknown> {
  const event = { version: "2.0", type: "REQUEST", routeKey: "GET /orders", headers: { authorization: `Bearer ${makeToken()}` } };
  const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(join(outdir, "authorizer", "index.mjs")).href)});
const answer = await handler(${JSON.stringify(event)}).then(({ isAuthorized }) => isAuthorized, ({ code }) => code);
const network = process.moduleLoadList.filter((name) => /NativeModule (https?|net|tls|dns|.*undici.*)$/.test(name));
process.stdout.write(JSON.stringify({ answer, network }));`;
  const { stdout, stderr } = await runNode(folder, ["--input-type=module", "--eval", script]);
  expect(stderr).toBe("");
  // A refusal has a line of its own before that.
  return JSON.parse(stdout.split("\n").at(-1) ?? "");
}

async function bundle(name: string, snapshot: string): Promise<string> {
  const outdir = join(folder, name);
  await build({ outdir, snapshot: join(folder, snapshot), entries: { authorizer: join(folder, "entry.mjs") } });
  return outdir;
}

it("a cold start with a snapshot verifies a token without any network module", async () => {
  expect(await coldStart(await bundle("pinned", "keys.snapshot.json"))).toEqual({ answer: true, network: [] });
});

it("a cold start without one needs the issuer, which is gone", async () => {
  expect(await coldStart(await bundle("bare", "absent.json"))).toEqual({
    answer: "keys_unavailable",
    network: expect.arrayContaining(["NativeModule http"]),
  });
});

it("a snapshot without usable keys stops the build", async () => {
  const broken = { shop: { [url]: { fetchedAt: Date.now(), keys: [{ ...key.jwk, use: "enc" }] } } };
  await writeFile(join(folder, "broken.json"), JSON.stringify(broken));
  await expect(bundle("broken", "broken.json")).rejects.toThrow("is not a key snapshot");
});

it("a bundle for the local twin holds no snapshot", async () => {
  const outdir = join(folder, "local");
  const snapshot = join(folder, "keys.snapshot.json");
  const entries = { authorizer: join(folder, "entry.mjs") };
  await build({ outdir, snapshot, entries, local: { keysUrl: "http://127.0.0.1:1" } });
  expect(await readFile(join(outdir, "authorizer", "index.mjs"), "utf8")).not.toContain(key.jwk["x"]);
});
