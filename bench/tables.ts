import { EMPTY_HANDLER } from "./bundles.ts";
import { BUDGETS, importTimeOf, totalOf } from "./budgets.ts";
import { type ColdStart, type ColdStarts, EMPTY } from "./cold-start.ts";
import type { GrowthResult } from "./growth.ts";
import { type HerdResult, SLOWNESS } from "./herd.ts";
import type { MemoryResult } from "./memory.ts";
import type { Results } from "./results.ts";
import type { RevocationResult } from "./revocations.ts";
import type { VerificationResult } from "./verification.ts";

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map((_, index) => (index === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const times = (value: number) => `${value.toFixed(2)}×`;
const kB = (bytes: number | null) => (bytes === null ? "–" : `${(bytes / 1_000).toFixed(1)} kB`);

/** Every table as Markdown, the budgets first; a missed one says so. */
export function writeTables(results: Results): string {
  return [
    `## Budgets\n\n${budgets(results)}`,
    `## A token never seen\n\n${neverSeen(results.verification)}`,
    `## A token seen before\n\n${repeated(results.verification)}`,
    `## Bundles\n\n${bundles(results)}`,
    `## Cold starts\n\n${coldStarts(results.coldStarts)}`,
    `## Many cold starts at once\n\n${herd(results.herd)}`,
    `## Growth\n\n${growth(results.growth)}`,
    `## Revocations\n\nA token seen before, with and without a table of revocations.\n\n${revocations(results.revocations)}`,
    `## Memory\n\n${memory(results.memory)}`,
  ].join("\n\n");
}

function budgets(results: Results): string {
  const rows = BUDGETS.map(({ promise, limit, unit, measured }) => {
    const value = measured(results);
    return [
      promise,
      `${limit} ${unit}`.trim(),
      `${value.toFixed(unit === "" ? 0 : 2)} ${unit}`.trim(),
      value <= limit ? "kept" : "**missed**",
    ];
  });
  return table(["Budget", "At most", "Measured", ""], rows);
}

function neverSeen(results: readonly VerificationResult[]): string {
  const peers = Object.keys(results[0]?.peers ?? {});
  const rows = results.map(({ algorithm, bare, neverSeen: own, peers: byPeer }) => {
    const others = peers.map((name) => byPeer[name] ?? null).map((time) => (time === null ? "–" : times(time / bare)));
    return [algorithm, `${bare.toFixed(1)} µs`, times(own / bare), ...others];
  });
  return `${table(["", "`crypto.verify`", "authorizer", ...peers], rows)}\n\n–: the library does not know the algorithm.`;
}

function repeated(results: readonly VerificationResult[]): string {
  const peers = Object.keys(results[0]?.peersRepeated ?? {});
  const rows = results.map(({ algorithm, repeated: own, peersRepeated }) => {
    const others = peers.map((name) => `${(peersRepeated[name] ?? Number.NaN).toFixed(1)} µs`);
    return [algorithm, `${own.toFixed(1)} µs`, ...others];
  });
  const note = "The other peers remember no tokens: for them, one seen before costs as much as one never seen.";
  return `${table(["", "authorizer", ...peers], rows)}\n\n${note}`;
}

function bundles(results: Results): string {
  const empty = importTimeOf(results, EMPTY_HANDLER);
  const milliseconds = (time: number) => `${time.toFixed(1)} ms`;
  const rows = results.bundles.map(({ name, bytes, gzipBytes, importTime, bareImportTime }) => {
    return [name, kB(bytes), kB(gzipBytes), milliseconds(importTime), milliseconds(importTime - empty), milliseconds(bareImportTime)];
  });
  const note = [
    "The sample's authorizers with its configuration less the revocations, and one of them with all of it. The AWS SDK, which revocations",
    "need, is in files of its own: not counted here, and in the cold start below. The peers' handlers only verify, for one issuer.",
    "Imports are in a process that has loaded `node:http`, as Lambda's runtime has before it imports a handler, and in a bare one.",
  ].join("\n");
  const { name, parts } = results.largest;
  const [large, small] = [parts.filter(({ bytes }) => bytes >= 500), parts.filter(({ bytes }) => bytes < 500)];
  const rest = small.reduce((sum, { bytes }) => sum + bytes, 0);
  const shares = [...large.map((part) => [`\`${part.name}\``, kB(part.bytes)]), ["the rest", kB(rest)]];
  const made = `What \`${name}\` is made of, without what esbuild adds:\n\n${table(["", "minified"], shares)}`;
  return `${note}\n\n${table(["", "minified", "gzipped", "import", "over an empty handler", "import, bare process"], rows)}\n\n${made}`;
}

function growth(results: readonly GrowthResult[]): string {
  const sizes = results[0]?.bySize.map(({ size }) => size.toLocaleString("en")) ?? [];
  const rows = results.map(({ name, bySize }) => {
    const one = bySize[0]?.microseconds ?? Number.NaN;
    return [name, ...bySize.map(({ microseconds }) => times(microseconds / one))];
  });
  const note = [
    "One decision on an RS256 token never seen, with the last issuer or route of the table, against a table of one. The authorizer of a",
    "REST API answers with a policy over every route that the token may use, so it decides every rule there is: one where all routes share",
    "it, and 501 for the 1,000 routes of the last row, which no budget covers.",
  ].join("\n");
  return `${note}\n\n${table(["", ...sizes], rows)}`;
}

const ms = (value: number) => `${value.toFixed(1)} ms`;

function coldStarts({ full, limited }: ColdStarts): string {
  return [
    "Fresh processes behind a Lambda Runtime API on loopback: the start of Node and of the bundle (init), the first and the second",
    "invocation, and what init and first invocation cost against the empty handler's. Keys are one loopback TLS request away. This is a",
    "model of Lambda's processor time alone: no sandbox is created and no code downloaded. Revocations, where they are configured, are one",
    "read of a loopback DynamoDB before the first answer; the AWS SDK begins to load in the init phase.",
    "",
    "The deployed authorizers without a snapshot begin to fetch the keys of every issuer of the sample's configuration in the init phase,",
    "all at once; the first invocation waits for those that its token needs. None of these issuers exists, so these bundles, and no others,",
    "are built with the transport of the [local twin](../local-twin.md): it asks the issuer on loopback for whatever key is wanted.",
    "",
    "![Cold starts](cold-start.svg)",
    "",
    coldStartTable(full),
    "",
    limited === null
      ? "With a small function's share of the processor: not measured. It takes the right to make a control group."
      : `With the processor share of a ${limited.megabytes} MB function (control group, medians of ${limited.rounds}; Lambda gives more to the init phase${limited.results.length < full.length ? "; the deployed authorizers only in a full run" : ""}):\n\n${coldStartTable(limited.results)}`,
  ].join("\n");
}

function coldStartTable(results: readonly ColdStart[]): string {
  const empty = totalOf(results.find(({ name }) => name === EMPTY));
  const rows = results.map((one) => [one.name, ms(one.init), ms(one.first), ms(one.second), `${one.fetches}`, times(totalOf(one) / empty)]);
  return table(["", "init", "first", "second", "requests for keys", "init and first"], rows);
}

function herd(results: readonly HerdResult[]): string {
  const rows = results.map((one) => [one.tier, `${one.processes}`, `${one.fetches}`, `${one.answered}`, ms(one.median), ms(one.worst)]);
  const head = ["keys from", "processes", "requests to the issuer", "let in", "median", "slowest"];
  const note = `The issuer takes ${SLOWNESS} ms for every answer. From the start of a process to its first answer; all share this machine's processors. A process that gets no keys within 1.5 s refuses its token.`;
  return `${note}\n\n${table(head, rows)}`;
}

function revocations(results: readonly RevocationResult[]): string {
  const rows = results.map(({ name, microseconds, readings }) => [name, `${microseconds.toFixed(1)} µs`, readings.toFixed(3)]);
  return table(["", "one request", "readings of the table for each"], rows);
}

function memory(results: readonly MemoryResult[]): string {
  const MB = (bytes = Number.NaN) => `${(bytes / 1_000_000).toFixed(0)} MB`;
  const rows = results.map(({ name, invocations, samples }) => {
    const settled = samples[Math.floor(samples.length / 5)];
    return [name, invocations.toLocaleString("en"), MB(samples[0]), MB(settled), MB(Math.max(...samples)), MB(samples.at(-1))];
  });
  const head = ["", "invocations", "before", "a fifth of the way", "at most", "at the end"];
  return `Resident memory of one process, after garbage collection.\n\n![Memory](memory.svg)\n\n${table(head, rows)}`;
}
