import { isIssuerOf } from "../issuers/find-issuer.ts";
import type { Issuer } from "../providers/provider.ts";
import type { Report } from "./report.ts";

/** Reports issuers that would both claim one token: the same `iss`, or one inside the other's family. */
export function checkOverlaps(issuers: readonly Issuer[], report: Report): void {
  for (const [index, issuer] of issuers.entries()) {
    const other = issuers.slice(0, index).find((earlier) => overlap(earlier, issuer));
    if (other === undefined) continue;
    if (isFamily(issuer) || isFamily(other)) {
      const message = `shares its issuers with \`${other.name}\`: a family holds those of every tenant, whatever \`tenants\` lists.`;
      report.problem(issuer.name, message, "Merge the two, or list the exact issuers of the tenants in `issuer`.");
    } else {
      const message = `accepts the same \`iss\` as \`${other.name}\`.`;
      report.problem(issuer.name, message, "A token must belong to exactly one issuer: merge the two.");
    }
  }
}

const isFamily = ({ templates = [] }: Issuer) => templates.length > 0;

function overlap(a: Issuer, b: Issuer): boolean {
  if (a.issuers.some((iss) => isIssuerOf(b, iss)) || b.issuers.some((iss) => isIssuerOf(a, iss))) return true;
  return (a.templates ?? []).some((left) =>
    (b.templates ?? []).some((right) => left.prefix === right.prefix && left.suffix === right.suffix),
  );
}
