import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from "jose";
import type { IssuerName, KeyPublisher, Outage, PublishedKey } from "./key-publisher.ts";
import { HeldAnswers, type Passage, passageOf, type ReadableToken } from "./revocation-oracle.ts";
import type { RevocationTable } from "./revocation-table.ts";

/** What a caller meets. `broken` is never right. */
export type Outcome = "allow" | "deny" | "unauthenticated" | "no keys" | "no revocations" | "broken";

/** From just before a request was handed over until its answer was there, in milliseconds since the epoch. */
export interface Span {
  readonly before: number;
  readonly after: number;
}

/** One request as the oracle knows it. */
export interface Question extends Span {
  readonly route: string;
  /** The Authorization header's value; null: there is none. */
  readonly authorization: string | null;
  /** Whether the answer is used again on other routes, so that a public route's caller is looked at too. */
  readonly isReused: boolean;
}

/** What the oracle knows of one sandbox. */
export class Known {
  /** The key ids with which it has already let somebody through. */
  readonly accepted = new Set<string>();
  readonly held = new HeldAnswers();
  /** Times in which the machine was too slow for a key fetch to be in time. */
  readonly stalls: Span[] = [];
}

/** What a sandbox asks. */
export interface World {
  readonly publisher: KeyPublisher;
  readonly table: RevocationTable;
}

/** The right outcomes, and whether the token is one that would pass if it were not revoked. */
export interface Judgement {
  readonly allowed: readonly Outcome[];
  readonly revoked: Passage["revoked"];
  /** The token that the table may have been asked about; null: it was not asked. */
  readonly read: ReadableToken | null;
}

const AUDIENCE = "https://api.example";
const ISSUERS = new Map<unknown, { readonly name: IssuerName; readonly algorithm: string }>([
  ["https://shop.example", { name: "shop", algorithm: "ES256" }],
  ["https://staff.example", { name: "staff", algorithm: "RS256" }],
]);
/** The routes that want a scope; the others are public. */
export const SCOPES: ReadonlyMap<string, string> = new Map([
  ["GET /orders", "orders:read"],
  ["POST /orders", "orders:write"],
]);

/** Seconds by which clocks may differ. */
const SKEW = 60;
/** Milliseconds: a key set is fresh for a minute; an unknown key id or a failure is looked into again within a minute. */
const WINDOW = 65_000;
/** Milliseconds on both sides of an expiry within which either answer is right. */
const EDGE = 2_000;

const without = (...allowed: readonly Outcome[]): Judgement => ({ allowed: [...new Set(allowed)], revoked: "no", read: null });

/**
 * Judges one answer after it came. It shares no code with what it judges: jose verifies; what keys a sandbox may hold follows from when
 * they were published and when the endpoint failed, and what it may know of revocations from when they were written.
 */
export async function judge(question: Question, known: Known, world: World): Promise<Judgement> {
  if (SCOPES.has(question.route)) return judgeToken(question, known, world);
  const { read } = question.isReused ? await judgeToken(question, known, world) : without();
  return { allowed: ["allow"], revoked: "no", read };
}

async function judgeToken(question: Question, known: Known, { publisher, table }: World): Promise<Judgement> {
  const text = /^Bearer ([^ ]+)$/.exec(question.authorization ?? "")?.[1];
  const claimed = text === undefined ? null : readClaimed(text);
  if (text === undefined || claimed === null) return without("unauthenticated");
  const issuer = ISSUERS.get(claimed.claims.iss);
  if (issuer === undefined || claimed.alg !== issuer.algorithm) return without("unauthenticated");
  const certainty = certaintyOf(claimed.kid, issuer.name, publisher, question, known);
  if (certainty.key === null) return without(...certainty.otherwise);
  const verdicts = await verdictsOf(text, certainty.key, question);
  if (verdicts.every((verdict) => verdict === "unauthenticated")) return without("unauthenticated", ...certainty.otherwise);
  const token = { text, issuer: issuer.name, claims: claimed.claims };
  const passage = passageOf(token, question, table, known.held);
  const allowed = verdicts.flatMap((verdict) => (verdict === "unauthenticated" ? [verdict] : passage.outcomes(verdict)));
  const wouldPass = certainty.otherwise.length === 0 && !verdicts.includes("unauthenticated");
  return { allowed: [...new Set([...allowed, ...certainty.otherwise])], revoked: wouldPass ? passage.revoked : "no", read: token };
}

interface Claimed {
  readonly claims: JWTPayload;
  readonly alg: unknown;
  readonly kid: unknown;
}

function readClaimed(token: string): Claimed | null {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return { alg, kid, claims: decodeJwt(token) };
  } catch {
    return null;
  }
}

/** What the token is worth from a moment before until a moment after, revocations aside. */
async function verdictsOf(token: string, key: PublishedKey, { route, before, after }: Question): Promise<readonly Outcome[]> {
  const at = async (moment: number): Promise<Outcome> => {
    try {
      const { payload } = await jwtVerify(token, key.publicKey, {
        audience: AUDIENCE,
        algorithms: [key.algorithm],
        clockTolerance: SKEW,
        requiredClaims: ["exp"],
        currentDate: new Date(moment),
      });
      const scope = SCOPES.get(route);
      return scope === undefined || String(payload["scope"]).split(" ").includes(scope) ? "allow" : "deny";
    } catch {
      return "unauthenticated";
    }
  };
  return [...new Set([await at(before - EDGE), await at(after + EDGE)])];
}

/** A key that a sandbox may hold, or null, and what else is right because it may not hold it. */
interface Certainty {
  readonly key: PublishedKey | null;
  readonly otherwise: readonly Outcome[];
}

function certaintyOf(kid: unknown, issuer: IssuerName, publisher: KeyPublisher, { before, after }: Span, known: Known): Certainty {
  const outages = [...publisher.outages.filter((outage) => outage.issuer === issuer), ...known.stalls.map(asOutage)];
  const troubledSince = (moment: number) => outages.some((outage) => overlaps(outage, moment - WINDOW, after));
  const missing: readonly Outcome[] = troubledSince(before) ? ["unauthenticated", "no keys"] : ["unauthenticated"];
  const key = publisher.keys.find((published) => published.kid === kid && published.issuer === issuer) ?? null;
  if (key === null) return { key, otherwise: missing };
  const { publishedAt, withdrawnAt } = key;
  // Last good keys outlive an outage, by design for longer than a soak lasts.
  const isGone = withdrawnAt !== null && before - withdrawnAt > 2 * WINDOW && !troubledSince(withdrawnAt);
  if (isGone) return { key: null, otherwise: missing };
  const isHeld = withdrawnAt === null && (known.accepted.has(key.kid) || (before - publishedAt > WINDOW && !troubledSince(before)));
  return { key, otherwise: isHeld ? [] : missing };
}

const asOutage = ({ before, after }: Span) => ({ from: before, to: after });

const overlaps = ({ from, to }: Pick<Outage, "from" | "to">, begin: number, end: number) =>
  from <= end && (to ?? Number.POSITIVE_INFINITY) >= begin;
