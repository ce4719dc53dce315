import type { Database } from "./database.ts";
import { AUTHORIZERS, buildHandlers, bundleOf, writeSnapshot } from "./deployed.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import { startSandbox } from "./lambda/runtime-api.ts";
import { median } from "./measure.ts";

/** What became of many processes that started at once. */
export interface HerdResult {
  /** Where the keys came from. */
  readonly tier: string;
  readonly processes: number;
  /** Processes whose first token was let in; the others failed for want of keys. */
  readonly answered: number;
  /** Requests that reached the identity provider. */
  readonly fetches: number;
  /** Milliseconds from the start of a process to its first answer. */
  readonly median: number;
  readonly worst: number;
}

/** Milliseconds that the identity provider takes for every answer. */
export const SLOWNESS = 500;

/** Starts many processes at once in front of one slow identity provider, with each place that keys can come from. */
export async function measureHerd(provider: IdentityProvider, database: Database, processes: number): Promise<readonly HerdResult[]> {
  const pins = { bench: { [provider.keysUrl]: { ...provider.jwks, fetchedAt: Date.now() } } };
  await buildHandlers(["authorizer", "authorizer-store"]);
  await buildHandlers(["authorizer"], await writeSnapshot("herd", pins), "-pinned");
  provider.slowDown(SLOWNESS);
  try {
    // One process has been there before, and has left its keys.
    await start("authorizer-store", provider, database.environment, 1);
    return [
      { tier: "network", ...(await start("authorizer", provider, {}, processes)) },
      { tier: "store (DynamoDB)", ...(await start("authorizer-store", provider, database.environment, processes)) },
      { tier: "snapshot", ...(await start("authorizer-pinned", provider, {}, processes)) },
    ];
  } finally {
    provider.slowDown(0);
  }
}

async function start(
  bundle: string,
  provider: IdentityProvider,
  environment: Readonly<Record<string, string>>,
  processes: number,
): Promise<Omit<HerdResult, "tier">> {
  const before = provider.fetches();
  const events = Array.from({ length: processes }, () => AUTHORIZERS["http"]?.(provider.mint()));
  const options = { bundle: bundleOf(bundle), environment: { AWS_LAMBDA_FUNCTION_NAME: "bench", ...provider.environment, ...environment } };
  const outcomes = await Promise.all(
    events.map(async (event) => {
      const begun = performance.now();
      const sandbox = await startSandbox(options);
      const answer = await sandbox.invoke(event);
      const duration = performance.now() - begun;
      await sandbox.stop();
      return { isAnswered: answer.ok, duration };
    }),
  );
  const answered = outcomes.filter(({ isAnswered }) => isAnswered).length;
  const durations = outcomes.map(({ duration }) => duration);
  return { processes, answered, fetches: provider.fetches() - before, median: median(durations), worst: Math.max(...durations) };
}
