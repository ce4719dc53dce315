/** `npm run soak [-- --minutes 60 --seed 1]`: mixed traffic against two bundles, each in its own sandbox, held against the oracle. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { type Sandbox, startSandbox } from "../../bench/lambda/runtime-api.ts";
import { build } from "../../scripts/build.ts";
import { HTTP, REST, type SoakedApi } from "./authorizers.ts";
import { FAULTS, KeyPublisher } from "./key-publisher.ts";
import { judge } from "./oracle.ts";
import { pick, seededRandom } from "./random.ts";
import { Report } from "./report.ts";
import { Traffic } from "./traffic.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const OUT = ".build/soak";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "60" }, seed: { type: "string" } } });
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error("usage: npm run soak -- [--minutes <number above 0>] [--seed <whole number>]");
  process.exit(2);
}

/** Breaks and mends the key endpoints, and rotates keys, as the random numbers say. */
function disturb(publisher: KeyPublisher, random: () => number): void {
  for (const issuer of ["shop", "staff"] as const) {
    if (publisher.isFailing(issuer)) {
      if (random() < 0.2) publisher.recover(issuer);
    } else if (random() < 0.04) publisher.fail(issuer, pick(FAULTS, random));
    if (random() < 0.01) publisher.rotate(issuer);
  }
}

/** One sandbox under traffic until the time is over. */
async function soak(api: SoakedApi, sandbox: Sandbox, publisher: KeyPublisher, random: () => number, until: number, report: Report) {
  const traffic = new Traffic(publisher, random);
  const accepted = new Set<string>();
  for (let count = 0; Date.now() < until; count++) {
    const request = traffic.next();
    const before = Date.now();
    const outcome = api.outcome(await sandbox.invoke(api.event(request)), request);
    const allowed = await judge({ ...request, accepted }, publisher, before);
    report.count(api.name, request.kind, outcome);
    if (!allowed.includes(outcome)) report.wrong(api.name, request.kind, outcome, allowed);
    // The public route lets anything through.
    if (outcome === "allow" && request.route !== "GET /health") remember(accepted, request.authorization);
    if (count % 500 === 0) report.sample(api.name, sandbox.memory());
  }
}

function remember(accepted: Set<string>, authorization: string | null): void {
  const header = authorization?.replace("Bearer ", "").split(".")[0];
  const { kid } = JSON.parse(Buffer.from(header ?? "e30", "base64url").toString() || "{}") as { kid?: string };
  if (kid !== undefined) accepted.add(kid);
}

const publisher = new KeyPublisher();
const keysUrl = await publisher.start();
await build({ outdir: OUT, local: { keysUrl }, entries: { http: "test/soak/http.ts", rest: "test/soak/rest.ts" } });
const apis = [HTTP, REST];
const sandboxes = await Promise.all(apis.map((api) => startSandbox({ bundle: join(root, OUT, api.name, "index.mjs") })));
console.log(`seed ${seed}, ${minutes} min, ${apis.length} sandboxes`);
const disturbing = setInterval(disturb, 1_000, publisher, seededRandom(seed));
const report = new Report();
const until = Date.now() + minutes * 60_000;
try {
  await Promise.all(
    apis.map((api, index) => soak(api, sandboxes[index] as Sandbox, publisher, seededRandom(seed + index + 1), until, report)),
  );
} finally {
  clearInterval(disturbing);
  publisher.stop();
  await Promise.all(sandboxes.map((sandbox) => sandbox.stop()));
  await rm(join(root, OUT), { recursive: true, force: true });
}
const faults = report.print(
  publisher,
  sandboxes.map((sandbox) => sandbox.stderr()),
);
process.exitCode = faults === 0 ? 0 : 1;
