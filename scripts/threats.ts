/** Holds docs/threat-model.md against the tests: every threat names a test that is there and runs, and every attack is in the page. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PAGE = "docs/threat-model.md";
const ATTACKS = "test/attacks";

/** What the row of a threat has to be: its first cell is a link to a test, `| [title of the test](path) | …`. */
const ROW = /^\| \[(?<title>[^\]]+)\]\((?<path>[^)]+\.test\.ts)\) \|/;
/** What is between a table's head and its rows: dashes, perhaps with colons, and at least one bar. */
const RULE = /^(?=.*-)(?=.*\|)[\s|:-]+$/;
/** The name of an attack, as the title of a test or of a group of tests: `A1 asks for …`. */
const ATTACK = /(["'`])(?<title>[A-Z]\d{1,2} [a-z].*?)\1,/g;

/** What keeps a test from running, on some machines or on all: nothing of the kind may be in a file that a threat relies on. */
const SKIPPED = /\.(?:skip|todo|only|skipIf|runIf|fails)\b|\b(?:skip|x(?:it|test|describe))\(|\b(?:skip|todo|only|fails): true\b/;
/** What is in front of a title: a test, a group of tests, or the table of cases of either. */
const BEFORE_TITLE = /(?:\b(?:it|test|describe)(?:\.\w+)*|\))\(\s*$/;
/** What may follow a title: its end, or the parts that differ from case to case. */
const AFTER_TITLE = /^(?: \(%s\))?["'`],|^ \$\{/;

/** What a title says before the parts that a table of cases fills in. */
const plain = (title: string) => title.replace(/ \(%s\)$/, "");

/** The titles of the attacks in one test file. */
export function attacksOf(source: string): string[] {
  return [...new Set([...source.matchAll(ATTACK)].map(({ groups }) => plain(groups?.["title"] ?? "")))];
}

/** What is wrong between a page, each row of whose tables is a threat, and the tests, by their paths from its folder; one line each. */
export function checkThreats(page: string, attackFiles: ReadonlyMap<string, string>, read: (path: string) => string | null): string[] {
  const threats = rowsOf(page).map((row) => ({ row, link: ROW.exec(row)?.groups }));
  const rows = threats.flatMap(({ link }) => (link ? [{ title: link["title"] ?? "", path: link["path"] ?? "" }] : []));
  const unlinked = threats.filter(({ link }) => !link).map(({ row }) => `${PAGE}: no link to a test in "${row}"`);
  const missing = rows.filter(({ title, path }) => !isTitleIn(title, read(path)));
  const idle = [...new Set(rows.map(({ path }) => path))].filter((path) => SKIPPED.test(read(path) ?? ""));
  const listed = new Set(rows.map(({ title, path }) => `${path} ${title}`));
  const unlisted = [...attackFiles].flatMap(([path, source]) =>
    attacksOf(source)
      .filter((title) => !listed.has(`${path} ${title}`))
      .map((title) => `${path}: "${title}" is not in ${PAGE}`),
  );
  const absent = [...attackFiles.keys()].filter((path) => rows.every((row) => row.path !== path)).map((path) => `${path}: not in ${PAGE}`);
  return [
    ...unlinked,
    ...missing.map(({ title, path }) => `${PAGE}: no test "${title}" in ${path}`),
    ...idle.map((path) => `${path}: skips tests, and ${PAGE} relies on it`),
    ...unlisted,
    ...absent,
  ];
}

/** Every line of a table but its head; a line that starts with a bar counts wherever it is, and so does one without below a table's head. */
function rowsOf(page: string): string[] {
  const lines = page.split(/\r?\n/);
  let isInside = false;
  return lines.filter((line, index) => {
    const isHead = RULE.test(line) || RULE.test(lines[index + 1] ?? "");
    isInside = line.trim() !== "" && (isInside || RULE.test(line));
    return !isHead && (isInside || line.trimStart().startsWith("|"));
  });
}

/** Whether a title is that of a test or of a group of tests; what a comment says is none. */
function isTitleIn(title: string, source: string | null): boolean {
  const code = (source ?? "").replace(/^\s*(?:\/\/.*|\/\*[^]*?\*\/)/gm, "");
  return ['"', "'", "`"].some((quote) => {
    const [before = "", ...others] = code.split(quote + title);
    let passed = before;
    return others.some((after) => {
      const isTitle = BEFORE_TITLE.test(passed) && AFTER_TITLE.test(after);
      passed = after;
      return isTitle;
    });
  });
}

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
