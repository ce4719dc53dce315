/** How much one run measures: rounds, processes, invocations. */
export interface Plan {
  readonly verification: number;
  readonly growth: number;
  readonly imports: number;
  readonly coldStarts: ColdStartPlan;
  readonly herd: number;
  readonly invocations: number;
}

/** Rounds of cold starts. */
export interface ColdStartPlan {
  readonly full: number;
  /** With a small function's share of the processor; 0: not at all. */
  readonly limited: number;
  /** Whether those are of the deployed authorizers too, which takes seconds for each. */
  readonly limitsDeployed: boolean;
}

/** Full is what is published; quick takes under a minute; smoke only shows that everything runs. */
export const PLANS: Readonly<Record<"full" | "quick" | "smoke", Plan>> = {
  full: {
    verification: 61,
    growth: 101,
    imports: 31,
    coldStarts: { full: 25, limited: 3, limitsDeployed: true },
    herd: 16,
    invocations: 1_000_000,
  },
  quick: {
    verification: 5,
    growth: 15,
    imports: 5,
    coldStarts: { full: 3, limited: 1, limitsDeployed: false },
    herd: 6,
    invocations: 30_000,
  },
  smoke: {
    verification: 1,
    growth: 1,
    imports: 1,
    coldStarts: { full: 1, limited: 0, limitsDeployed: false },
    herd: 2,
    invocations: 500,
  },
};
