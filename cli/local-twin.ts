import { spawnSync } from "node:child_process";
import { withExampleEnvironment } from "../local/environment.ts";
import { identityUrl, readPorts } from "../local/ports.ts";
import type { Gateway } from "../src/gateway.ts";
import type { Fetch } from "../src/keys/download.ts";
import { httpsFetch } from "../src/keys/transport.ts";
import { describeProblems, tryGateway } from "./load-gateway.ts";
import { UsageError } from "./usage.ts";

/** A configuration, and where its keys are asked for. */
export interface Target {
  readonly gateway: Gateway;
  readonly fetch: Fetch;
  /** What has to be said about it; null: it is the configuration as it is deployed. */
  readonly notice: string | null;
}

const VARIABLES = "Set them as they are set for the deployed API; for the local twin's tokens, npm start has to be running.";

/**
 * The configuration to work with. With `isLocal`, the configuration with example values for unset variables, and the twin's keys. The
 * same where the configuration does not start, and the twin runs: then the command is run once more by a process of its own with
 * `--local`, because files that were read with other variables stay read. Null: that has happened, and there is nothing left to do.
 * @throws UsageError where neither can be had
 */
export async function findTarget(config: string, isLocal: boolean): Promise<Target | null> {
  const base = identityUrl(process.env);
  if (isLocal) return localTarget(config, base);
  const { gateway, error } = await tryGateway(config);
  if (gateway !== null) return { gateway, fetch: httpsFetch, notice: null };
  if (!(await isAnswering(base))) throw new UsageError(describeProblems(error, VARIABLES), { cause: error });
  const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1), "--local"], { stdio: "inherit" });
  process.exitCode = status ?? 1;
  return null;
}

async function localTarget(config: string, base: string): Promise<Target> {
  if (!(await isAnswering(base)))
    throw new UsageError(`no local twin answers at ${base}. Start it with npm start (SALLYPORT_IDP_PORT says which port).`);
  // It brings the twin's database with it, which nobody else waits for.
  const { awsEnvironment } = await import("../local/aws-environment.ts");
  const own = { ...awsEnvironment(readPorts(process.env)), AWS_REGION: "us-east-1" };
  Object.assign(process.env, withExampleEnvironment(process.env), own);
  const { gateway, error } = await tryGateway(config);
  if (gateway === null) throw new UsageError(error.message, { cause: error });
  return {
    gateway,
    fetch: redirectedTo(base),
    notice: `Keys of the local twin at ${base}; example values for variables that are not set.`,
  };
}

/** Asks the twin for whatever the issuers publish, as the local build of the gateway does. */
function redirectedTo(base: string): Fetch {
  return (url, init) => httpsFetch(`${base}/keys?url=${encodeURIComponent(url)}`, init);
}

async function isAnswering(base: string): Promise<boolean> {
  try {
    await fetch(`${base}/`, { signal: AbortSignal.timeout(1_500) });
    return true;
  } catch {
    return false;
  }
}
