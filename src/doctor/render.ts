import { plain, show } from "../explain/safe-text.ts";
import type { ReportedFinding, Severity } from "./check.ts";
import type { DeployedApi } from "./model.ts";
import type { IssuerProbe } from "./probe.ts";

/** What one examination came to. */
export interface Examination {
  readonly findings: readonly ReportedFinding[];
  readonly probes: readonly IssuerProbe[];
  readonly apis: readonly DeployedApi[];
}

const MARKS: Readonly<Record<Severity, string>> = { error: "ERROR", warning: "WARN ", info: "INFO " };

/** An examination as text for a terminal, without a line break at its end. */
export function renderExamination({ findings, probes, apis }: Examination): string {
  const blocks = [
    ...(probes.length === 0 ? [] : [["Issuers", ...probes.map(renderProbe)].join("\n")]),
    ...(apis.length === 0 ? [] : [["APIs", ...apis.map(renderApi)].join("\n")]),
    ...findings.map(renderFinding),
    summary(findings),
  ];
  return plain(blocks.join("\n\n"));
}

function renderProbe({ issuer, url, isUsable, latency, keys, clockDifference }: IssuerProbe): string {
  const usable = keys.filter(({ fault }) => fault === null);
  const state = isUsable ? `${usable.length} of ${keys.length} keys usable, ${latency} ms` : "not usable";
  const clock = clockDifference === null ? "" : `, clock ${clockDifference >= 0 ? "+" : ""}${clockDifference} s`;
  const faults = keys
    .filter(({ fault }) => fault !== null)
    .map(({ kid, fault }) => `\n    ${kid === null ? "a key" : show(kid)}: ${fault}`);
  return `  ${issuer}  ${url}: ${state}${clock}${faults.join("")}`;
}

function renderApi({ id, kind, file, routes, authorizers }: DeployedApi): string {
  return `  ${file}: ${id} (${kind}), ${count(routes.length, "route")}, ${count(authorizers.length, "authorizer")}`;
}

function renderFinding({ check, severity, where, why, fix }: ReportedFinding): string {
  return [`${MARKS[severity]}  ${check}`, `  where  ${where}`, `  why    ${why}`, `  fix    ${fix}`].join("\n");
}

const count = (number: number, thing: string) => `${number} ${thing}${number === 1 ? "" : "s"}`;

function summary(findings: readonly ReportedFinding[]): string {
  if (findings.length === 0) return "Nothing found.";
  const of = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return `${count(of("error"), "error")}, ${count(of("warning"), "warning")}, ${of("info")} for information.`;
}
