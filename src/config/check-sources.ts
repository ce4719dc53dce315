import type { Gateway } from "../gateway.ts";
import type { Issuer } from "../providers/provider.ts";
import { needsLive } from "../rules/live.ts";
import type { RevocationSource } from "../sessions/revocations.ts";
import { isObject, notA } from "./check-values.ts";
import type { Report } from "./report.ts";

/** Reads `revocations`; null: none, or none that can be used. */
export function readRevocations(source: unknown, issuers: readonly Issuer[], report: Report): RevocationSource | null {
  if (source === null) return null;
  if (!isRevocationSource(source)) {
    notA("a source of revocations", source, report, "", "Use `revocationTable({…})`, or null for none.");
    return null;
  }
  source.check(report);
  checkKept(source.keep, issuers, report);
  return source;
}

const isRevocationSource = (source: unknown): source is RevocationSource =>
  isObject(source) && typeof source["check"] === "function" && typeof source["open"] === "function";

/** A revocation that goes before its tokens do would give them back. */
function checkKept(keep: number | null, issuers: readonly Issuer[], report: Report): void {
  for (const { name, settings } of keep === null ? [] : issuers) {
    if (settings.maxLifetime !== null && settings.maxLifetime + settings.clockSkew <= (keep ?? 0)) continue;
    const message = `is shorter than tokens of \`issuers.${name}\` may live.`;
    report.problem("keep", message, "Lengthen `keep`, or set the issuer's `maxLifetime` to what its tokens really need.");
  }
}

/** A route with `live()` that no issuer answers for would be closed to everybody. */
export function checkLive({ routes, issuers }: Pick<Gateway, "routes" | "issuers">, report: Report): void {
  if (issuers.some(({ settings }) => settings.liveCheck !== undefined || settings.introspection !== undefined)) return;
  for (const { key, rule } of routes.values()) {
    if (!needsLive(rule)) continue;
    report.problem(`["${key}"]`, "asks for a live check, and no issuer has one.", "Set `liveCheck` or `introspection` on an issuer.");
  }
}

/** What issuers are asked with, once all issuers are known. */
export function checkOnline(issuers: readonly Issuer[], report: Report): void {
  for (const issuer of issuers) {
    const { liveCheck, introspection } = issuer.settings;
    const own = report.at(issuer.name);
    liveCheck?.check(own.at("liveCheck"));
    introspection?.check(own, issuer, issuers);
  }
}
