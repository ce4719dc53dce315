import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../cli/run-cli.ts";
import { makeSigner, type Signer } from "./signer.ts";

const LIBRARY = new URL("../../src/index.ts", import.meta.url).href;

let folder: string;
let signer: Signer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-explain-"));
  signer = await makeSigner();
  const config = `import { defineGateway, env, oidc, scope } from "${LIBRARY}";
export default defineGateway({
  issuers: { shop: oidc({ issuer: "https://shop.example", audience: env("SHOP_AUDIENCE"), jwksUri: "${signer.url}" }) },
  routes: { "GET /orders": scope("orders:read"), "POST /orders": scope("orders:write") },
});\n`;
  await writeFile(join(folder, "gateway.mjs"), config);
});
afterAll(async () => {
  signer.close();
  await rm(folder, { recursive: true });
});

const explain = (input: string, args: readonly string[], env: Readonly<Record<string, string>> = { SHOP_AUDIENCE: "shop" }) =>
  runCli(["explain", ...args, "--config", "gateway.mjs"], { cwd: folder, input, env });

describe("sallyport explain", () => {
  it("takes the token from standard input and answers 0 for one that is let in", async () => {
    const token = await signer.sign({ sub: "user-1", aud: "shop", scope: "orders:read" });
    const { code, stdout, stderr } = await explain(`${token}\n`, ["-", "--route", "GET /orders"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain('"GET /orders": allowed, a token of shop (oidc)');
    expect(stdout).not.toContain(token.slice(0, 12));
  });

  it("takes a whole header for the token in it", async () => {
    const token = await signer.sign({ sub: "user-1", aud: "shop", scope: "orders:read" });
    expect((await explain(`Authorization: Bearer ${token}\n`, ["-"])).code).toBe(0);
  });

  it("answers 2 for one that is refused, and prints JSON when asked to", async () => {
    const token = await signer.sign({ sub: "user-1", aud: "shop", scope: "orders:read" });
    const { code, stdout } = await explain("", [token, "--route", "POST /orders", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "denied", failure: { code: "rule_denied", page: "reasons.md#rule_denied" } });
  });

  it("answers 3 where the keys cannot be had, as from an empty snapshot", async () => {
    await writeFile(join(folder, "none.json"), "{}");
    const token = await signer.sign({ sub: "user-1", aud: "shop" });
    const { code, stdout } = await explain(token, ["-", "--snapshot", "none.json"]);
    expect(code).toBe(3);
    expect(stdout).toContain("not decided: keys_unavailable (503)");
  });

  it("explains as of another time", async () => {
    const token = await signer.sign({ sub: "user-1", aud: "shop" });
    const { code, stdout } = await explain(token, ["-", "--at", `${new Date().getUTCFullYear() + 2}-01-01T00:00:00Z`]);
    expect(code).toBe(2);
    expect(stdout).toContain("token_expired");
  });

  it.each([
    ["a slip in an option", ["-", "--rout", "GET /"], {}, /no option --rout/],
    ["a time that is none", ["-", "--at", "soon"], {}, /--at takes a time/],
    ["a snapshot that is not there", ["-", "--snapshot", "nowhere.json"], {}, /there is no nowhere.json/],
    ["a variable that is not set", ["-"], { SHOP_AUDIENCE: "" }, /SHOP_AUDIENCE/],
    ["a twin that is not running", ["-", "--local"], {}, /no local twin answers/],
  ])("answers 1 to %s", async (_what, args, env, message) => {
    const { code, stdout, stderr } = await explain("x", args, { SHOP_AUDIENCE: "shop", ...env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
