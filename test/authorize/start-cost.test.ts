import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

const MODULE = new URL("../../src/index.ts", import.meta.url).href;

it("importing the library loads neither WebCrypto nor an HTTP client", () => {
  const script = `await import("${MODULE}"); console.log(JSON.stringify(process.moduleLoadList))`;
  const loaded = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" })) as string[];
  expect(loaded).toContain("NativeModule crypto");
  expect(loaded.filter((name) => /NativeModule (https?$|internal\/crypto\/webcrypto$|.*undici)/.test(name))).toEqual([]);
});
