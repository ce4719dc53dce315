import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const CHILD = fileURLToPath(new URL("memory-child.ts", import.meta.url));

/** Resident memory of one process over many invocations. */
export interface MemoryResult {
  readonly name: string;
  readonly invocations: number;
  /** Bytes, evenly spread over the invocations, the first before any. */
  readonly samples: readonly number[];
}

/** Tokens that come round again only after so many others count as distinct: the memo keeps a thousand at most. */
const DISTINCT = 20_000;

/** Two processes at once, one of which sees ever new tokens, the other one token all the time. */
export async function measureMemory(invocations: number): Promise<readonly MemoryResult[]> {
  const count = Math.min(DISTINCT, invocations);
  const kinds = { distinct: `${count.toLocaleString("en")} tokens in turn`, repeated: "one token" };
  return Promise.all(
    Object.entries(kinds).map(async ([kind, name]) => {
      const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", CHILD, kind, String(invocations), String(count)]);
      return { name, invocations, samples: JSON.parse(stdout) as number[] };
    }),
  );
}

/** How far memory has grown over the last four fifths, by which time everything is loaded and compiled: 1 is not at all. */
export function growthOf({ samples }: MemoryResult): number {
  const settled = samples.slice(Math.floor(samples.length / 5));
  return (settled.at(-1) ?? Number.NaN) / (settled[0] ?? Number.NaN);
}
