/** Finds what must not be in a tracked file: addresses a lockfile may carry, and paths of one person's machine. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

interface Word {
  readonly pattern: RegExp;
  readonly because: string;
}

/** Patterns are written so that this file does not match them itself. */
const WORDS: readonly Word[] = [
  { pattern: /["']resolved["']\s*:/, because: "a lockfile that names hosts installs from nowhere else" },
  { pattern: /\bregistry\.[a-z0-9-]+\.[a-z]{2,}/i, because: "a package registry's host name belongs to the machine, not to the project" },
  { pattern: /(?:^|[\s"'`(=:])\/(?:work|home|Users|root)\/[\w.-]+/, because: "an absolute path exists on one machine only" },
  { pattern: /^(?:<{7}|>{7}) /m, because: "a merge was left unfinished" },
];

const TEXT = /\.(?:ts|mts|mjs|js|json|md|yml|yaml|svg|html|css|sh|txt)$|(?:^|\/)(?:\.npmrc|\.gitignore|LICENSE|run)$/;

/** What is wrong with one file's text, one line each. */
export function checkWords(path: string, text: string): string[] {
  return WORDS.flatMap(({ pattern, because }) => {
    const match = pattern.exec(text);
    return match === null ? [] : [`${path}:${text.slice(0, match.index).split("\n").length}: ${because}`];
  });
}

if (import.meta.main) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const tracked = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = tracked.split("\0").filter((path) => TEXT.test(path));
  const wrong = paths.flatMap((path) => {
    try {
      return checkWords(path, readFileSync(join(root, path), "utf8"));
    } catch {
      return []; // deleted, not yet committed
    }
  });
  for (const line of wrong) console.error(line);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
