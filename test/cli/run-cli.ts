import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** What a command left. */
export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** The folder it runs in. */
  readonly cwd: string;
  /** Its standard input; default empty. */
  readonly input?: string;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `sallyport ...` as a process of its own. No twin of somebody else's is asked: nothing listens on port 9. */
export function runCli(args: readonly string[], { cwd, input = "", env = {} }: CliOptions): Promise<CliRun> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, SALLYPORT_IDP_PORT: "9", ...env } });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(input);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}
