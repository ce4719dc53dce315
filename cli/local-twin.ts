import { withExampleEnvironment } from "../local/environment.ts";
import { identityUrl } from "../local/ports.ts";
import type { Gateway } from "../src/gateway.ts";
import type { Fetch } from "../src/keys/download.ts";
import { httpsFetch } from "../src/keys/transport.ts";
import { tryGateway } from "./load-gateway.ts";
import { UsageError } from "./usage.ts";

/** A configuration, and where its keys are asked for. */
export interface Target {
  readonly gateway: Gateway;
  readonly fetch: Fetch;
  /** What has to be said about it; null: it is the configuration as it is deployed. */
  readonly notice: string | null;
}

/**
 * The configuration to work with. Where its variables are not set and the local twin is running, or where the twin is asked for: the
 * configuration with example values, and the twin's keys.
 * @throws UsageError where neither can be had
 */
export async function findTarget(config: string, isLocal: boolean): Promise<Target> {
  const base = identityUrl(process.env);
  if (isLocal) return localTarget(config, base);
  const { gateway, error } = await tryGateway(config);
  if (gateway !== null) return { gateway, fetch: httpsFetch, notice: null };
  if (!(await isAnswering(base))) throw new UsageError(error.message, { cause: error });
  return localTarget(config, base);
}

async function localTarget(config: string, base: string): Promise<Target> {
  if (!(await isAnswering(base)))
    throw new UsageError(`no local twin answers at ${base}. Start it with npm start (SALLYPORT_IDP_PORT says which port).`);
  Object.assign(process.env, withExampleEnvironment(process.env));
  const { gateway, error } = await tryGateway(config, "local");
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
