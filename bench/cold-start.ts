import type { Database } from "./database.ts";
import { limitCpu } from "./cpu-quota.ts";
import {
  AUTHORIZERS,
  buildFetching,
  buildHandlers,
  bundleOf,
  type DeployedAuthorizers,
  fetchingName,
  PINNED_WITH_REVOCATIONS,
  writeSnapshot,
} from "./deployed.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import { startSandbox } from "./lambda/runtime-api.ts";
import { median } from "./measure.ts";
import type { ColdStartPlan } from "./plans.ts";

/** Medians over fresh processes, in milliseconds. */
export interface ColdStart {
  readonly name: string;
  /** Of an authorizer of this project that has its keys in its bundle. */
  readonly hasSnapshot: boolean;
  readonly readsRevocations: boolean;
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

/** The row everything is held against. */
export const EMPTY = "empty handler";

const SMALL = 128;

type Sample = Pick<ColdStart, "init" | "first" | "second" | "fetches">;

interface Contender extends Pick<ColdStart, "name" | "hasSnapshot" | "readsRevocations"> {
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly event: () => unknown;
}

/** Starts every contender in fresh processes, by turns, through a Lambda Runtime API on loopback. */
export async function measureColdStarts(
  deployed: DeployedAuthorizers,
  provider: IdentityProvider,
  database: Database,
  { full: rounds, limited, limitsDeployed }: ColdStartPlan,
): Promise<ColdStarts> {
  const compared = await comparedHandlers(provider);
  const all = [...compared, ...(await deployedHandlers(deployed, provider, database))];
  const full = await start(all, provider, rounds, []);
  const quota = limited === 0 ? null : limitCpu(SMALL);
  if (quota === null) return { full, limited: null };
  try {
    const results = await start(limitsDeployed ? all : compared, provider, limited, quota.wrap);
    return { full, limited: { megabytes: SMALL, rounds: limited, results } };
  } finally {
    quota.remove();
  }
}

async function comparedHandlers(provider: IdentityProvider): Promise<readonly Contender[]> {
  const pins = { bench: { [provider.keysUrl]: { ...provider.jwks, fetchedAt: Date.now() } } };
  await buildHandlers(["empty", "authorizer", "aws-jwt-verify", "jose-remote"]);
  await buildHandlers(["authorizer"], await writeSnapshot("compared", pins), "-pinned");
  const handlers: readonly (Pick<Contender, "name" | "bundle"> & { readonly hasSnapshot?: true })[] = [
    { name: EMPTY, bundle: "empty" },
    { name: "authorizer with a snapshot", bundle: "authorizer-pinned", hasSnapshot: true },
    { name: "authorizer without one", bundle: "authorizer" },
    { name: "aws-jwt-verify", bundle: "aws-jwt-verify" },
    { name: "jose, remote key set", bundle: "jose-remote" },
  ];
  const { environment } = provider;
  const event = () => AUTHORIZERS["http"]?.(provider.mint());
  return handlers.map(({ name, bundle, hasSnapshot = false }) => {
    return { name, hasSnapshot, readsRevocations: false, bundle: bundleOf(bundle), environment, event };
  });
}

/** Every authorizer with and without pinned keys, and one with revocations as well; the environment is that of the others and more. */
async function deployedHandlers(
  { token, published, environment: own }: DeployedAuthorizers,
  provider: IdentityProvider,
  database: Database,
): Promise<readonly Contender[]> {
  provider.standInFor(published);
  await buildFetching(provider.keysUrl);
  const environment = { ...provider.environment, ...own };
  const plain = Object.entries(AUTHORIZERS).flatMap(([name, makeEvent]): Contender[] => {
    const common = { readsRevocations: false, environment, event: () => makeEvent(token) };
    return [
      { ...common, name: `\`${name}\`, deployed with a snapshot`, hasSnapshot: true, bundle: bundleOf(`${name}-pinned`) },
      { ...common, name: `\`${name}\`, deployed without one`, hasSnapshot: false, bundle: bundleOf(fetchingName(name)) },
    ];
  });
  const withRevocations: Contender = {
    name: "`http`, deployed, with revocations too",
    hasSnapshot: true,
    readsRevocations: true,
    bundle: bundleOf(PINNED_WITH_REVOCATIONS),
    environment: { ...environment, ...database.environment },
    event: () => AUTHORIZERS["http"]?.(token),
  };
  return [...plain, withRevocations];
}

async function start(
  contenders: readonly Contender[],
  provider: IdentityProvider,
  rounds: number,
  wrap: readonly string[],
): Promise<readonly ColdStart[]> {
  const samples = contenders.map((): Sample[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round) % contenders.length;
      const contender = contenders[index];
      if (contender !== undefined) samples[index]?.push(await startOnce(contender, provider, wrap));
    }
  }
  return contenders.map(({ name, hasSnapshot, readsRevocations }, index) => {
    const own = samples[index] ?? [];
    const middle = (part: keyof Sample) => median(own.map((sample) => sample[part]));
    const medians = { init: middle("init"), first: middle("first"), second: middle("second"), fetches: middle("fetches") };
    return { name, hasSnapshot, readsRevocations, ...medians };
  });
}

async function startOnce(
  { name, bundle, environment, event }: Contender,
  provider: IdentityProvider,
  wrap: readonly string[],
): Promise<Sample> {
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
    return { init: sandbox.initMs, first, second, fetches: provider.fetches() - before };
  } finally {
    await sandbox.stop();
  }
}
