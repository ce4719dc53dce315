import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath, pathToFileURL } from "node:url";

const BOOTSTRAP = fileURLToPath(new URL("bootstrap.mjs", import.meta.url));
const PREFIX = "/2018-06-01/runtime/";

/** What became of one event. */
export type Invocation = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** One process that runs a bundle as Lambda would: a sandbox, with everything it keeps between invocations. */
export interface Sandbox {
  /** Milliseconds from the start of the process until it asked for its first event. */
  readonly initMs: number;
  /** One event at a time. @throws Error when the process has ended */
  invoke(event: unknown): Promise<Invocation>;
  /** Resident memory in bytes; null where the machine does not say. */
  memory(): number | null;
  /** What it has written to stderr: nothing, if all is well. */
  stderr(): string;
  stop(): Promise<void>;
}

export interface SandboxOptions {
  /** The bundle's file. */
  readonly bundle: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Arguments for Node. */
  readonly flags?: readonly string[];
  /** Commands before Node's own, such as one that puts the process into a control group. */
  readonly wrap?: readonly string[];
}

/** Waiting for the next thing that one side does: an event to hand out, or somebody to hand it to. */
interface Waiting<Value> {
  readonly promise: Promise<Value>;
  readonly settle: (value: Value) => void;
  readonly fail: (error: Error) => void;
}

function waitFor<Value>(): Waiting<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  promise.catch(() => {});
  return { promise, settle: resolve, fail: reject };
}

/**
 * Starts a process with a bundle and feeds it through a Lambda Runtime API of its own on loopback.
 * @throws Error when the bundle cannot be loaded
 */
export async function startSandbox({ bundle, environment = {}, flags = [], wrap = [] }: SandboxOptions): Promise<Sandbox> {
  let ready = waitFor<ServerResponse>();
  let outcome = waitFor<Invocation>();
  const server = createServer((request, response) => void answer(request, response));
  server.keepAliveTimeout = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const what = (request.url ?? "").replace(PREFIX, "").split("/").at(-1);
    if (what === "next") return ready.settle(response);
    const text = await textOf(request);
    response.end();
    if (request.url?.endsWith("/init/error")) ready.fail(new Error(`The bundle could not be loaded: ${text}`));
    else if (what === "response") outcome.settle({ ok: true, value: JSON.parse(text) as unknown });
    else outcome.settle({ ok: false, message: (JSON.parse(text) as { errorMessage: string }).errorMessage });
  }

  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const env = { PATH: process.env["PATH"] ?? "", AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`, ...environment };
  const [command = "", ...args] = [...wrap, process.execPath, "--unhandled-rejections=strict", ...flags];
  const begun = performance.now();
  const child = spawn(command, [...args, BOOTSTRAP, pathToFileURL(bundle).href], { env, stdio: ["ignore", "ignore", "pipe"] });
  const errors = collect(child);
  const ended = (): void => {
    const error = new Error(`The process ended. ${errors().slice(-2_000)}`);
    ready.fail(error);
    outcome.fail(error);
  };
  child.once("exit", ended).once("error", ended);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    server.closeAllConnections();
    server.close();
  };
  await ready.promise.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  let id = 0;
  return {
    initMs: performance.now() - begun,
    stop,
    stderr: errors,
    memory: () => (child.pid === undefined ? null : residentMemory(child.pid)),
    async invoke(event) {
      const response = await ready.promise;
      if (child.exitCode === null && child.signalCode === null) [ready, outcome] = [waitFor(), waitFor()];
      response.setHeader("lambda-runtime-aws-request-id", String((id += 1)));
      response.end(JSON.stringify(event));
      return outcome.promise;
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function collect({ stderr }: ChildProcess): () => string {
  let text = "";
  stderr?.on("data", (chunk: Buffer) => void (text = (text + chunk.toString()).slice(-10_000)));
  return () => text;
}

const PAGE = 4_096;

function residentMemory(pid: number): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE;
  } catch {
    return null;
  }
}
