/** `npm run soak [-- --minutes 60 --seed 1]`: mixed traffic against two bundles, each in its own sandbox, held against the oracle. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Sandbox, startSandbox } from "../../bench/lambda/runtime-api.ts";
import { build } from "../../scripts/build.ts";
import { readArguments } from "../../scripts/read-arguments.ts";
import { HTTP, REST, type SoakedApi } from "./authorizers.ts";
import { disturbKeys, disturbTable } from "./disturbances.ts";
import { KeyPublisher } from "./key-publisher.ts";
import { judge, Known, type Question, SCOPES, type Span, type World } from "./oracle.ts";
import { seededRandom } from "./random.ts";
import { Report } from "./report.ts";
import { RevocationTable } from "./revocation-table.ts";
import { Traffic } from "./traffic.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const OUT = ".build/soak";
/** A heap as in a function with 256 MB. With a whole machine's memory Node puts off collecting, and growth says nothing. */
const HEAP = ["--max-old-space-size=230", "--max-semi-space-size=12"];
/** Milliseconds from one answer to the next above which a key fetch may have been too late, if nothing else took that long. */
const STALL = 1_000;

const { minutes, seed } = readArguments(
  "npm run soak -- [--minutes <number above 0>] [--seed <whole number>]",
  { minutes: { type: "string", default: "60" }, seed: { type: "string" } },
  (values) => {
    const [minutes, seed] = [Number(values.minutes), Number(values.seed ?? Date.now() % 1_000_000)];
    return minutes > 0 && Number.isInteger(seed) ? { minutes, seed } : null;
  },
);

/** One sandbox under traffic until the time is over. */
async function soak(api: SoakedApi, sandbox: Sandbox, traffic: Traffic, world: World, until: number, report: Report): Promise<void> {
  const known = new Known();
  let last = Date.now();
  for (let count = 0; Date.now() < until; count++) {
    const request = traffic.next();
    const before = Date.now();
    const answer = await sandbox.invoke(api.event(request));
    const after = Date.now();
    if (isStall({ before: last, after }, world)) {
      known.stalls.push({ before: last, after });
      report.stall();
    }
    last = after;
    const outcome = api.outcome(answer, request);
    const question = { ...request, before, after, isReused: api.name === "rest" };
    const judgement = await judge(question, known, world);
    report.count({ api: api.name, kind: request.kind, outcome, judgement, milliseconds: after - before });
    for (const route of SCOPES.keys()) {
      const opens = route === request.route ? null : api.opens(answer, route);
      if (opens !== null) await judgeReuse({ ...question, route }, opens, known, world, report);
    }
    // Only now: what this request may have read was no older answer to any of these.
    if (judgement.read !== null) known.held.note(judgement.read, question, world.table);
    // The public route lets anything through.
    if (outcome === "allow" && request.route !== "GET /health") remember(known.accepted, request.authorization);
    if (count % 500 === 0) report.sample(api.name, sandbox.memory());
  }
}

/** A policy is cached and used again for all of an API: it may let nobody in elsewhere whom the oracle would not, nor shut anybody out. */
async function judgeReuse(question: Question, opens: boolean, known: Known, world: World, report: Report): Promise<void> {
  const { allowed } = await judge(question, known, world);
  const isRight = opens ? allowed.includes("allow") : allowed.some((outcome) => outcome !== "allow");
  report.reuse();
  const what = `an answer ${opens ? "opens" : "closes"} ${question.route}, where right is ${allowed.join(" or ")}`;
  if (!isRight) report.wrong("rest", what, question.after - question.before);
}

/** A table that does not answer takes two seconds of a request's time, and no key fetch's. */
function isStall({ before, after }: Span, { table }: World): boolean {
  return after - before >= STALL && !table.outages.some(({ from, to }) => from <= after && (to ?? after) >= before);
}

function remember(accepted: Set<string>, authorization: string | null): void {
  const header = authorization?.replace("Bearer ", "").split(".")[0];
  const { kid } = JSON.parse(Buffer.from(header ?? "e30", "base64url").toString() || "{}") as { kid?: string };
  if (kid !== undefined) accepted.add(kid);
}

const publisher = new KeyPublisher();
const table = new RevocationTable();
const keysUrl = await publisher.start();
const environment = await table.start();
await build({ outdir: OUT, local: { keysUrl }, entries: { http: "test/soak/http.ts", rest: "test/soak/rest.ts" } });
const apis = [HTTP, REST];
const sandboxes = await Promise.all(
  apis.map((api) => startSandbox({ bundle: join(root, OUT, api.name, "index.mjs"), environment, flags: HEAP })),
);
const traffics = apis.map((_, index) => new Traffic(publisher, seededRandom(seed + index + 1)));
console.log(`seed ${seed}, ${minutes} min, ${apis.length} sandboxes`);
const disturbing = [
  setInterval(disturbKeys, 1_000, publisher, seededRandom(seed)),
  setInterval(disturbTable, 1_000, table, traffics, seededRandom(seed + apis.length + 1)),
];
const report = new Report();
const world = { publisher, table };
const until = Date.now() + minutes * 60_000;
try {
  await Promise.all(apis.map((api, index) => soak(api, sandboxes[index] as Sandbox, traffics[index] as Traffic, world, until, report)));
} finally {
  for (const timer of disturbing) clearInterval(timer);
  publisher.stop();
  await Promise.all(sandboxes.map((sandbox) => sandbox.stop()));
  await table.stop();
  await rm(join(root, OUT), { recursive: true, force: true });
}
const faults = report.print(
  world,
  sandboxes.map((sandbox) => sandbox.stderr()),
);
process.exitCode = faults === 0 ? 0 : 1;
