import type { Gateway } from "../gateway.ts";
import type { Issuer } from "../providers/provider.ts";
import { needsLive } from "../rules/live.ts";
import type { RevocationSource } from "../sessions/revocations.ts";
import { isObject, kindOf } from "./check-values.ts";
import type { Report } from "./report.ts";

/** Reads `revocations`; null: none, or none that can be used. */
export function readRevocations(source: unknown, issuers: readonly Issuer[], report: Report): RevocationSource | null {
  if (source === null) return null;
  if (!isRevocationSource(source)) {
    report.problem("", `is ${kindOf(source)}, not a source of revocations.`, "Use `revocationTable({…})`, or null for none.");
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

/** The issuers that are asked about their tokens: how, and that an opaque token, which names no issuer, has one to go to. */
export function checkOnline(issuers: readonly Issuer[], report: Report): void {
  const readers: string[] = [];
  for (const { name, settings } of issuers) {
    settings.liveCheck?.check(report.at(`${name}.liveCheck`));
    const { introspection, tokenUse, tenants, tenantClaim } = settings;
    if (introspection === undefined) continue;
    const own = report.at(name);
    introspection.check(own.at("introspection"));
    if (introspection.tokens === "jwt") continue;
    readers.push(name);
    if (tokenUse !== "access") own.problem("introspection", "is for access tokens.", "Remove it, or set `tokenUse` to access.");
    if (tenants !== null && tenantClaim === null) {
      own.problem(
        "tenants",
        "cannot be compared with an answer of introspection.",
        "Set `tenantClaim` to the member that holds the tenant.",
      );
    }
  }
  for (const name of readers.slice(1)) {
    const message = `takes opaque tokens, and so does \`issuers.${readers[0]}\`.`;
    report.problem(`${name}.introspection`, message, 'An opaque token names no issuer: set `tokens: "jwt"` on all but one.');
  }
}
