import { afterEach, expect, it, vi } from "vitest";
import { type Contender, race } from "../../bench/measure.ts";

afterEach(() => vi.restoreAllMocks());

it("a race holds each contender against the first of the same round, on a machine that changes its speed between two of them", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  // The first round warms up; in the fourth the machine becomes half as fast after the first contender, who begins that round.
  const taking = (name: string, times: readonly number[]): Contender<number> => {
    const left = [...times];
    return { name, work: () => void (now += left.shift() ?? Number.NaN) };
  };
  const contenders = [taking("first", [9, 100, 100, 100, 200, 200]), taking("second", [9, 110, 110, 220, 220, 220])];
  const [first, second] = await race(contenders, 5, () => Array.from({ length: 2_000 }, () => 0));
  expect(first).toBeCloseTo(50);
  expect((second ?? 0) / (first ?? 0)).toBeCloseTo(1.1);
});
