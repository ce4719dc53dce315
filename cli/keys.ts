import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { defineCommand } from "citty";
import { plain, show } from "../src/explain/safe-text.ts";
import type { Gateway } from "../src/gateway.ts";
import type { KeySnapshot } from "../src/keys/create-keys.ts";
import { type KeySet, readKeySet } from "../src/keys/key-set.ts";
import { httpsFetch } from "../src/keys/transport.ts";
import { loadGateway } from "./load-gateway.ts";
import { compareKeys, fetchLive, hasKeySets, makeSnapshot, pinnedAt } from "./pin-keys.ts";
import { readSnapshot, renderSnapshot, SNAPSHOT_FILE } from "./snapshot-file.ts";
import { attempt, checkArguments, UsageError } from "./usage.ts";

const CONFIG = { type: "string", description: "the gateway's configuration", default: "gateway.config.ts" } as const;
const FILE = { type: "string", description: "the snapshot", default: SNAPSHOT_FILE } as const;
const LIVE = { fetch: httpsFetch, clock: Date.now };

const LENIENT = { type: "boolean", description: "exit with 0 even where an issuer's keys could not be fetched", default: false } as const;

const PIN = { config: CONFIG, out: FILE, lenient: LENIENT };
const LIST = { file: FILE };
const CHECK = { config: CONFIG, file: FILE };

const pin = defineCommand({
  meta: { name: "pin", description: "Fetch every issuer's keys and write the snapshot that the build bundles" },
  args: PIN,
  run: ({ args, rawArgs }) =>
    attempt(async () => {
      checkArguments(rawArgs, PIN, "keys pin");
      // A deployment is not to depend on every identity provider being up: what is not pinned is fetched at run time.
      await pinKeys(await loadGateway(args.config), args.out, args.lenient ? (message) => console.error(message) : fail);
    }),
});

const list = defineCommand({
  meta: { name: "list", description: "Show the keys of the snapshot" },
  args: LIST,
  run: ({ args, rawArgs }) =>
    attempt(async () => {
      checkArguments(rawArgs, LIST, "keys list");
      console.log(listKeys(await requireSnapshot(args.file), Date.now()));
    }),
});

const check = defineCommand({
  meta: { name: "check", description: "Compare the snapshot with what the issuers publish now; exit code 1 where they differ" },
  args: CHECK,
  run: ({ args, rawArgs }) =>
    attempt(async () => {
      checkArguments(rawArgs, CHECK, "keys check");
      await checkKeys(await loadGateway(args.config), args.file);
    }),
});

const NOTHING_TO_PIN =
  "There is nothing to pin: no issuer publishes a key set. Keys that have a file each are fetched when a token names one.";

/** `sallyport keys`: the snapshot that lets a cold start verify tokens without the network. */
export const keys = defineCommand({
  meta: { name: "keys", description: "Pin the issuers' keys for cold starts, list and check them" },
  subCommands: { pin, list, check },
});

async function pinKeys(gateway: Gateway, out: string, complain: (message: string) => void): Promise<void> {
  if (!hasKeySets(gateway)) return sayNothingToPin(out, console.log);
  const previous = await readPrevious(out, complain);
  const live = await fetchLive(gateway, LIVE);
  const snapshot = makeSnapshot(live, previous);
  if (Object.keys(snapshot).length > 0) await writeFile(out, renderSnapshot(snapshot));
  for (const { issuer, url, pinned } of live) {
    if (pinned !== null) console.log(`${issuer}: ${count(pinned.keys)} from ${url}`);
    else complain(`${issuer}: the keys could not be fetched from ${url}; ${describeKept(previous, issuer, url)}.`);
  }
}

function describeKept(previous: KeySnapshot | null, issuer: string, url: string): string {
  const kept = pinnedAt(previous, issuer, url);
  return kept === null ? "none are pinned" : `those of ${new Date(kept.fetchedAt).toISOString()} stay pinned`;
}

/** A file of an earlier configuration may lie there: pinning again would not mend it. */
function sayNothingToPin(file: string, complain: (message: string) => void): void {
  console.log(NOTHING_TO_PIN);
  if (existsSync(file)) complain(`Delete ${file}: nothing in it is used.`);
}

async function checkKeys(gateway: Gateway, file: string): Promise<void> {
  if (!hasKeySets(gateway)) return sayNothingToPin(file, fail);
  const snapshot = await requireSnapshot(file);
  const live = await fetchLive(gateway, LIVE);
  const drift = compareKeys(snapshot, live, { now: Date.now(), maxStale: gateway.keys.maxStale * 1_000 });
  for (const { issuer, message } of drift) fail(plain(`${issuer}: ${message}`));
  if (drift.length === 0) console.log("The snapshot holds what the issuers publish.");
}

/** One line for each key: issuer, key id, algorithms, age, and where it was fetched. */
function listKeys(snapshot: KeySnapshot, now: number): string {
  const rows = Object.entries(snapshot).flatMap(([issuer, pins]) =>
    Object.entries(pins).flatMap(([url, pinned]) =>
      usable(readKeySet(pinned)).map(({ kid, algorithms }) =>
        [issuer, show(kid), algorithms.join(","), age(now - pinned.fetchedAt), url].map(plain),
      ),
    ),
  );
  const lines = [["issuer", "kid", "algorithm", "age", "source"], ...rows];
  const widths = (lines[0] ?? []).map((_title, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const usable = (set: KeySet) => [...set.values()].flat();
const count = (list: readonly unknown[]) => `${list.length} ${list.length === 1 ? "key" : "keys"}`;

function age(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 120) return `${minutes}m`;
  return minutes < 2_880 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1_440)}d`;
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

/** A snapshot that cannot be read keeps nothing, and does not stop its own replacement. */
async function readPrevious(path: string, complain: (message: string) => void): Promise<KeySnapshot | null> {
  return readSnapshot(path).catch((error: Error) => {
    complain(`sallyport: ${error.message}`);
    return null;
  });
}

async function requireSnapshot(path: string): Promise<KeySnapshot> {
  const snapshot = await readSnapshot(path).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  if (snapshot === null) throw new UsageError(`there is no ${path}. Write it with sallyport keys pin.`);
  return snapshot;
}
