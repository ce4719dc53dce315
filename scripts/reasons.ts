/** Writes docs/reasons.md from the table in src/errors.ts; with `--check`, only says whether it is up to date. */
import { readFileSync, writeFileSync } from "node:fs";
import { REASONS, type ReasonCode } from "../src/errors.ts";
import { HINTS, reasonPage } from "../src/reason-hints.ts";

const INTRODUCTION = `# Reason codes

<!-- Written by scripts/reasons.ts from src/errors.ts and src/reason-hints.ts: change it there. -->

Every refusal has one code of this closed set. Operators find it in logs; \`SallyportError.code\` carries it in code. Callers see the
HTTP status and, where the gateway's API type allows it, the error of the \`WWW-Authenticate\` challenge, never more.

| code | status | challenge | what happened | what to do |
|-|-|-|-|-|
`;

const codes = Object.keys(REASONS) as ReasonCode[];

function row(code: ReasonCode): string {
  const { status, error, summary } = REASONS[code];
  return `| \`${code}\` | ${status} | ${error === null ? "" : `\`${error}\``} | ${summary} | [hint](#${reasonPage(code).split("#")[1]}) |`;
}

const section = (code: ReasonCode) => `### ${code}\n\n${REASONS[code].summary}\n\n${HINTS[code]}\n`;

/** The whole page. */
export function reasonsPage(): string {
  return `${INTRODUCTION}${codes.map(row).join("\n")}\n\n## What to do\n\n${codes.map(section).join("\n")}`;
}

if (import.meta.main) {
  const page = new URL("../docs/reasons.md", import.meta.url);
  if (!process.argv.includes("--check")) writeFileSync(page, reasonsPage());
  else if (readFileSync(page, "utf8") !== reasonsPage()) {
    console.error("docs/reasons.md is stale: run `npm run reasons`");
    process.exitCode = 1;
  }
}
