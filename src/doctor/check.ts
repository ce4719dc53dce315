import type { Gateway } from "../gateway.ts";
import type { Discovered } from "./discoveries.ts";
import type { DeployedApi } from "./model.ts";
import type { IssuerProbe } from "./probe.ts";

/** `error`: requests get through that must not, or good ones are refused. `warning`: some will be. `info`: could be better. */
export type Severity = "error" | "warning" | "info";

/** What a check has found: where, why it matters, and what to do. */
export interface Finding {
  readonly where: string;
  readonly why: string;
  readonly fix: string;
}

/** A finding with the check that made it. */
export interface ReportedFinding extends Finding {
  readonly check: string;
  readonly severity: Severity;
}

/** Everything checks look at. */
export interface Patient {
  readonly gateway: Gateway;
  readonly apis: readonly DeployedApi[];
  /** The templates that the APIs were read from; absent: nobody was to read any. */
  readonly templates?: readonly string[];
  readonly probes: readonly IssuerProbe[];
  readonly discoveries: readonly Discovered[];
}

/** One thing that can be wrong. */
export interface Check {
  readonly id: string;
  readonly severity: Severity;
  /** What it looks for, as a line of docs/doctor.md. */
  readonly title: string;
  readonly find: (patient: Patient) => readonly Finding[];
}

/** How long an answer is kept, in words; `ttl` in seconds, null where only the deployment knows. */
export const timeOf = (ttl: number | null): string => (ttl === null ? "a time that only the deployment knows" : `${ttl} s`);

/** Where something is in a template. */
export const placeOf = ({ file, id }: DeployedApi, part?: string): string => `${file}: ${id}${part === undefined ? "" : `, ${part}`}`;
