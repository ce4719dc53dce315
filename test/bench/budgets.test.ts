import { expect, it } from "vitest";
import { BUDGETS } from "../../bench/budgets.ts";
import type { ColdStart } from "../../bench/cold-start.ts";
import type { GrowthResult } from "../../bench/growth.ts";
import type { Results } from "../../bench/results.ts";

const coldStart = (name: string, total: number, more: Partial<ColdStart> = {}): ColdStart => {
  return { name, hasSnapshot: false, readsRevocations: false, init: total, first: 0, second: 0, fetches: 0, ...more };
};
const growth = (name: string, times: number, sharesRules: boolean): GrowthResult => {
  const bySize = [1, times].map((microseconds, index) => ({ size: 1_000 ** index, microseconds }));
  return { name, sharesRules, bySize };
};

/** @param start how the promise begins */
function measured(start: string, results: Partial<Results>): number | undefined {
  const found = BUDGETS.filter(({ promise }) => promise.startsWith(start));
  expect(found).toHaveLength(1);
  return found[0]?.measured(results as Results);
}

const full = [
  coldStart("empty handler", 10),
  coldStart("one", 11, { hasSnapshot: true }),
  coldStart("another", 13, { hasSnapshot: true }),
  coldStart("fetches, with a snapshot of nothing", 30, { fetches: 4 }),
  coldStart("reads more", 20, { hasSnapshot: true, readsRevocations: true, fetches: 1 }),
];

it("holds cold starts with keys in the bundle, revocations aside, to their budget, whatever the rows are called", () => {
  const promise = "Init and first invocation of a cold start with a snapshot, without revocations";
  expect(measured(promise, { coldStarts: { full, limited: null } })).toBe(1.3);
});

it("asks no cold start with keys in its bundle to fetch any, with revocations or without", () => {
  expect(measured("Requests for keys", { coldStarts: { full, limited: null } })).toBe(1);
});

it("holds tables whose routes share rules to the budget of growth, and says so", () => {
  const series = [growth("a", 1.1, true), growth("b", 1.05, true), growth("c", 1.7, false)];
  expect(measured("One decision with 1,000 issuers, or routes that share rules", { growth: series })).toBe(1.1);
});
