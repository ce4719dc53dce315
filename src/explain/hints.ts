import type { ReasonCode } from "../errors.ts";
import type { Hint, HintEvidence } from "./hint.ts";
import { CHECK_HINTS } from "./hints-checks.ts";
import { FORM_HINTS } from "./hints-form.ts";
import { ISSUER_HINTS } from "./hints-issuer.ts";
import { RULE_HINTS } from "./hints-rules.ts";

/** Every hint, in the order in which hints are given. */
export const HINTS: readonly Hint[] = [...FORM_HINTS, ...ISSUER_HINTS, ...CHECK_HINTS, ...RULE_HINTS];

/** What probably happened, most telling first; may be empty. */
export function hintsFor(code: ReasonCode, evidence: HintEvidence): readonly string[] {
  return HINTS.filter((hint) => hint.codes.includes(code) && hint.when(evidence)).map(({ text }) =>
    typeof text === "string" ? text : text(evidence),
  );
}
