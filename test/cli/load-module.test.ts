import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeError } from "../../cli/load-module.ts";
import { runCli } from "./run-cli.ts";

const LIBRARY = new URL("../../src/index.ts", import.meta.url).href;

let folder = "";
beforeEach(async () => void (folder = await realpath(await mkdtemp(join(tmpdir(), "sallyport load-")))));
afterEach(() => rm(folder, { recursive: true }));

const pin = async (text: string | null) => {
  if (text !== null) await writeFile(join(folder, "gateway.config.ts"), text);
  const { code, stderr } = await runCli(["keys", "pin"], { cwd: folder });
  expect(code).toBe(1);
  return stderr;
};

it("a command in another folder says where it looked, and what to do", async () => {
  expect(await pin(null)).toBe(
    `sallyport: there is no gateway.config.ts in ${folder}. Change to the project's folder, or name the file with --config.\n`,
  );
});

it.each([
  ["a name that nobody defined", "\nconst issuers = {\n  shop: oicd({}),\n};\n", "oicd is not defined", 3],
  ["a line that cannot be parsed", "\n\nexport default = {};\n", "Expression expected", 3],
  ["an import that there is not", `\nimport { nope } from "${LIBRARY}";\n`, "does not provide an export named 'nope'", 2],
])("a configuration with %s is named with the line", async (_what, text, message, line) => {
  const output = await pin(text);
  expect(output).toMatch(/^sallyport: gateway\.config\.ts cannot be loaded: /);
  expect(output).toContain(message);
  expect(output.trimEnd().split("\n").at(-1)).toBe(`  at gateway.config.ts:${line}`);
});

it("a variable that is not set is one of the deployed API's, and the command says so", async () => {
  const issuers = `{ shop: oidc({ issuer: "https://shop.example", audience: env("SALLYPORT_TEST_UNSET") }) }`;
  const routes = `{ "GET /orders": "authenticated" }`;
  const output = await pin(`import { defineGateway, env, oidc } from "${LIBRARY}";
export default defineGateway({ issuers: ${issuers}, routes: ${routes} });`);
  expect(output).toContain("the environment variable SALLYPORT_TEST_UNSET is not set");
  expect(output).toMatch(/\nSet them as they are set for the deployed API, which this command is about\.\n$/);
  const other = await pin(`import { defineGateway } from "${LIBRARY}"; export default defineGateway({ issuers: {}, routes: ${routes} });`);
  expect(other).not.toContain("deployed API");
});

it("a folder whose name looks escaped is named as it is", async () => {
  const home = folder;
  folder = join(home, "100%done");
  await mkdir(folder);
  expect(await pin("\n\nexport default = {};\n")).toContain("Expression expected");
  expect(await pin("\nconst shop = oicd({});\n")).toContain("  at gateway.config.ts:2");
  folder = home;
});

it("an import of a file that there is not is named", async () => {
  expect(await pin(`import "./elsewhere.ts";`)).toMatch(
    /cannot be loaded: Cannot find module '.*elsewhere\.ts' imported from .*gateway\.config\.ts/,
  );
});

it("a place in the project goes before one in the library or a package, and what is no error is said as it is", () => {
  const library = new URL("../../src/", import.meta.url).href;
  const error = new TypeError("no such thing");
  const frames = [
    `at f (${library}gateway.ts:3:1)`,
    "at g (file:///app/node_modules/x/y.js:1:1)",
    "at async file:///app/my%20table.ts:7:9",
  ];
  error.stack = `TypeError: no such thing\n    ${frames.join("\n    ")}`;
  expect(describeError(error)).toMatch(/^no such thing\n {2}at .*\/my table\.ts:7$/);
  error.stack = `TypeError: no such thing\n    ${frames[1]}\n    ${frames[0]}`;
  expect(describeError(error)).toMatch(/src\/gateway\.ts:3$/);
  error.stack = "";
  expect(describeError(error)).toBe("no such thing");
  expect(describeError("a text")).toBe("a text");
});
