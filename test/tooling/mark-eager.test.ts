import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { type SourceMapPayload, SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { COMMON } from "../../scripts/build.ts";
import { markEager } from "../../scripts/mark-eager.ts";

const run = promisify(execFile);

/** Bundles a module as `npm run build` does; answers the bundle's path. */
async function bundle(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mark-eager-"));
  await writeFile(join(folder, "source.ts"), source);
  await build({ ...COMMON, absWorkingDir: folder, entryPoints: { index: "source.ts" }, outdir: folder });
  return join(folder, "index.mjs");
}

const print = async (file: string, environment: Readonly<Record<string, string>> = {}) => {
  const code = `import(${JSON.stringify(pathToFileURL(file).href)}).then(({ answer }) => console.log(JSON.stringify(answer)), (error) => console.log(error.message))`;
  return (await run(process.execPath, ["--input-type=module", "--eval", code], { env: environment })).stdout.trim();
};

/** Functions in every form and place; what is called before it stands in the text, too. */
const FORMS = `
export const answer: unknown[] = [];
answer.push(early(2), nested()(3)(4), early.name === "", [1, 2].map((each) => each * 10));
function early(value: number) { return value + late.call({ by: 5 }, value); }
function late(this: { by: number }, value: number) { return arguments.length + this.by * value; }
function nested() { return (left: number) => (right: number) => left * right; }
async function waits(value: number) { return await value; }
function* counts(to: number) { for (let at = 0; at < to; at++) yield at; }
async function* drips() { yield* [await waits(1), await waits(2)]; }
const table = { shorthand() { return this.value; }, get got() { return this.value + 1; }, value: 7, arrow: () => 8, named: function inner(depth: number): number { return depth === 0 ? 9 : inner(depth - 1); } };
class Counted { static made = 0; #own = (by: number) => by + 1; lazy = () => this.#own(1); constructor(readonly first = (() => 2)()) { Counted.made++; } method() { return this.lazy() + this.first; } static of = function () { return new Counted(); }; }
answer.push(table.shorthand(), table.got, table.arrow(), table.named(2), Counted.of().method(), Counted.made, [...counts(3)]);
const withDefault = (value = (() => 3)(), { other = () => 4 } = {}) => value + other();
answer.push(withDefault(), (() => ({ made: true }))(), ((...all: number[]) => all.length)(1, 2), typeof (() => 1), new (function (this: { is: number }) { this.is = 1; } as unknown as new () => object)());
const tagged = (parts: TemplateStringsArray, made: () => string) => parts.join(made());
answer.push(tagged\`a\${() => "-"}b\`, [3, 1, 2].toSorted((left, right) => left - right), waits.constructor.name, counts.constructor.name);
for await (const drop of drips()) answer.push(drop);
export function unused() { return "never called"; }
export const spare = () => "nor is this";
`;

describe("marking what an import runs", () => {
  it("changes nothing of what a module does", async () => {
    const file = await bundle(FORMS);
    const [before, plain] = [await print(file), await readFile(file, "utf8")];
    await markEager(file, {});
    expect(await readFile(file, "utf8")).not.toBe(plain);
    expect(await print(file)).toBe(before);
    expect(JSON.parse(before)).toHaveLength(22);
  });

  it("puts the functions that run into parentheses, and no others", async () => {
    const file = await bundle(
      `const used = (by: number) => by * process.argv.length; function called() { return used(2) + used(3); }
       export const spare = (by: number) => by - process.argv.length; export function unused() { return spare(1) + spare(2); }
       export const answer = called();`,
    );
    await markEager(file, {});
    const code = await readFile(file, "utf8");
    expect(code.match(/=\(function\s*\(\)/g)).toHaveLength(1);
    expect(code.match(/=\(\w+=>\w+\*process\.argv\.length\)/g)).toHaveLength(1);
    expect(code).toMatch(/=\w+=>\w+-process\.argv\.length[,;]/);
    expect(code).toMatch(/function \w+\(\)\{/);
  });

  it("takes a module that refuses to be imported as far as it came, with the variables given and not as a function on Lambda", async () => {
    const file = await bundle(
      `const refuse = (name: string) => { throw new Error(process.env[name] + String(process.env.AWS_LAMBDA_FUNCTION_NAME)); };
       const never = () => console.log(refuse); const wanted = () => refuse("WANTED");
       console.log("printed"); if (process.env.WANTED) wanted(); else never(); export const answer = never;`,
    );
    await markEager(file, { WANTED: "here ", AWS_LAMBDA_FUNCTION_NAME: "orders" });
    const code = await readFile(file, "utf8");
    expect(code.match(/=\((\(\)|\w+)=>/g)).toHaveLength(2);
    expect(await print(file, { WANTED: "here " })).toBe("printed\nhere undefined");
  });

  it("leaves a module as it is whose import ends the process", async () => {
    const file = await bundle("export const answer = (() => process.exit(3))();");
    const plain = await readFile(file, "utf8");
    await markEager(file, {});
    expect(await readFile(file, "utf8")).toBe(plain);
  });

  it("leaves the source map true", async () => {
    const thrower = (name: string) => `function ${name}() {\n  return new Error("${name}").stack;\n}\n`;
    const lines = `${thrower("first")}\n${thrower("second")}\nconst third = () =>\n  new Error("third").stack;\n`;
    const file = await bundle(`${lines}export const answer = [first(), third()];\nexport const later = second;\n`);
    const ask = async () => {
      const code = `const { answer, later } = await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(JSON.stringify([...answer, later()]))`;
      const stacks = JSON.parse((await run(process.execPath, ["--input-type=module", "--eval", code])).stdout) as string[];
      const map = new SourceMap(JSON.parse(await readFile(`${file}.map`, "utf8")) as SourceMapPayload);
      return stacks.map((stack) => {
        const [, line, column] = /index\.mjs:(\d+):(\d+)/.exec(stack) ?? [];
        const found = map.findOrigin(Number(line), Number(column));
        return "lineNumber" in found ? `${found.fileName}:${found.lineNumber}:${found.columnNumber}` : null;
      });
    };
    const before = await ask();
    expect(before.map((place) => place?.split(":").slice(0, 2).join(":"))).toEqual(["source.ts:2", "source.ts:10", "source.ts:6"]);
    await markEager(file, {});
    expect(await ask()).toEqual(before);
  });
});
