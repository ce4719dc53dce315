import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve, setOf, type TestKey } from "./kit.ts";

const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const LIBRARY = new URL("../../src/index.ts", import.meta.url).href;

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An issuer on loopback whose published set can be changed. */
export async function serveKeys(...keys: readonly TestKey[]) {
  const state = { body: setOf(keys), fetches: 0 };
  const server = await serve((_request, response) => {
    state.fetches++;
    response.end(state.body);
  });
  return { ...server, state, publish: (...published: readonly TestKey[]) => (state.body = setOf(published)) };
}

/** A folder of its own with a `gateway.mjs`, one `oidc` issuer for each name and key address. */
export async function makeProject(urls: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-keys-"));
  await writeConfig(folder, urls);
  return folder;
}

export async function writeConfig(folder: string, urls: Readonly<Record<string, string>>): Promise<void> {
  const issuers = Object.entries(urls).map(
    ([name, url]) =>
      `${name}: oidc({ issuer: "https://${name}.example", audience: "api", algorithms: ["ES256"], jwksUri: "${url}", maxLifetime: null })`,
  );
  const text = `import { defineGateway, oidc } from "${LIBRARY}";
export default defineGateway({ issuers: { ${issuers.join(", ")} }, routes: { "GET /orders": "authenticated" } });\n`;
  await writeFile(join(folder, "gateway.mjs"), text);
}

/** Runs `sallyport keys ...` in a folder. */
export const sallyport = (cwd: string, ...args: string[]): Promise<Run> => runNode(cwd, [MAIN, "keys", ...args]);

/** Runs a script; `env` is added to the environment. */
export function runNode(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, encoding: "utf8", env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
