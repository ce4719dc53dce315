import type { ReasonCode } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { Principal } from "../principal/principal.ts";
import type { ClientView } from "./clients.ts";
import type { Comparison } from "./comparisons-after.ts";
import type { NameTrace, RuleTrace } from "./rule-trace.ts";

/** What became of one step: `open` where it stands beside the failed one and nothing says whether it would have held. */
export type StepStatus = "ok" | "failed" | "open" | "not reached";

/** One step of the way through. */
export interface StepTrace extends Comparison {
  readonly id: string;
  readonly title: string;
  readonly status: StepStatus;
}

/** One route, and whether the principal may use it. */
export interface RouteTrace {
  readonly route: string;
  readonly rule: string;
  readonly code: ReasonCode | null;
}

/** Why it ended as it did. */
export interface Failure {
  readonly code: ReasonCode;
  readonly status: number;
  /** The error of the challenge (RFC 6750 section 3.1). */
  readonly challenge: string | null;
  readonly summary: string;
  readonly advice: string;
  /** Below docs/. */
  readonly page: string;
  /** What probably happened, most telling first. */
  readonly hints: readonly string[];
}

/** What one token comes to, as data. Nothing of the token itself is in it, and no claim that may not be shown. */
export interface Explanation {
  /** `verified`: the token is good, and no route was asked for. */
  readonly verdict: "allowed" | "verified" | "denied" | "unauthenticated" | "unavailable";
  /** Seconds since the epoch. */
  readonly at: number;
  readonly issuer: { readonly name: string; readonly provider: string } | null;
  readonly steps: readonly StepTrace[];
  readonly failure: Failure | null;
  /** Present once the token is proven. */
  readonly principal: Principal | null;
  /** What the token holds, where it was asked for unverified. */
  readonly unverified: { readonly header: JsonObject | null; readonly claims: JsonObject | null } | null;
  readonly names: readonly NameTrace[];
  readonly route: string | null;
  /** The table does not have the route asked for: its `$default` decides, on an API that has that route. */
  readonly isDefault: boolean;
  /** What was probably meant by it then. */
  readonly meant: readonly string[];
  readonly rule: RuleTrace | null;
  /** Every route of the table, where none was asked for and the token is proven. */
  readonly routes: readonly RouteTrace[];
  /** The route that the clients below are asked with. */
  readonly sample: string | null;
  readonly clients: readonly ClientView[];
}
