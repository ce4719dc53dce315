import type { BundlePart, BundleResult } from "./bundles.ts";
import type { ColdStarts } from "./cold-start.ts";
import type { GrowthResult } from "./growth.ts";
import type { HerdResult } from "./herd.ts";
import type { MemoryResult } from "./memory.ts";
import type { RevocationResult } from "./revocations.ts";
import type { VerificationResult } from "./verification.ts";

/** All that one run measured. */
export interface Results {
  readonly verification: readonly VerificationResult[];
  readonly bundles: readonly BundleResult[];
  /** What the largest authorizer is made of. */
  readonly largest: { readonly name: string; readonly parts: readonly BundlePart[] };
  readonly growth: readonly GrowthResult[];
  readonly coldStarts: ColdStarts;
  readonly herd: readonly HerdResult[];
  readonly revocations: readonly RevocationResult[];
  readonly memory: readonly MemoryResult[];
}
