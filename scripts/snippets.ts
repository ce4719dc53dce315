/** Type-checks every `ts` fence of the README and of docs/, each as a module of its own that imports from "sallyport". */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

interface Snippet {
  /** Where it comes from: `docs/decisions.md:12`, the line of its first line of code. */
  readonly source: string;
  readonly code: string;
}

const FENCE = /^```ts\n([\s\S]*?)^```$/gm;

/** The `ts` fences of one Markdown text. */
export function snippetsOf(path: string, markdown: string): Snippet[] {
  return [...markdown.matchAll(FENCE)].map((match) => ({
    source: `${path}:${markdown.slice(0, match.index).split("\n").length + 1}`,
    code: match[1] ?? "",
  }));
}

const pages = (root: string) => [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md"].filter((name) => existsSync(join(root, name))),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name.replaceAll("\\", "/")}`),
];

const configuration = (root: string) => ({
  extends: join(root, "tsconfig.json"),
  compilerOptions: {
    paths: {
      sallyport: [join(root, "src/index.ts")],
      "sallyport/*": [join(root, "src/*/index.ts")],
      "./gateway.config.ts": [join(root, "gateway.config.ts")],
      "./gateway.routes.ts": [join(root, "gateway.routes.ts")],
    },
    typeRoots: [join(root, "node_modules/@types")],
    noUnusedLocals: false,
    rewriteRelativeImportExtensions: false,
  },
  include: ["*.ts"],
  exclude: [],
});

/** A snippet that imports `./gateway.config.ts` means the project's own. */
const asModule = (code: string, root: string) =>
  `${code.replaceAll(/(["'])\.\/(gateway\.(?:config|routes)\.ts)\1/g, `"${root}$2"`)}\nexport {};\n`;

/** Compiler output that names a generated file, rewritten to name the page and its line. */
function locate(output: string, snippets: readonly Snippet[]): string {
  return output.replace(/(?:[^\s(]*\/)?snippet-(\d+)\.ts\((\d+),(\d+)\)/g, (whole, index: string, line: string) => {
    const [page, first] = snippets[Number(index)]?.source.split(":") ?? [];
    return page === undefined ? whole : `${page}:${Number(first) + Number(line) - 1}`;
  });
}

/** Compiles the snippets; answers what the compiler said, empty when all is well. */
export function checkSnippets(root: string, snippets: readonly Snippet[]): string {
  if (snippets.length === 0) return "";
  const folder = join(root, ".build", `snippets-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), `{ "type": "module" }\n`);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration(root)));
    for (const [index, { code }] of snippets.entries()) writeFileSync(join(folder, `snippet-${index}.ts`), asModule(code, root));
    const { status, stdout, stderr } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { cwd: root, encoding: "utf8" });
    return status === 0 ? "" : locate(`${stdout}${stderr}`, snippets) || `tsc ended with ${status}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const snippets = pages(root).flatMap((path) => snippetsOf(path, readFileSync(join(root, path), "utf8")));
  const wrong = checkSnippets(root, snippets);
  if (wrong !== "") console.error(wrong);
  console.log(`${snippets.length} snippets`);
  process.exitCode = wrong === "" ? 0 : 1;
}
