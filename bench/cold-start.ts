import type { Database } from "./database.ts";
import { limitCpu } from "./cpu-quota.ts";
import { AUTHORIZERS, buildHandlers, bundleOf, type DeployedAuthorizers, PINNED_WITH_REVOCATIONS, writeSnapshot } from "./deployed.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import { startSandbox } from "./lambda/runtime-api.ts";
import { median } from "./measure.ts";

/** Medians over fresh processes, in milliseconds. */
export interface ColdStart {
  readonly name: string;
  /** From the start of the process until it asked for its first event. */
  readonly init: number;
  readonly first: number;
  readonly second: number;
  /** Requests for keys in one cold start. */
  readonly fetches: number;
}

/** Cold starts at full speed, and at the speed of a small function; null: not wanted, or this machine does not let us. */
export interface ColdStarts {
  readonly full: readonly ColdStart[];
  readonly limited: { readonly megabytes: number; readonly rounds: number; readonly results: readonly ColdStart[] } | null;
}

/** The row everything is held against, and how the rows that the budget is about end. */
export const EMPTY = "empty handler";
export const WITH_SNAPSHOT = "with a snapshot";

const SMALL = 128;

interface Contender {
  readonly name: string;
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly event: () => unknown;
}

/** Starts every contender in fresh processes, by turns, through a Lambda Runtime API on loopback. */
export async function measureColdStarts(
  deployed: DeployedAuthorizers,
  provider: IdentityProvider,
  database: Database,
  rounds: { readonly full: number; readonly limited: number },
): Promise<ColdStarts> {
  const compared = await comparedHandlers(provider);
  const bundles = Object.entries(AUTHORIZERS).map(([name, event]): Contender => {
    return {
      name: `\`${name}\`, deployed ${WITH_SNAPSHOT}`,
      bundle: bundleOf(`${name}-pinned`),
      environment: deployed.environment,
      event: () => event(deployed.token),
    };
  });
  const withRevocations: Contender = {
    name: "`http`, deployed, with revocations too",
    bundle: bundleOf(PINNED_WITH_REVOCATIONS),
    environment: { ...deployed.environment, ...database.environment },
    event: () => AUTHORIZERS["http"]?.(deployed.token),
  };
  const full = await start([...compared, ...bundles, withRevocations], provider, rounds.full, []);
  const quota = rounds.limited === 0 ? null : limitCpu(SMALL);
  if (quota === null) return { full, limited: null };
  try {
    const results = await start(compared, provider, rounds.limited, quota.wrap);
    return { full, limited: { megabytes: SMALL, rounds: rounds.limited, results } };
  } finally {
    quota.remove();
  }
}

async function comparedHandlers(provider: IdentityProvider): Promise<readonly Contender[]> {
  const pins = { bench: { [provider.keysUrl]: { ...provider.jwks, fetchedAt: Date.now() } } };
  await buildHandlers(["empty", "authorizer", "aws-jwt-verify", "jose-remote"]);
  await buildHandlers(["authorizer"], await writeSnapshot("compared", pins), "-pinned");
  const names: Readonly<Record<string, string>> = {
    [EMPTY]: "empty",
    [`authorizer ${WITH_SNAPSHOT}`]: "authorizer-pinned",
    "authorizer without one": "authorizer",
    "aws-jwt-verify": "aws-jwt-verify",
    "jose, remote key set": "jose-remote",
  };
  const makeEvent = AUTHORIZERS["http"];
  const event = () => makeEvent?.(provider.mint());
  return Object.entries(names).map(([name, bundle]) => ({ name, bundle: bundleOf(bundle), environment: provider.environment, event }));
}

async function start(
  contenders: readonly Contender[],
  provider: IdentityProvider,
  rounds: number,
  wrap: readonly string[],
): Promise<readonly ColdStart[]> {
  const samples = contenders.map((): ColdStart[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round) % contenders.length;
      const contender = contenders[index];
      if (contender !== undefined) samples[index]?.push(await startOnce(contender, provider, wrap));
    }
  }
  return contenders.map(({ name }, index) => {
    const own = samples[index] ?? [];
    const middle = (part: Exclude<keyof ColdStart, "name">) => median(own.map((sample) => sample[part]));
    return { name, init: middle("init"), first: middle("first"), second: middle("second"), fetches: middle("fetches") };
  });
}

async function startOnce(
  { name, bundle, environment, event }: Contender,
  provider: IdentityProvider,
  wrap: readonly string[],
): Promise<ColdStart> {
  const before = provider.fetches();
  const sandbox = await startSandbox({ bundle, wrap, environment: { AWS_LAMBDA_FUNCTION_NAME: "bench", ...environment } });
  try {
    const invoke = async () => {
      const payload = event();
      const begun = performance.now();
      const answer = await sandbox.invoke(payload);
      const duration = performance.now() - begun;
      if (!answer.ok || /"Effect":"Deny","Resource":"\*"|"isAuthorized":false/.test(JSON.stringify(answer.value)))
        throw new Error(`${name} refused a good token. ${sandbox.stderr()}`);
      return duration;
    };
    const [first, second] = [await invoke(), await invoke()];
    return { name, init: sandbox.initMs, first, second, fetches: provider.fetches() - before };
  } finally {
    await sandbox.stop();
  }
}
