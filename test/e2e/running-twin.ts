import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePorts } from "../local/free-ports.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The twin as a process of its own, on ports of its own. */
export interface RunningTwin {
  readonly api: string;
  readonly idp: string;
  readonly env: NodeJS.ProcessEnv;
  readonly ports: readonly number[];
  readonly child: ChildProcess;
  /** Everything printed so far. */
  readonly output: () => string;
}

/** Starts `local/start.ts` and waits until it says that it is ready. */
export async function startTwin(): Promise<RunningTwin> {
  const ports = await freePorts(4);
  const [api = 0, identity = 0, database = 0, lambda = 0] = ports;
  const env = {
    ...process.env,
    SALLYPORT_PORT: String(api),
    SALLYPORT_IDP_PORT: String(identity),
    SALLYPORT_DB_PORT: String(database),
    SALLYPORT_LAMBDA_PORT: String(lambda),
  };
  const { child, output } = launch(env);
  await Promise.race([
    once(child, "exit").then(() => Promise.reject(new Error(`the twin did not start:\n${output()}`))),
    new Promise<void>((resolve) => child.stdout?.on("data", () => output().includes("Ctrl-C stops everything") && resolve())),
  ]);
  return { api: `http://127.0.0.1:${api}`, idp: `http://127.0.0.1:${identity}`, env, ports, child, output };
}

/** Starts the twin's process and collects what it prints. */
export function launch(env: NodeJS.ProcessEnv): Pick<RunningTwin, "child" | "output"> {
  const child = spawn(process.execPath, ["local/start.ts"], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => void (text += String(chunk)));
  return { child, output: () => text };
}
