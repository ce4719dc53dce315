import type { JWTPayload } from "jose";
import type { IssuerName } from "./key-publisher.ts";
import type { Outcome, Span } from "./oracle.ts";
import type { RevocationTable, Revoked, Written } from "./revocation-table.ts";

/** Milliseconds for which an answer of the table may be used again, and one tick more for two processes that read one clock. */
const REMEMBERED = 5_000 + 50;
/** Milliseconds after which a reading counts as failed; a timer may fire a little early. */
const READ_TIMEOUT = 2_000 - 10;

/** A token whose signature and claims are in order. */
export interface ReadableToken {
  readonly text: string;
  readonly issuer: IssuerName;
  readonly claims: JWTPayload;
}

/** What the table has to say about a token. `recently`: a sandbox may still use an answer from before. */
export interface Passage {
  readonly revoked: "no" | "recently" | "yes";
  /** What may become of a request that is otherwise allowed, or denied. */
  readonly outcomes: (otherwise: Outcome) => readonly Outcome[];
}

/** What one sandbox may hold of the table's answers: when it last may have read about a token, in milliseconds since the epoch. */
export class HeldAnswers {
  readonly #readBy = new Map<string, number>();

  mayHold(token: ReadableToken, now: number): boolean {
    return now - (this.#readBy.get(identityOf(token)) ?? Number.NEGATIVE_INFINITY) < REMEMBERED;
  }

  /** A request with the token was answered in this time, perhaps after a reading. A failed reading is not held. */
  note(token: ReadableToken, span: Span, table: RevocationTable): void {
    if (isDownDuring(table, span)) return;
    const identity = identityOf(token);
    this.#readBy.delete(identity);
    this.#readBy.set(identity, span.after);
    // The oldest stand first.
    for (const [name, at] of this.#readBy) {
      if (span.before - at < REMEMBERED) return;
      this.#readBy.delete(name);
    }
  }
}

/**
 * A reading that began after a revocation was written sees it, and is used for five seconds. So a revoked token is refused for sure
 * five seconds after the writing ended, or at once by a sandbox that cannot hold an older answer. While the table cannot be read,
 * whoever holds no answer is told so.
 */
export function passageOf(token: ReadableToken, span: Span, table: RevocationTable, held: HeldAnswers): Passage {
  const { before, after } = span;
  const mayHold = held.mayHold(token, before);
  const about = revocationsOf(token, table).filter(({ begunAt }) => begunAt <= after);
  const isSure = ({ endedAt }: Written) => endedAt !== null && endedAt + (mayHold ? REMEMBERED : 0) <= before;
  const revoked = about.some(isSure) ? "yes" : about.length > 0 ? "recently" : "no";
  const mustFail = isDownDuring(table, span) && !mayHold;
  const mayFail =
    after - before >= READ_TIMEOUT || table.outages.some(({ from, to }) => from <= after && (to ?? Number.POSITIVE_INFINITY) >= before);
  return {
    revoked,
    outcomes: (otherwise) =>
      mustFail ? ["no revocations"] : [...TOLD[revoked](otherwise), ...(mayFail ? (["no revocations"] as const) : [])],
  };
}

const TOLD: Readonly<Record<Passage["revoked"], (otherwise: Outcome) => readonly Outcome[]>> = {
  no: (otherwise) => [otherwise],
  recently: (otherwise) => [otherwise, "unauthenticated"],
  yes: () => ["unauthenticated"],
};

/** Every revocation that stands for a token: of its session, of itself, and of whatever it was issued to, or by, until then. */
function revocationsOf({ issuer, claims }: ReadableToken, table: RevocationTable): readonly Written[] {
  const issuedBy = (second: number) => claims.iat === undefined || Math.floor(claims.iat) <= second;
  const covers = ({ upTo }: Revoked) => upTo === null || issuedBy(upTo);
  const names = { session: claims["sid"], token: claims.jti, subject: claims.sub, client: claims["client_id"], issuer } as const;
  return (Object.keys(names) as (keyof typeof names)[]).flatMap((kind) => {
    const value = names[kind];
    return typeof value === "string" ? table.standing({ issuer, kind, value }).filter(covers) : [];
  });
}

/** Tokens that cannot be told apart by what can be revoked of them share one answer. Those that name nothing go by their text. */
function identityOf({ text, issuer, claims }: ReadableToken): string {
  const { sid, jti, sub, client_id } = claims;
  const unnamed = sid === undefined && jti === undefined ? text.slice(0, text.lastIndexOf(".")) : null;
  return JSON.stringify([issuer, sid, jti, sub, client_id, unnamed]);
}

/** Whether no reading can have succeeded from the beginning of a time to its end. */
const isDownDuring = ({ outages }: RevocationTable, { before, after }: Span) =>
  outages.some(({ from, to }) => from < before && (to ?? Number.POSITIVE_INFINITY) > after);
