/**
 * `npm run fuzz`: ten million cases against four other libraries, on every processor. `--cases`, `--seed` and `--workers` change that.
 * A case that is judged wrongly is added to the regressions, which `npm test` judges every time.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import fc from "fast-check";
import { CASES, type Case } from "../test/properties/differential/cases.ts";
import { createJudge, type Tally } from "../test/properties/differential/judge.ts";
import { readArguments } from "./read-arguments.ts";

const REGRESSIONS = new URL("../test/properties/differential/regressions.json", import.meta.url);
/** Cases from one seed: few enough to run again when looking for one of them. */
const BATCH = 50_000;
/** One refusal in so many is held against every library, as is everything that is accepted. */
const EVERY = 8;

interface Job {
  readonly seeds: readonly number[];
  readonly runs: number;
}
type Message =
  | { readonly kind: "done"; readonly runs: number; readonly tally: Tally }
  | { readonly kind: "wrong"; readonly seed: number; readonly path: string; readonly what: string; readonly found: Case };

async function work({ seeds, runs }: Job): Promise<void> {
  const send = (message: Message) => parentPort?.postMessage(message, []);
  for (const seed of seeds) {
    const { judge, tally } = createJudge({ every: EVERY });
    const { failed, counterexample, counterexamplePath, errorInstance } = await fc.check(fc.asyncProperty(CASES, judge), {
      numRuns: runs,
      seed,
    });
    if (failed && counterexample !== null) {
      const what = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
      send({ kind: "wrong", seed, path: counterexamplePath ?? "", what, found: counterexample[0] });
    } else send({ kind: "done", runs, tally });
  }
}

function keep(found: Case): void {
  const known = JSON.parse(readFileSync(REGRESSIONS, "utf8")) as Case[];
  writeFileSync(REGRESSIONS, `${JSON.stringify([...known, found], null, 2)}\n`);
}

async function direct(): Promise<number> {
  const { cases, seed, workers } = readArguments(
    "npm run fuzz -- [--cases <number>] [--seed <whole number>] [--workers <number>]",
    { cases: { type: "string", default: "10000000" }, seed: { type: "string" }, workers: { type: "string" } },
    (values) => {
      const cases = Number(values.cases);
      const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 30));
      const workers = Number(values.workers ?? availableParallelism());
      return cases > 0 && workers > 0 && [cases, seed, workers].every(Number.isInteger) ? { cases, seed, workers } : null;
    },
  );
  const runs = Math.min(BATCH, Math.ceil(cases / workers));
  const seeds = Array.from({ length: Math.ceil(cases / runs) }, (_, index) => seed + index);
  console.log(`${seeds.length * runs} cases in ${seeds.length} batches, seeds ${seed} to ${seeds.at(-1)}, on ${workers} workers`);
  const sum: Tally = new Map();
  let [judged, wrong] = [0, 0];
  const onMessage = (message: Message) => {
    if (message.kind === "wrong") {
      wrong++;
      keep(message.found);
      console.error(`WRONG: ${message.what} (seed ${message.seed}, path ${message.path})\n${JSON.stringify(message.found)}`);
      return;
    }
    judged += message.runs;
    for (const [name, times] of message.tally) sum.set(name, (sum.get(name) ?? 0) + times);
    console.log(`${judged} judged, ${wrong} batches with a wrong one`);
  };
  await Promise.all(
    Array.from({ length: workers }, async (_, index) => {
      const job: Job = { seeds: seeds.filter((_seed, position) => position % workers === index), runs };
      const worker = new Worker(fileURLToPath(import.meta.url), { workerData: job });
      worker.on("message", onMessage);
      await new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));
    }),
  );
  for (const [name, times] of [...sum].toSorted(([, a], [, b]) => b - a)) console.log(`${String(times).padStart(10)}  ${name}`);
  return wrong === 0 && judged >= cases ? 0 : 1;
}

if (isMainThread) process.exitCode = await direct();
else await work(workerData as Job);
