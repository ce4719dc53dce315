import { inspect } from "node:util";
import { describeError } from "../cli/load-module.ts";
import { UsageError } from "../cli/usage.ts";
import { ConfigurationError } from "../src/config/report.ts";
import { withExampleEnvironment } from "./environment.ts";
import { busyPorts, portSettings, readPorts } from "./ports.ts";
import { startTwin } from "./twin.ts";
import { banner } from "./banner.ts";

/** Says what is wrong in as many words as help: a stack only for whoever asks for it. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env["DEBUG"] !== undefined) return inspect(error);
  if (error instanceof UsageError || error instanceof ConfigurationError) return `npm start: ${error.message}`;
  // What nobody foresaw says where it happened; the twin's own errors say what to do.
  return error instanceof TypeError || error instanceof ReferenceError ? describeError(error) : error.message;
}

async function main(stopping: AbortController): Promise<void> {
  const begun = Date.now();
  Object.assign(process.env, withExampleEnvironment(process.env));
  const ports = readPorts(process.env);
  const busy = await busyPorts(ports);
  if (busy.length > 0) throw new Error(busy.join("\n"));

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
  const twin = await startTwin(ports, stopping.signal);
  if (!stopping.signal.aborted) {
    console.log(banner(ports, twin.issuers, Date.now() - begun));
    await Promise.race([twin.ended, new Promise((resolve) => stopping.signal.addEventListener("abort", resolve, { once: true }))]);
    if (!stopping.signal.aborted) {
      console.error("serverless-offline has ended; stopping everything else.");
      process.exitCode = 1;
    }
  }
  await twin.stop();
}

/** Options would otherwise do nothing, and nobody would know why. */
function refuseArguments(given: readonly string[]): void {
  if (given.length === 0) return;
  console.error(`npm start takes no arguments, and was given ${given.join(" ")}. Ports are variables: ${portSettings()}.`);
  process.exit(2);
}

refuseArguments(process.argv.slice(2));
const stopping = new AbortController();
await main(stopping).catch((error: unknown) => {
  // Told to stop in the middle of starting, parts fail because others have already gone.
  if (stopping.signal.aborted) return;
  console.error(explain(error));
  process.exitCode = 1;
});
// Kept-alive connections of clients must not hold the process back once everything has stopped.
process.exit();
