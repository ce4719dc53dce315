import { afterEach, expect, it, vi } from "vitest";
import { type Contender, race } from "../../bench/measure.ts";

afterEach(() => vi.restoreAllMocks());

it("a race holds each contender against the first of the same round, on a machine that changes its speed between two of them", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  // The first round warms up; the second contender begins the fourth, and after it the machine becomes twice as fast.
  const taking = (name: string, times: readonly number[]): Contender<number> => {
    const left = [...times];
    return { name, work: () => void (now += left.shift() ?? Number.NaN) };
  };
  const contenders = [taking("first", [9, 200, 200, 100, 100, 100]), taking("second", [9, 220, 220, 220, 110, 110])];
  const [first, second] = await race(contenders, 5, () => Array.from({ length: 2_000 }, () => 0));
  expect(first).toBeCloseTo(50);
  expect((second ?? 0) / (first ?? 0)).toBeCloseTo(1.1);
});
