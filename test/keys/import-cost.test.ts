import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

const MODULE = new URL("../../src/keys/create-keys.ts", import.meta.url).href;

/** The built-in HTTP modules that a fresh process has loaded after running a script. */
function loadedBy(script: string): string[] {
  const report = "console.log(JSON.stringify(process.moduleLoadList.filter((name) => /NativeModule (https?|.*undici.*)$/.test(name))))";
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", `${script};${report}`], { encoding: "utf8" });
  return JSON.parse(output) as string[];
}

const CREATE = `const { createKeys } = await import("${MODULE}"); const keys = createKeys({ clock: Date.now })`;
const find = (url: string) =>
  `await keys.find({ issuer: "a", location: { kind: "jwks", url: "${url}" }, kid: "k", algorithm: "RS256" }).catch(() => {})`;

it("importing and creating keys loads no HTTP client", () => {
  expect(loadedBy(CREATE)).toEqual([]);
});

it("a fetch loads only the client it needs, and never undici", () => {
  expect(loadedBy(`${CREATE};${find("http://127.0.0.1:1/")}`)).toEqual(["NativeModule http"]);
});
