import type { ReasonCode } from "../errors.ts";
import type { Evidence } from "./evidence.ts";
import type { NameTrace } from "./rule-trace.ts";

/** What hints are found by. */
export interface HintEvidence extends Evidence {
  readonly names: readonly NameTrace[];
}

/** One thing that often turns out to be the cause, and how to tell. */
export interface Hint {
  readonly codes: readonly ReasonCode[];
  readonly when: (evidence: HintEvidence) => boolean;
  /** Fixed words and names of the configuration: never a claim's value, whose token may not have been verified. */
  readonly text: string | ((evidence: HintEvidence) => string);
}
