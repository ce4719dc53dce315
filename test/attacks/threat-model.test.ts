import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { attacksOf, checkThreats } from "../../scripts/threats.ts";

const VECTORS = new URL("../../../shared/vectors/attacks.json", import.meta.url);
const PAGE = readFileSync(new URL("../../docs/threat-model.md", import.meta.url), "utf8");
const hasVectors = existsSync(VECTORS);
if (!hasVectors) console.warn("Skipped: the catalogue of attacks is not beside this repository.");

interface Entry {
  readonly id: string;
  readonly jose_6_2_17: string;
}
const entries = (hasVectors ? JSON.parse(readFileSync(VECTORS, "utf8")) : []) as Entry[];

const names = readdirSync(new URL(".", import.meta.url)).filter((name) => name.endsWith(".test.ts") && !name.startsWith("threat-model"));
const sources = new Map(names.map((name) => [name, readFileSync(new URL(name, import.meta.url), "utf8")]));

describe.skipIf(!hasVectors)("the catalogue of attacks", () => {
  it("has a test for every entry", () => {
    const tested = new Set([...sources.values()].flatMap(attacksOf).map((title) => title.split(" ")[0]));
    expect(entries.map(({ id }) => id).filter((id) => !tested.has(id))).toEqual([]);
    expect(entries.length).toBeGreaterThan(100);
  });

  it("is marked where plain jose lets an attack in", () => {
    const letIn = entries.filter((entry) => entry.jose_6_2_17.includes("ACCEPT") && !entry.jose_6_2_17.startsWith("rejected"));
    const marked = [...PAGE.matchAll(/^\| \[([A-Z]\d+) .*\| accepts \|$/gm)].map(([, id]) => id);
    expect(new Set(marked)).toEqual(new Set(letIn.map(({ id }) => id)));
  });
});

it("names every attack once in one file, and numbers them without gaps", () => {
  const ids = [...sources.values()].flatMap((source) => [...new Set(attacksOf(source).map((title) => title.split(" ")[0] ?? ""))]);
  expect(ids.length).toBe(new Set(ids).size);
  for (const letter of new Set(ids.map((id) => id.slice(0, 1)))) {
    const numbers = ids.filter((id) => id.startsWith(letter)).map((id) => Number(id.slice(1)));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
  }
});

describe("the check of the page", () => {
  const source = 'it("A1 asks for nothing", () => {});\ndescribe.each(x)(\n  "A2 asks twice (%s)",\n  () => {},\n);';
  const page = "| [A1 asks for nothing](../a.test.ts) | |\n| [A2 asks twice](../a.test.ts) | |\n";
  const check = (text: string, files = new Map([["../a.test.ts", source]])) => checkThreats(text, files, (path) => files.get(path) ?? null);

  it("finds nothing wrong where all is well", () => expect(check(page)).toEqual([]));
  it.each([
    ["a threat without a test", page.replace("nothing", "something")],
    ["a threat whose file is gone", `${page}| [A3 asks again](../b.test.ts) | |\n`],
    ["an attack that is not listed", page.replace(/^.*A2.*\n/m, "")],
  ])("finds %s", (_what, text) => expect(check(text)).not.toEqual([]));
  it("finds a file that is not listed", () => {
    expect(
      check(
        page,
        new Map([
          ["../a.test.ts", source],
          ["../c.test.ts", 'it("has no number", () => {});'],
        ]),
      ),
    ).toHaveLength(1);
  });
});
