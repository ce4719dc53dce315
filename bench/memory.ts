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

const KINDS = { distinct: "distinct tokens, each seen once", repeated: "one token" } as const;

/** Two processes at once: every invocation of one brings a token that it has never seen, the other sees one token all the time. */
export async function measureMemory(invocations: number): Promise<readonly MemoryResult[]> {
  return Promise.all(
    Object.entries(KINDS).map(async ([kind, name]) => {
      const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", CHILD, kind, String(invocations)]);
      return { name, invocations, samples: JSON.parse(stdout) as number[] };
    }),
  );
}

/** The next token: one that was never there before and is kept nowhere, or always the same. */
export function supplyTokens(kind: keyof typeof KINDS, mint: () => string): () => string {
  if (kind === "distinct") return mint;
  const token = mint();
  return () => token;
}

/** How far memory has grown over the last four fifths, by which time everything is loaded and compiled: 1 is not at all. */
export function growthOf({ samples }: MemoryResult): number {
  const settled = samples.slice(Math.floor(samples.length / 5));
  return (settled.at(-1) ?? Number.NaN) / (settled[0] ?? Number.NaN);
}
