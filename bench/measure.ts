/** Something measured against others: `work` does the same task `batch` times with the tokens of one round. */
export interface Contender<Input> {
  readonly name: string;
  readonly work: (inputs: readonly Input[]) => void | Promise<void>;
}

/** Inputs before those that count: what is compared is code that the compiler has done with. */
const WARM_UP = 2_000;

/** The middle value; of an even number, the upper of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/**
 * Measures contenders by turns within every round, so that whatever else the machine does falls on all of them alike. A machine that is
 * fast in half of the rounds and slow in the others would still give one contender a fast median and another a slow one: each is held
 * against the first contender of the same round.
 * Rounds more than asked for run first and do not count; the first requests of a process are the cold start's table.
 *
 * @param inputsOf the inputs of one round, the same for every contender
 * @returns in the order of the contenders, microseconds for one input: the first one's median over the rounds, times the median of what
 * a contender took against the first
 */
export async function race<Input>(
  contenders: readonly Contender<Input>[],
  rounds: number,
  inputsOf: (round: number) => readonly Input[],
): Promise<readonly number[]> {
  const samples: number[][] = contenders.map(() => []);
  let warmedUp = 0;
  for (let round = 0, counted = 0; counted < rounds; round++) {
    const inputs = inputsOf(round);
    const counts = warmedUp >= WARM_UP;
    for (let turn = 0; turn < contenders.length; turn++) {
      // Another one begins every round: who comes first finds cooler caches.
      const index = (turn + round) % contenders.length;
      const begin = performance.now();
      await contenders[index]?.work(inputs);
      if (counts) samples[index]?.push(((performance.now() - begin) * 1_000) / inputs.length);
    }
    if (counts) counted++;
    else warmedUp += inputs.length;
  }
  const [first = []] = samples;
  const usual = median(first);
  return samples.map((times) => usual * median(times.map((time, round) => time / (first[round] ?? Number.NaN))));
}
