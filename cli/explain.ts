import { text as readAll } from "node:stream/consumers";
import { defineCommand } from "citty";
import { explain as explainToken } from "../src/explain/explain.ts";
import type { Explanation } from "../src/explain/explanation.ts";
import { renderExplanation } from "../src/explain/render.ts";
import { safeJson } from "../src/explain/safe-text.ts";
import { findTarget } from "./local-twin.ts";
import { readSnapshot } from "./snapshot-file.ts";
import { attempt, checkArguments, UsageError } from "./usage.ts";

const ARGUMENTS = {
  token: { type: "positional", description: "the token, or - to read it from standard input, which no shell remembers", required: true },
  route: { type: "string", description: 'a route of the table or a request: "GET /orders", "GET /orders/42"', valueHint: "GET /orders" },
  unverified: { type: "boolean", description: "show header and claims although nothing vouches for them", default: false },
  json: { type: "boolean", description: "print one JSON document", default: false },
  config: { type: "string", description: "the gateway's configuration", default: "gateway.config.ts" },
  local: { type: "boolean", description: "use the keys of the local twin, and example values for unset variables", default: false },
  snapshot: { type: "string", description: "use these pinned keys and no network", valueHint: "keys.snapshot.json" },
  "skip-revocations": { type: "boolean", description: "do not ask whether the token was revoked", default: false },
  at: { type: "string", description: "explain as of another time", valueHint: "2026-11-20T12:00:00Z" },
} as const;

/** 1 is for a command that was not understood. */
const EXIT_CODES: Readonly<Record<Explanation["verdict"], number>> = {
  allowed: 0,
  verified: 0,
  unauthenticated: 2,
  denied: 2,
  unavailable: 3,
};

interface Arguments {
  readonly token: string;
  readonly route?: string | undefined;
  readonly unverified: boolean;
  readonly json: boolean;
  readonly config: string;
  readonly local: boolean;
  readonly snapshot?: string | undefined;
  readonly "skip-revocations": boolean;
  readonly at?: string | undefined;
}

/** `sallyport explain`: what the gateway makes of a token, step by step. */
export const explain = defineCommand({
  meta: { name: "explain", description: "Say what becomes of a token, step by step, and why" },
  args: ARGUMENTS,
  run: ({ args, rawArgs }) =>
    attempt(async () => {
      checkArguments(rawArgs, ARGUMENTS, "explain");
      await run(args);
    }),
});

async function run(args: Arguments): Promise<void> {
  const clock = readClock(args.at);
  const target = await findTarget(args.config, args.local);
  if (target === null) return;
  const { gateway, fetch, notice } = target;
  const token = withoutScheme((args.token === "-" ? await readAll(process.stdin) : args.token).trim());
  const keys = args.snapshot === undefined ? { fetch } : { fetch: offline, snapshot: await requireSnapshot(args.snapshot) };
  const revocations = !args["skip-revocations"] && args.snapshot === undefined;
  const options = { ...keys, clock, revocations, route: args.route, unverified: args.unverified };
  const explanation = await explainToken(gateway, token, options);
  if (notice !== null) console.error(notice);
  console.log(args.json ? safeJson(explanation) : renderExplanation(explanation));
  process.exitCode = EXIT_CODES[explanation.verdict];
}

/** A whole header, as it is copied from a browser or a curl command, holds a token too. */
const withoutScheme = (text: string) => text.replace(/^(?:authorization:\s*)?bearer\s+(?=\S)/i, "");

const offline = () => Promise.reject(new Error("No network was wanted."));

function readClock(at: string | undefined): () => number {
  if (at === undefined) return Date.now;
  const time = Date.parse(at);
  if (Number.isNaN(time)) throw new UsageError("--at takes a time such as 2026-11-20T12:00:00Z.");
  return () => time;
}

async function requireSnapshot(path: string) {
  const snapshot = await readSnapshot(path).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  if (snapshot === null) throw new UsageError(`there is no ${path}. Write it with sallyport keys pin.`);
  return snapshot;
}
