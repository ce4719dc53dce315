/** Writes docs/reasons.md from the table in src/errors.ts; with `--check`, only says whether it is up to date. */
import { readFileSync, writeFileSync } from "node:fs";
import { REASONS } from "../src/errors.ts";

const INTRODUCTION = `# Reason codes

<!-- Written by scripts/reasons.ts from src/errors.ts: change it there. -->

Every refusal has one code of this closed set. Operators find it in logs; \`SallyportError.code\` carries it in code. Callers see the
HTTP status and, where the gateway's API type allows it, the error of the \`WWW-Authenticate\` challenge, never more.

| code | status | challenge | what happened |
|-|-|-|-|
`;

/** The whole page. */
export function reasonsPage(): string {
  const rows = Object.entries(REASONS).map(
    ([code, { status, error, summary }]) => `| \`${code}\` | ${status} | ${error === null ? "" : `\`${error}\``} | ${summary} |`,
  );
  return `${INTRODUCTION}${rows.join("\n")}\n`;
}

if (import.meta.main) {
  const page = new URL("../docs/reasons.md", import.meta.url);
  if (!process.argv.includes("--check")) writeFileSync(page, reasonsPage());
  else if (readFileSync(page, "utf8") !== reasonsPage()) {
    console.error("docs/reasons.md is stale: run `npm run reasons`");
    process.exitCode = 1;
  }
}
