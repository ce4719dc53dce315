import { EMPTY_HANDLER } from "./bundles.ts";
import { type ColdStart, EMPTY } from "./cold-start.ts";
import type { GrowthResult } from "./growth.ts";
import { growthOf } from "./memory.ts";
import type { Results } from "./results.ts";

/** One promise about speed or size, and what came of it. */
export interface Budget {
  readonly promise: string;
  readonly limit: number;
  readonly unit: string;
  readonly measured: (results: Results) => number;
}

const rs256 = ({ verification }: Results) => verification.find(({ algorithm }) => algorithm === "RS256");
/** Milliseconds. */
export const importTimeOf = ({ bundles }: Results, name: string) =>
  bundles.find((bundle) => bundle.name === name)?.importTime ?? Number.NaN;
const authorizers = ({ bundles }: Results) => bundles.filter(({ isOurs }) => isOurs);

/** Every promise. A missed one is reported as missed. */
export const BUDGETS: readonly Budget[] = [
  {
    promise: "A never-seen RS256 token, whole authorizer, against bare `crypto.verify`",
    limit: 1.5,
    unit: "×",
    measured: (results) => (rs256(results)?.neverSeen ?? Number.NaN) / (rs256(results)?.bare ?? Number.NaN),
  },
  {
    promise: "A never-seen token, whole authorizer, against the fastest peer's verification alone (worst algorithm)",
    limit: 1,
    unit: "×",
    measured: ({ verification }) => Math.max(...verification.map(({ neverSeen, peers }) => neverSeen / fastest(peers))),
  },
  {
    promise: "A repeated RS256 token, whole authorizer",
    limit: 6,
    unit: "µs",
    measured: (results) => rs256(results)?.repeated ?? Number.NaN,
  },
  {
    promise: "The largest authorizer bundle, minified",
    limit: 60,
    unit: "kB",
    measured: (results) => Math.max(...authorizers(results).map(({ bytes }) => (bytes ?? 0) / 1_000)),
  },
  {
    promise: "The slowest authorizer's import, over an empty handler's",
    limit: 8,
    unit: "ms",
    measured: (results) => Math.max(...authorizers(results).map(({ importTime }) => importTime)) - importTimeOf(results, EMPTY_HANDLER),
  },
  {
    promise: [
      "Init and first invocation of a cold start with a snapshot, without revocations, which are one read of their table more,",
      "against an empty handler (worst authorizer)",
    ].join(" "),
    limit: 1.3,
    unit: "×",
    measured: ({ coldStarts }) =>
      Math.max(...coldStarts.full.filter(({ hasSnapshot, readsRevocations }) => hasSnapshot && !readsRevocations).map(totalOf)) /
      totalOf(coldStarts.full.find(({ name }) => name === EMPTY)),
  },
  {
    promise: "Requests for keys in a cold start with a snapshot (worst authorizer)",
    limit: 0,
    unit: "",
    measured: ({ coldStarts }) => Math.max(...coldStarts.full.filter(({ hasSnapshot }) => hasSnapshot).map(({ fetches }) => fetches)),
  },
  {
    promise: "Resident memory at the end of all invocations, against a fifth of the way",
    limit: 1.1,
    unit: "×",
    measured: ({ memory }) => Math.max(...memory.map(growthOf)),
  },
  {
    promise: "One decision with 1,000 issuers, or routes that share rules, against one with a single one",
    limit: 1.2,
    unit: "×",
    measured: ({ growth }) => Math.max(...growth.filter(({ sharesRules }) => sharesRules).map(timesAtMost)),
  },
];

/** Milliseconds until the first answer. */
export function totalOf({ init, first }: Pick<ColdStart, "init" | "first"> = { init: Number.NaN, first: Number.NaN }): number {
  return init + first;
}

const timesAtMost = ({ bySize }: GrowthResult) => (bySize.at(-1)?.microseconds ?? Number.NaN) / (bySize[0]?.microseconds ?? Number.NaN);
const fastest = (times: Readonly<Record<string, number | null>>) => Math.min(...Object.values(times).filter((time) => time !== null));
