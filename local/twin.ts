import { rm } from "node:fs/promises";
import { join } from "node:path";
import { stop as stopBundler } from "esbuild";
import { tryGateway } from "../cli/load-gateway.ts";
import type { Gateway } from "../src/gateway.ts";
import { build } from "../scripts/build.ts";
import { startDatabase } from "./database.ts";
import { identityProvider } from "./identity-provider/server.ts";
import type { TwinIssuer } from "./identity-provider/twin-issuer.ts";
import { listen, type Running } from "./listen.ts";
import { root, startApi } from "./offline.ts";
import type { Ports } from "./ports.ts";
import { userEventSender } from "./user-events.ts";

/** Everything that runs: the issuers' stand-ins, the database and the API. */
export interface Twin extends Running {
  readonly issuers: readonly TwinIssuer[];
  /** Settles should the API end by itself. */
  readonly ended: Promise<unknown>;
}

/**
 * Starts the twin of `gateway.config.ts`. Whatever was started is stopped again when a later part cannot start, and when
 * the signal comes in the meantime.
 * @throws ConfigurationError where the configuration has problems; UsageError where there is none, or it cannot be loaded
 */
export async function startTwin(ports: Ports, signal: AbortSignal): Promise<Twin> {
  // Before it is bundled: the bundler would say of every function anew what is wrong with it, or not notice.
  const { gateway, error } = await tryGateway(join(root, "gateway.config.ts"), "The local twin stands in for the issuers in it.");
  if (gateway === null) throw error;
  const running: Running[] = [];
  const stop = async () => void (await Promise.allSettled(running.map((part) => part.stop())));
  const keep = <Part extends Running>(part: Part): Part => {
    running.push(part);
    return part;
  };
  // The build leaves its folder to itself, so that no deployment ever picks up bundles that trust this machine's keys.
  const bundles = `dist/local/${ports.identity}`;
  keep({ stop: () => rm(`${root}${bundles}`, { recursive: true, force: true }) });
  try {
    const [issuers] = await settle([
      startIssuers(gateway, ports, keep),
      startDatabase(ports.database).then(keep),
      build({ outdir: bundles, local: { keysUrl: `http://127.0.0.1:${ports.identity}/keys` } }),
    ]);
    // Its process would stay for the next build, which never comes.
    await stopBundler();
    if (signal.aborted) return { issuers, stop, ended: Promise.resolve() };
    const { ended } = keep(await startApi(ports, bundles, signal));
    return { issuers, stop, ended };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startIssuers(gateway: Gateway, ports: Ports, keep: (part: Running) => Running): Promise<readonly TwinIssuer[]> {
  const options = { publish: userEventSender(ports), webClients: webClientsOf(gateway, process.env) };
  const { twins, server } = await identityProvider(gateway, ports.identity, `http://localhost:${ports.api}`, options);
  keep(await listen(server, ports.identity));
  return twins;
}

/** What functions know an issuer's application by: `SHOPS_CLIENT_ID` for `shops`. */
function webClientsOf({ issuers }: Gateway, environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const entries = issuers.map(({ name }) => [name, environment[`${name.toUpperCase().replaceAll("-", "_")}_CLIENT_ID`] ?? ""] as const);
  return Object.fromEntries(entries.filter(([, clientId]) => clientId !== ""));
}

/** All results; the first failure only after everything has settled, so that nothing starts after the clean-up. */
async function settle<const Parts extends readonly Promise<unknown>[]>(
  parts: Parts,
): Promise<{ [Index in keyof Parts]: Awaited<Parts[Index]> }> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}
