import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { awsEnvironment } from "./aws-environment.ts";
import type { Running } from "./listen.ts";
import type { Ports } from "./ports.ts";

/** The project's folder, with a slash at its end. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** How long to wait for the API, and for its end. Milliseconds. */
const STARTING = 60_000;
const STOPPING = 1_500;

/** The running API; `ended` settles should it end by itself. */
export interface Api extends Running {
  readonly ended: Promise<unknown>;
}

/**
 * Starts serverless-offline on the bundles of a folder and waits until it answers, or until the signal comes.
 * @throws Error holding what serverless-offline printed, when it ends instead
 */
export async function startApi(ports: Ports, bundles: string, signal: AbortSignal): Promise<Api> {
  const child = spawn(
    process.execPath,
    [
      "--import",
      "./local/follow-parent.ts",
      "node_modules/serverless/bin/serverless.js",
      "offline",
      "start",
      "--param",
      `bundles=${bundles}`,
    ],
    { cwd: root, env: environmentOf(ports), stdio: ["ignore", "pipe", "pipe", "ipc"] },
  );
  const ended = once(child, "exit");
  const stop = () => stopChild(child, ended);
  const early = collect(child);
  try {
    const failed = ended.then(() => Promise.reject(new Error(`serverless-offline did not start:\n${early.text()}`)));
    await Promise.race([answers(`http://127.0.0.1:${ports.api}/`, signal), failed]);
  } catch (error) {
    await stop();
    throw error;
  }
  early.passOn();
  return { stop, ended };
}

/** No credentials of the developer's own reach the local functions, and no call of theirs reaches AWS. */
function environmentOf(ports: Ports): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
  return {
    ...Object.fromEntries(inherited),
    SALLYPORT_PORT: String(ports.api),
    SALLYPORT_LAMBDA_PORT: String(ports.lambda),
    ...awsEnvironment(ports),
    SLS_TELEMETRY_DISABLED: "1",
    SLS_NOTIFICATIONS_MODE: "off",
  };
}

/** Keeps what the child prints until it is ready, and lets it through from then on. */
function collect(child: ChildProcess): { readonly text: () => string; readonly passOn: () => void } {
  const chunks: Buffer[] = [];
  const keep = (chunk: Buffer) => void chunks.push(chunk);
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return {
    text: () => Buffer.concat(chunks).toString(),
    passOn: () => {
      child.stdout?.off("data", keep).pipe(process.stdout);
      child.stderr?.off("data", keep).pipe(process.stderr);
    },
  };
}

async function answers(url: string, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + STARTING; Date.now() < deadline && !signal.aborted; await pause(40)) {
    const response = await fetch(url).catch(() => null);
    await response?.body?.cancel();
    if (response !== null) return;
  }
  if (!signal.aborted) throw new Error(`${url} did not answer.`);
}

async function stopChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const late = new AbortController();
  const kill = pause(STOPPING, undefined, { signal: late.signal }).then(
    () => child.kill("SIGKILL"),
    () => false,
  );
  await ended;
  late.abort();
  await kill;
}
