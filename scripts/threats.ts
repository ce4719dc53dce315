/** Holds docs/threat-model.md against the tests: every threat names a test that is there, and every attack is in the page. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PAGE = "docs/threat-model.md";
const ATTACKS = "test/attacks";

/** A row of a table whose first cell is a link to a test: `| [title of the test](path) | …`. */
const ROW = /^\| \[(?<title>[^\]]+)\]\((?<path>[^)]+)\) \|/gm;
/** The name of an attack, as the title of a test or of a group of tests: `A1 asks for …`. */
const ATTACK = /(["'`])(?<title>[A-Z]\d{1,2} [a-z].*?)\1,/g;

/** What a title says before the parts that a table of cases fills in. */
const plain = (title: string) => title.replace(/ \(%s\)$/, "");

/** The titles of the attacks in one test file. */
export function attacksOf(source: string): string[] {
  return [...new Set([...source.matchAll(ATTACK)].map(({ groups }) => plain(groups?.["title"] ?? "")))];
}

/** What is wrong between a page and the test files it links to, by their paths from the page's folder; one line each. */
export function checkThreats(page: string, attackFiles: ReadonlyMap<string, string>, read: (path: string) => string | null): string[] {
  const rows = [...page.matchAll(ROW)].map(({ groups }) => ({ title: groups?.["title"] ?? "", path: groups?.["path"] ?? "" }));
  const missing = rows.filter(({ title, path }) => !isTitleIn(title, read(path)));
  const listed = new Set(rows.map(({ title, path }) => `${path} ${title}`));
  const unlisted = [...attackFiles].flatMap(([path, source]) =>
    attacksOf(source)
      .filter((title) => !listed.has(`${path} ${title}`))
      .map((title) => `${path}: "${title}" is not in ${PAGE}`),
  );
  const unlinked = [...attackFiles.keys()]
    .filter((path) => rows.every((row) => row.path !== path))
    .map((path) => `${path}: not in ${PAGE}`);
  return [...missing.map(({ title, path }) => `${PAGE}: no test "${title}" in ${path}`), ...unlisted, ...unlinked];
}

const isTitleIn = (title: string, source: string | null) =>
  source !== null && ['"', "'", "`"].some((quote) => source.includes(quote + title));

if (import.meta.main) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const page = readFileSync(join(root, PAGE), "utf8");
  const names = readdirSync(join(root, ATTACKS)).filter((name) => name.endsWith(".test.ts") && name !== "threat-model.test.ts");
  const files = new Map(names.map((name) => [`../${ATTACKS}/${name}`, readFileSync(join(root, ATTACKS, name), "utf8")]));
  const read = (path: string) => {
    const file = join(root, dirname(PAGE), path);
    return existsSync(file) ? readFileSync(file, "utf8") : null;
  };
  const wrong = checkThreats(page, files, read);
  for (const line of wrong) console.error(line);
  console.log(`${files.size} files of attacks`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
