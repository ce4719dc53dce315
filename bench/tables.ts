import type { BundleResult } from "./bundles.ts";
import type { GrowthResult } from "./growth.ts";
import { PEERS_NOT_MEASURED } from "./peers.ts";
import type { VerificationResult } from "./verification.ts";

/** All that one run measured. */
export interface Results {
  readonly verification: readonly VerificationResult[];
  readonly bundles: readonly BundleResult[];
  readonly growth: readonly GrowthResult[];
}

/** One promise about speed or size, and what came of it. */
interface Budget {
  readonly promise: string;
  readonly limit: number;
  readonly unit: string;
  readonly measured: (results: Results) => number;
}

const rs256 = ({ verification }: Results) => verification.find(({ algorithm }) => algorithm === "RS256");
const importTimeOf = ({ bundles }: Results, name: string) => bundles.find((bundle) => bundle.name === name)?.importTime ?? Number.NaN;
const authorizers = ({ bundles }: Results) => bundles.filter(({ bytes }) => bytes !== null);

const BUDGETS: readonly Budget[] = [
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
    measured: ({ verification }) => Math.max(...verification.map(({ neverSeen, peers }) => neverSeen / Math.min(...Object.values(peers)))),
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
    promise: "The slowest authorizer's import, over an empty module",
    limit: 8,
    unit: "ms",
    measured: (results) => Math.max(...authorizers(results).map(({ importTime }) => importTime)) - importTimeOf(results, "empty module"),
  },
];

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map((_, index) => (index === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const times = (value: number) => `${value.toFixed(2)}×`;
const kB = (bytes: number | null) => (bytes === null ? "–" : `${(bytes / 1_000).toFixed(1)} kB`);

/** Every table as Markdown, the budgets first; a missed one says so. */
export function writeTables(results: Results): string {
  return [
    `## Budgets\n\n${budgets(results)}`,
    `## One token\n\n${verification(results.verification)}\n\nNot installed and so not measured: ${PEERS_NOT_MEASURED.join(", ")}.`,
    `## Bundles\n\n${bundles(results)}`,
    `## Growth\n\nOne decision with the last issuer or route of the table, against a table of one.\n\n${growth(results.growth)}`,
  ].join("\n\n");
}

function budgets(results: Results): string {
  const rows = BUDGETS.map(({ promise, limit, unit, measured }) => {
    const value = measured(results);
    return [promise, `${limit} ${unit}`, `${value.toFixed(2)} ${unit}`, value <= limit ? "kept" : "**missed**"];
  });
  return table(["Budget", "At most", "Measured", ""], rows);
}

function verification(results: readonly VerificationResult[]): string {
  const peers = Object.keys(results[0]?.peers ?? {});
  const rows = results.map(({ algorithm, bare, neverSeen, repeated, peers: byPeer }) => {
    const others = peers.map((name) => times((byPeer[name] ?? Number.NaN) / bare));
    return [algorithm, `${bare.toFixed(1)} µs`, times(neverSeen / bare), times(repeated / bare), ...others];
  });
  return table(["", "`crypto.verify`", "authorizer, never seen", "authorizer, repeated", ...peers], rows);
}

function bundles(results: Results): string {
  const crypto = importTimeOf(results, "`node:crypto` alone");
  const rows = results.bundles.map(({ name, bytes, gzipBytes, importTime }) => [
    name,
    kB(bytes),
    kB(gzipBytes),
    `${importTime.toFixed(1)} ms`,
    times(importTime / crypto),
  ]);
  return table(["", "minified", "gzipped", "import", "against `node:crypto`"], rows);
}

function growth(results: readonly GrowthResult[]): string {
  const sizes = results[0]?.bySize.map(({ size }) => size.toLocaleString("en")) ?? [];
  const rows = results.map(({ name, bySize }) => {
    const one = bySize[0]?.microseconds ?? Number.NaN;
    return [name, ...bySize.map(({ microseconds }) => times(microseconds / one))];
  });
  return table(["", ...sizes], rows);
}
