import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "../../scripts/build.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Two runs of the tests do not take each other's bundles away. */
const folder = `dist/test-absent-${process.pid}`;
const [deployable, local] = [`${folder}/deployable`, `${folder}/local`];
/** What verifies tokens, and so fetches keys. */
const VERIFIERS = {
  http: "authorizers/http.ts",
  "rest-request": "authorizers/rest-request.ts",
  "rest-token": "authorizers/rest-token.ts",
  websocket: "authorizers/websocket.ts",
  "session-backchannel-logout": "functions/sessions/backchannel-logout.ts",
};
const NAMES = Object.keys(VERIFIERS);

/** What only the twin's bundles may hold. */
const TRACES = ["sallyport-local-twin", "SALLYPORT_LOCAL_KEYS_URL", "/keys?url", "127.0.0.1:8477"];

interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
}

beforeAll(async () => {
  await Promise.all([
    build({ outdir: deployable }),
    build({ outdir: local, entries: VERIFIERS, local: { keysUrl: "http://127.0.0.1:8477/keys" } }),
  ]);
});
afterAll(() => rm(join(root, folder), { recursive: true, force: true }));

const code = (outdir: string, name: string) => readFile(join(root, outdir, name, "index.mjs"), "utf8");
const sources = async (outdir: string, name: string) =>
  Object.keys((JSON.parse(await readFile(join(root, outdir, "meta", `${name}.json`), "utf8")) as Metafile).inputs);

describe("a deployable bundle", () => {
  it("holds no source of the twin and no trace of it, whichever it is", async () => {
    const names = (await readdir(join(root, deployable))).filter((name) => name !== "meta");
    expect(names).toEqual(expect.arrayContaining(NAMES));
    for (const name of names) {
      expect(
        (await sources(deployable, name)).filter((source) => /^(local|cli|test|bench)\//.test(source)),
        name,
      ).toEqual([]);
      const text = await code(deployable, name);
      for (const trace of TRACES) expect(text.includes(trace), `${trace} in ${name}`).toBe(false);
    }
  });

  it("fetches keys with the real transport", async () => {
    for (const name of NAMES) expect(await sources(deployable, name)).toContain("src/keys/transport.ts");
  });

  it("is the same whatever the environment says", async () => {
    const before = await code(deployable, "http");
    process.env["SALLYPORT_LOCAL_KEYS_URL"] = "http://127.0.0.1:8477/keys";
    try {
      await build({ outdir: deployable, entries: { http: VERIFIERS.http } });
    } finally {
      delete process.env["SALLYPORT_LOCAL_KEYS_URL"];
    }
    expect(await code(deployable, "http")).toBe(before);
  });
});

describe("a bundle of the twin", () => {
  it.each(NAMES)("%s holds the redirect, so that the traces above are the right ones", async (name) => {
    expect(await sources(local, name)).toContain("local/transport.ts");
    const text = await code(local, name);
    expect(text).toContain("sallyport-local-twin");
    expect(text).toContain("127.0.0.1:8477");
  });
});
