/** `npm run check`: everything that can be said about the project without running it. Names each check that fails. */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

interface Outcome {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const script = (name: string, ...args: string[]) => [process.execPath, `scripts/${name}`, ...args] as const;

const CHECKS: readonly Check[] = [
  { name: "types", command: ["tsc", "-p", "."] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings", "."] },
  { name: "format", command: ["biome", "format", "."] },
  { name: "unused", command: ["knip", "--no-progress", "--no-config-hints"] },
  { name: "imports", command: script("imports.ts") },
  { name: "snippets", command: script("snippets.ts") },
  { name: "reasons", command: script("reasons.ts", "--check") },
  { name: "words", command: script("words.ts") },
  { name: "threats", command: script("threats.ts") },
];

function runCheck({ name, command: [command, ...args] }: Check): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (chunk: Buffer) => void (output += chunk.toString());
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ name, ok: false, output: error.message }));
    child.on("close", (code) => resolve({ name, ok: code === 0, output }));
  });
}

/** Runs the checks a few at a time, printing each as it ends; answers the names of those that failed. */
async function runAll(checks: readonly Check[], atOnce: number): Promise<string[]> {
  const waiting = [...checks];
  const failed: string[] = [];
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { name, ok, output } = await runCheck(check);
      console.log(ok ? `ok      ${name}` : `FAILED  ${name}\n${output.trimEnd()}\n`);
      if (!ok) failed.push(name);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failed;
}

const named = process.argv.slice(2);
const unknown = named.filter((name) => CHECKS.every((check) => check.name !== name));
if (unknown.length > 0) {
  console.error(`No such check: ${unknown.join(", ")}. There are ${CHECKS.map(({ name }) => name).join(", ")}.`);
  process.exitCode = 2;
} else {
  const failed = await runAll(
    CHECKS.filter(({ name }) => named.length === 0 || named.includes(name)),
    Math.max(2, availableParallelism()),
  );
  console.log(failed.length === 0 ? "All checks passed." : `Failed: ${failed.join(", ")}.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
