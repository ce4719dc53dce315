import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import type { IssuerName, KeyPublisher, Outage, PublishedKey } from "./key-publisher.ts";

/** What a caller meets. */
export type Outcome = "allow" | "deny" | "unauthenticated" | "unavailable";

/** One request as the oracle knows it. */
export interface Question {
  readonly route: string;
  /** The Authorization header's value; null: there is none. */
  readonly authorization: string | null;
  /** The key ids with which this sandbox has already let somebody through. */
  readonly accepted: ReadonlySet<string>;
}

const AUDIENCE = "https://api.example";
const ISSUERS = new Map<unknown, { readonly name: IssuerName; readonly algorithm: string }>([
  ["https://shop.example", { name: "shop", algorithm: "ES256" }],
  ["https://staff.example", { name: "staff", algorithm: "RS256" }],
]);
const SCOPES = new Map([
  ["GET /orders", "orders:read"],
  ["POST /orders", "orders:write"],
]);

/** Seconds by which clocks may differ. */
const SKEW = 60;
/** Milliseconds: a key set is fresh for a minute; an unknown key id or a failure is looked into again within a minute. */
const WINDOW = 65_000;
/** Milliseconds on both sides of an expiry within which either answer is right. */
const EDGE = 2_000;

const ANY: readonly Outcome[] = ["allow", "deny", "unauthenticated", "unavailable"];

/**
 * The outcomes that are right for a request at a time (milliseconds since the epoch). It shares no code with what it judges:
 * jose verifies, and what keys a sandbox may hold follows from when they were published and when the endpoint failed.
 */
export async function judge(
  { route, authorization, accepted }: Question,
  publisher: KeyPublisher,
  now: number,
): Promise<readonly Outcome[]> {
  const scope = SCOPES.get(route);
  if (scope === undefined) return ["allow"];
  const token = /^Bearer ([^ ]+)$/.exec(authorization ?? "")?.[1];
  const claimed = token === undefined ? null : readClaimed(token);
  if (token === undefined || claimed === null) return ["unauthenticated"];
  const issuer = ISSUERS.get(claimed.iss);
  if (issuer === undefined || claimed.alg !== issuer.algorithm) return ["unauthenticated"];
  const key = publisher.keys.find(({ kid, issuer: name }) => kid === claimed.kid && name === issuer.name);
  const troubled = publisher.outages.some((outage) => outage.issuer === issuer.name && overlaps(outage, now - WINDOW, now));
  if (key === undefined) return troubled ? ["unauthenticated", "unavailable"] : ["unauthenticated"];
  const verdict = await verdictOf(token, key, issuer.algorithm, scope, now);
  const certainty = certaintyOf(key, publisher, now, accepted.has(key.kid));
  if (certainty === "either")
    return verdict.includes("allow") ? ANY : [...new Set([...verdict, "unauthenticated", "unavailable"] as const)];
  return certainty === "known" ? verdict : troubled ? ["unauthenticated", "unavailable"] : ["unauthenticated"];
}

function readClaimed(token: string): { readonly iss: unknown; readonly alg: unknown; readonly kid: unknown } | null {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return { alg, kid, iss: decodeJwt(token).iss };
  } catch {
    return null;
  }
}

async function verdictOf(token: string, key: PublishedKey, algorithm: string, scope: string, now: number): Promise<readonly Outcome[]> {
  const at = async (moment: number): Promise<Outcome> => {
    try {
      const options = {
        audience: AUDIENCE,
        algorithms: [algorithm],
        clockTolerance: SKEW,
        requiredClaims: ["exp"],
        currentDate: new Date(moment),
      };
      const { payload } = await jwtVerify(token, key.publicKey, options);
      return String(payload["scope"]).split(" ").includes(scope) ? "allow" : "deny";
    } catch {
      return "unauthenticated";
    }
  };
  return [...new Set([await at(now - EDGE), await at(now + EDGE)])];
}

/** Whether a sandbox must hold a key, must not, or may. */
function certaintyOf(key: PublishedKey, publisher: KeyPublisher, now: number, accepted: boolean): "known" | "either" | "gone" {
  const troubledSince = (moment: number) =>
    publisher.outages.some((outage) => outage.issuer === key.issuer && overlaps(outage, moment - WINDOW, now));
  const { publishedAt, withdrawnAt } = key;
  // Last good keys outlive an outage, by design for longer than a soak lasts.
  if (withdrawnAt !== null) return now - withdrawnAt > 2 * WINDOW && !troubledSince(withdrawnAt) ? "gone" : "either";
  return accepted || (now - publishedAt > WINDOW && !troubledSince(now)) ? "known" : "either";
}

const overlaps = ({ from, to }: Outage, begin: number, end: number) => from <= end && (to ?? Number.POSITIVE_INFINITY) >= begin;
