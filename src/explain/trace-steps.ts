import type { Issuer } from "../providers/provider.ts";
import { compare } from "./comparisons.ts";
import type { Evidence } from "./evidence.ts";
import type { StepStatus, StepTrace } from "./explanation.ts";
import { codeOf, hasGoodSignature, type Replay } from "./replay.ts";
import { type Phase, PHASES, type Step, stepOf, STEPS } from "./steps.ts";

const MICROSOFT = ["entraId", "entraExternalId"];

/** Steps that only some issuers have; where the issuer is not known, they are left out. */
const APPLIES: Readonly<Record<string, (issuer: Issuer) => boolean>> = {
  "own-api": ({ provider }) => [...MICROSOFT, "okta"].includes(provider),
  "key-owner": ({ provider }) => MICROSOFT.includes(provider),
  flow: ({ settings }) => settings.policies.length > 0,
  policy: ({ settings }) => settings.policies.length > 0,
  tenant: ({ provider, settings }) => settings.tenants !== null || MICROSOFT.includes(provider),
};

/** What a token whose issuer is asked about it, an opaque one as a rule, does not go through. */
const OF_JWTS: readonly Phase[] = ["form", "issuer", "header", "location", "key", "signature", "times", "checks"];

/** In the provider's checks the order is the provider's own, so that nothing is known of those beside the failed one. */
const UNORDERED: readonly Phase[] = ["checks"];

/** Every step, with what it wanted, what it got and what became of it. */
export function traceSteps(evidence: Evidence, replay: Replay): readonly StepTrace[] {
  const failed = failedStep(replay);
  const phase = failedPhase(replay);
  return STEPS.filter((step) => step === failed || applies(step, evidence)).map((step) => {
    const status = phase === null ? "ok" : statusOf(step, phase, failed);
    const { id, title } = step;
    const { expected, actual } = status === "not reached" ? { expected: null, actual: null } : compare(step, evidence, step === failed);
    return { id, title, status, expected, actual };
  });
}

function applies({ id, phase }: Step, { issuer, wanted, isAsked, principal }: Evidence): boolean {
  if (phase === "route") return wanted !== null;
  // Its principal is made of what the issuer answers.
  if (isAsked) return !OF_JWTS.includes(phase) && (phase !== "principal" || principal !== null);
  const only = APPLIES[id];
  return only === undefined || (issuer !== null && only(issuer));
}

function statusOf(step: Step, phase: Phase, failed: Step | null): StepStatus {
  if (step === failed) return "failed";
  const difference = PHASES.indexOf(step.phase) - PHASES.indexOf(phase);
  if (difference !== 0) return difference < 0 ? "ok" : "not reached";
  if (failed === null || failed.phase !== phase || UNORDERED.includes(phase)) return "open";
  return STEPS.indexOf(step) < STEPS.indexOf(failed) ? "ok" : "not reached";
}

/** The stretch in which the token was refused, by what the witness saw; null: it was not. */
function failedPhase(replay: Replay): Phase | null {
  const { refusal, sighting, decoded, decision } = replay;
  if (refusal === null && decision !== null && decision.kind !== "allow") return "route";
  if (refusal === null) return codeOf(replay) === null ? null : "answer";
  if (refusal.code.startsWith("credential_") && decoded === null && refusal.code !== "credential_too_large") return "credential";
  if (sighting.isAsked) return "after";
  const passed: readonly (readonly [boolean, Phase])[] = [
    [sighting.identity !== null, "after"],
    [sighting.isChecked, "principal"],
    [sighting.isVerified, "checks"],
    [hasGoodSignature(replay), "times"],
    [sighting.key !== null, "signature"],
    [sighting.query !== null, "key"],
    [sighting.isLocated, "location"],
    [refusal.issuer !== null, "header"],
    [decoded !== null, "issuer"],
  ];
  return passed.find(([isSeen]) => isSeen)?.[1] ?? "form";
}

/** The step of that stretch that the reason belongs to, or wherever it belongs. */
function failedStep(replay: Replay): Step | null {
  const phase = failedPhase(replay);
  const code = codeOf(replay);
  if (phase === null || code === null) return null;
  return (
    stepOf(phase, code) ??
    (replay.sighting.isAsked ? stepOf("principal", code) : null) ??
    STEPS.find(({ codes }) => codes.includes(code)) ??
    null
  );
}
