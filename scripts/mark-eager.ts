import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import remapping from "@jridgewell/remapping";
import MagicString from "magic-string";
import { type Node, parseSync, Visitor } from "oxc-parser";

const run = promisify(execFile);

/**
 * Rewrites a bundle so that V8 compiles what an import of it runs together with the file, instead of looking the file over first and
 * reading those functions again one by one. V8 does so for functions in parentheses; minifiers take these away. Nothing else changes, and
 * the source map, which lies beside the bundle, follows.
 * @param environment the variables that the bundle is imported with, in a process of its own, to see what runs. An import that fails
 * is marked as far as it came
 */
export async function markEager(file: string, environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const [code, map, ran] = await Promise.all([
    readFile(file, "utf8"),
    readFile(`${file}.map`, "utf8"),
    functionsThatRan(file, environment),
  ]);
  const marked = inParentheses(code, new Set(ran));
  await writeFile(file, marked.toString());
  const moved = marked.generateMap({ hires: "boundary" }).toString();
  await writeFile(`${file}.map`, remapping([moved, map], () => null).toString());
}

/** Puts the functions into parentheses; declarations become variables, at the top, because they are there before anything runs. */
function inParentheses(code: string, wanted: ReadonlySet<string>): MagicString {
  const text = new MagicString(code);
  const { program } = parseSync("bundle.mjs", code);
  const isWanted = ({ start, end }: Node) => wanted.has(`${start}:${end}`);
  // What has no parentheses of its own in the grammar: methods, accessors, constructors.
  const methods = new Set<Node>();
  const enclose = (node: Node) => {
    if (!isWanted(node) || methods.has(node)) return;
    text.prependRight(node.start, "(").appendLeft(node.end, ")");
  };
  new Visitor({
    MethodDefinition: ({ value }) => void methods.add(value),
    Property: ({ method, kind, value }) => void ((method || kind !== "init") && methods.add(value)),
    ArrowFunctionExpression: enclose,
    FunctionExpression: enclose,
  }).visit(program);
  for (const node of program.body) {
    if (node.type !== "FunctionDeclaration" || node.id === null || !isWanted(node)) continue;
    text.remove(code[node.id.start - 1] === " " ? node.id.start - 1 : node.id.start, node.id.end);
    text.prependRight(node.start, `var ${node.id.name}=(`).appendLeft(node.end, ");");
    if (node.start > 0) text.move(node.start, node.end, 0);
  }
  return text;
}

const SCRIPT = fileURLToPath(new URL("functions-run.ts", import.meta.url));
/** Milliseconds. */
const PATIENCE = 10_000;

/** Where the functions stand that ran while the bundle was imported, as `start:end`; none where its process ended before, or would not. */
async function functionsThatRan(file: string, environment: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> {
  // As if not on Lambda: nothing is fetched ahead.
  const { AWS_LAMBDA_FUNCTION_NAME: _, ...env } = environment;
  const options = { env, maxBuffer: 64 * 1024 * 1024, timeout: PATIENCE };
  const stdout = await run(process.execPath, [SCRIPT, pathToFileURL(file).href], options).then(
    (ended) => ended.stdout,
    () => "",
  );
  return stdout === "" ? [] : (JSON.parse(stdout) as readonly string[]);
}
