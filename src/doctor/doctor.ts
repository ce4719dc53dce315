import type { Problem } from "../config/report.ts";
import type { Check, Patient, ReportedFinding, Severity } from "./check.ts";
import { ANSWER_CHECKS } from "./checks/answers.ts";
import { AUTHORIZER_CHECKS } from "./checks/authorizers.ts";
import { ISSUER_CHECKS } from "./checks/issuers.ts";
import { ROUTE_CHECKS } from "./checks/routes.ts";
import { TEMPLATE_CHECKS } from "./checks/templates.ts";

/** Every check. */
export const CHECKS: readonly Check[] = [...ISSUER_CHECKS, ...TEMPLATE_CHECKS, ...ROUTE_CHECKS, ...AUTHORIZER_CHECKS, ...ANSWER_CHECKS];

const ORDER: readonly Severity[] = ["error", "warning", "info"];

/** Everything that is wrong, or could be better; errors first. */
export function examine(patient: Patient): readonly ReportedFinding[] {
  const findings = CHECKS.flatMap(({ id, severity, find }) => find(patient).map((finding) => ({ check: id, severity, ...finding })));
  return findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** The problems of a configuration that does not start, as findings. */
export function configurationFindings(file: string, problems: readonly Problem[]): readonly ReportedFinding[] {
  return problems.map(({ path, message, fix }) => ({
    check: "configuration-invalid",
    severity: "error",
    where: `${file}: ${path}`,
    why: message,
    fix,
  }));
}
