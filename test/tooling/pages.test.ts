import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { reasonsPage } from "../../scripts/reasons.ts";
import { checkSnippets, snippetsOf } from "../../scripts/snippets.ts";
import { checkWords } from "../../scripts/words.ts";
import { REASONS } from "../../src/errors.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("snippets", () => {
  it("are found with the line they start at, and only those in TypeScript", () => {
    const page = "# Title\n\n```sh\nnpm start\n```\n\n```ts\nconst a = 1;\n```\n";
    expect(snippetsOf("README.md", page)).toEqual([{ source: "README.md:8", code: "const a = 1;\n" }]);
  });

  it("that do not compile are named by page and line", () => {
    const good = { source: "README.md:3", code: "const a: number = 1;\n" };
    const bad = { source: "docs/page.md:10", code: `const a = 1;\nconst b: string = a;\n` };
    expect(checkSnippets(root, [good, bad])).toMatch(/^docs\/page\.md:11: error TS2322/);
    expect(checkSnippets(root, [good])).toBe("");
  });
});

describe("docs/reasons.md", () => {
  it("has a row for each reason and is what the table says now", () => {
    const page = reasonsPage();
    for (const code of Object.keys(REASONS)) expect(page).toContain(`| \`${code}\` |`);
    expect(readFileSync(`${root}docs/reasons.md`, "utf8")).toBe(page);
  });
});

describe("words", () => {
  it.each([
    ["a host in a lockfile", JSON.stringify({ resolved: "x" })],
    ["a registry's name", ["https://registry", "example", "com/jose"].join(".")],
    ["a path of one machine", `read("${["", "home", "someone", "project"].join("/")}")`],
    ["an unfinished merge", `${"<".repeat(7)} HEAD`],
  ])("finds %s", (_, text) => {
    expect(checkWords("a.ts", `\n${text}`)).toEqual([expect.stringMatching(/^a\.ts:2: ./)]);
  });

  it("passes what is fine", () => {
    expect(checkWords("a.ts", `resolved(); const path = "/orders/home"; const work = a / work / b;`)).toEqual([]);
  });
});
