import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkThreats } from "../../scripts/threats.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const PAGE = readFileSync(new URL("threat-model.md", DOCS), "utf8");
const readFrom = (path: string) => (existsSync(new URL(path, DOCS)) ? readFileSync(new URL(path, DOCS), "utf8") : null);

const HEAD = "| the attacker … | reason |\n|-|-|\n";
const ROW = "| [asks for nothing](../test/a.test.ts) | `token_missing` |\n";
const TEST = 'it("asks for nothing", () => {});\n';
const check = (page: string, source: string | null = TEST) => checkThreats(page, new Map(), () => source);

describe("a row of the threat model", () => {
  it("is a threat with a test: nothing is wrong", () => expect(check(HEAD + ROW)).toEqual([]));

  it.each([
    ["names no test", "| E99 asks for everything | `token_missing` |\n"],
    ["names no test, at the end of the file", "| E99 asks for everything | |"],
    ["names no test, indented", "  | E99 asks for everything | |\n"],
    ["names no test, without its outer bars", "E99 asks for everything | `token_missing`\n"],
    ["names no test, below the table", "\n| E99 asks for everything | `token_missing` |\n"],
    ["names no test, in a table of its own", "\nthreat | reason\n:-- | --:\nE99 asks for everything | `token_missing`\n"],
    ["has its link in another cell", "| E99 asks for everything | [asks for nothing](../test/a.test.ts) |\n"],
    ["links to a page", "| [asks for nothing](keys.md) | |\n"],
    ["says more than its link", "| E99 [asks for nothing](../test/a.test.ts) | |\n"],
  ])("is found where it %s", (_what, row) => {
    expect(check(HEAD + ROW + row)).toEqual([expect.stringContaining("no link to a test")]);
    expect(check(HEAD + ROW + row.replaceAll("\n", "\r\n"))).toHaveLength(1);
    expect(checkThreats(PAGE + row, new Map(), readFrom)).toHaveLength(1);
  });

  it.each([
    ["is not there", null],
    ["has another title", 'it("asks for anything", () => {});\n'],
    ["has a longer title", 'it("asks for nothing twice", () => {});\n'],
    ["is in a comment", `// ${TEST}`],
    ["is in a longer comment", `/*\n${TEST}*/\n`],
    ["is only a text", 'const title = "asks for nothing",\n  other = 1;\n'],
    ["has no body", 'it("asks for nothing");\n'],
    ["is skipped", TEST.replace("it", "it.skip")],
    ["is yet to be written", TEST.replace("it", "it.todo")],
    ["is expected to fail", TEST.replace("it", "it.fails")],
    ["is skipped with its table of cases", 'describe.skip.each(CASES)(\n  "asks for nothing (%s)",\n  () => {},\n);\n'],
    ["is skipped with its group", `describe.skip("a group", () => {\n  ${TEST}});\n`],
    ["is skipped by an option", TEST.replace(", ()", ", { skip: true }, ()")],
    ["is skipped by itself", TEST.replace("() => {}", "(context) => context.skip()")],
    ["is skipped by a part of its context", TEST.replace("() => {}", "({ skip }) => skip()")],
    ["runs on some machines only", TEST.replace("it", "it.skipIf(isElsewhere)")],
    ["stands behind another one", `${TEST}it.only("asks for more", () => {});\n`],
  ])("is found where its test %s", (_what, source) => {
    expect(check(HEAD + ROW, source)).toHaveLength(1);
  });

  it.each([
    ["with a table of cases", 'it.each(CASES)("asks for nothing (%s)", () => {});\n'],
    ["with a table of cases of several lines", 'it.each([\n  1,\n  2,\n])(\n  "asks for nothing",\n  () => {},\n);\n'],
    ["with a number in its title", "it(`asks for nothing ${times} times`, () => {});\n"],
    ["below a comment of the same words", `// It "asks for nothing",\n${TEST}`],
  ])("is taken for tested %s", (_what, source) => {
    expect(check(HEAD + ROW, source)).toEqual([]);
  });
});

it("the page itself has nothing wrong, and many rows", () => {
  expect(checkThreats(PAGE, new Map(), readFrom)).toEqual([]);
  expect(checkThreats(PAGE, new Map(), () => null).length).toBeGreaterThan(150);
});
