import { checkCall, checkTable } from "../config/check-call.ts";
import { within } from "../deadline.ts";
import { SallyportError } from "../errors.ts";
import type { BusinessEvent } from "../guard/guarded-event.ts";
import type { GuardOptions } from "../guard/guard.ts";
import { problem, type ProblemResult } from "../guard/problem.ts";
import { type SessionContext, sessionGuard } from "../guard/session-guard.ts";
import { writeLine } from "../observe/log.ts";
import type { Proof } from "../principal/proof.ts";
import type { RouteTable } from "../rules/route-table.ts";
import { readRefreshToken } from "./refresh-token.ts";
import { requireTable, type RevocationTable, revocationTable } from "./revocation-table.ts";
import { createRevoker, type Revoker, type RevokerOptions } from "./revoker.ts";
import type { Ended, SessionProvider } from "./session-provider.ts";
import type { Target } from "./targets.ts";

/** What the functions that end sessions are made with. */
export interface SignOutOptions extends Pick<GuardOptions, "log">, RevokerOptions {
  readonly revocations: RevocationTable;
  /** By the issuer's name: who else has to end the session. An issuer that is not here is not asked. */
  readonly providers?: Readonly<Record<string, SessionProvider>>;
}

/** What came of one step. */
type Outcome = Ended | "failed";

/** The Lambda handler of a sign-out route. */
export type SignOutHandler = (event: unknown) => Promise<ProblemResult>;

/** Milliseconds for the identity provider's answer. */
const PROVIDER_TIMEOUT = 4_000;

/**
 * `POST /session/sign-out`: ends the session that the caller's token belongs to; a body `{"refreshToken": "…"}` has the identity
 * provider end it too. The caller's own record is written first, so the token is refused whatever the provider says.
 * @throws ConfigurationError
 */
export function signOut(routes: RouteTable, options: SignOutOptions): SignOutHandler {
  check("signOut", routes, options);
  return sessionGuard(
    routes,
    makeEnd(options, {
      // What the record can name.
      scopeOf: ({ principal }) => (principal.session === null ? "token" : "session"),
      why: "signed out",
      plan: async (proof) => ({ orders: thisSession(proof), record: "done", asksProvider: true }),
      askProvider: (provider, { principal }, _accessToken, refreshToken) => provider.endSession(principal, refreshToken),
    }),
    fenceOptions(options),
  );
}

/** `POST /session/sign-out-everywhere`: ends every session of the caller, on every device. @throws ConfigurationError */
export function signOutEverywhere(routes: RouteTable, options: SignOutOptions): SignOutHandler {
  check("signOutEverywhere", routes, options);
  const isRevoked = makeIsRevoked(options);
  return sessionGuard(
    routes,
    makeEnd(options, {
      scopeOf: () => "everywhere",
      why: "signed out everywhere",
      plan: async (proof) => planEverywhere(proof, await isRevoked(proof)),
      askProvider: (provider, { principal }, accessToken) => provider.endAllSessions(principal, accessToken),
    }),
    fenceOptions(options),
  );
}

const NAMES = ["log", "clock", "audit", "revocations", "providers"];

/** @throws ConfigurationError */
function check(name: string, routes: RouteTable, options: SignOutOptions): void {
  checkCall(name, options, NAMES, (report) => checkTable(routes, report));
  requireTable(options.revocations);
}

/**
 * No revocations: who is told that a step of signing out failed may try again, and the token is revoked by then. Everywhere, the second
 * attempt ends nothing more: there nobody can tell it from one by whoever else has this token.
 */
const fenceOptions = ({ clock, log }: SignOutOptions): GuardOptions => ({ ...(clock && { clock }), ...(log && { log }) });

/** One target with the moment up to which it is revoked; null: now. */
interface Order {
  readonly target: Target;
  readonly upTo: number | null;
}

/** What is to be done for a caller. */
interface Plan {
  /** In this order; none: there is nothing by which the token could be refused, or it is refused already. */
  readonly orders: readonly Order[];
  /** What to call the writing of them. `already`, `skipped`: it is not all that was asked for. */
  readonly record: Ended;
  readonly asksProvider: boolean;
}

/** The session; where tokens name none, the token. */
function thisSession({ principal, tokenId }: Proof): readonly Order[] {
  const { issuer, session } = principal;
  if (session !== null) return [{ target: { issuer, kind: "session", value: session }, upTo: null }];
  return tokenId === null ? [] : [{ target: { issuer, kind: "token", value: tokenId }, upTo: null }];
}

/**
 * The subject comes first: a token that was revoked by its own half-done sign-out has ended the rest by then. A revoked token, which
 * comes as far as this behind a cached answer, ends nothing that is younger than itself, not even in its own session. One that does not
 * say when it was issued could only take all later ones with it.
 */
function planEverywhere(proof: Proof, isRevoked: boolean): Plan {
  const { principal, issuedAt } = proof;
  const target: Target = { issuer: principal.issuer, kind: "subject", value: principal.subject };
  const subject = issuedAt === null ? [] : [{ target, upTo: isRevoked ? Math.floor(issuedAt) : null }];
  const record = isRevoked ? "already" : issuedAt === null ? "skipped" : "done";
  return { orders: isRevoked ? subject : [...subject, ...thisSession(proof)], record, asksProvider: !isRevoked };
}

/**
 * Asks the table each time. Where it cannot be read nobody knows, whatever becomes of other requests then.
 * @throws SallyportError `revocations_unavailable`
 */
function makeIsRevoked({ revocations: { options }, clock = Date.now }: SignOutOptions): (proof: Proof) => Promise<boolean> {
  const revocations = revocationTable({ ...options, remember: "0s", onUnavailable: "deny" }).open({ clock });
  return async (proof) => {
    try {
      await revocations.check(proof);
      return false;
    } catch (error) {
      if (error instanceof SallyportError && error.code === "revoked") return true;
      throw error;
    }
  };
}

/** One way out. */
interface Exit {
  readonly scopeOf: (proof: Proof) => "token" | "session" | "everywhere";
  readonly why: string;
  readonly plan: (proof: Proof) => Promise<Plan>;
  readonly askProvider: (
    provider: SessionProvider,
    proof: Proof,
    accessToken: string | null,
    refreshToken: string | null,
  ) => Promise<Ended>;
}

function makeEnd(options: SignOutOptions, { scopeOf, why, plan, askProvider }: Exit) {
  const { revocations, providers = {} } = options;
  const revoker = createRevoker(revocations, options);
  return async (event: BusinessEvent, { proof, accessToken }: SessionContext): Promise<ProblemResult> => {
    const refreshToken = readRefreshToken(event);
    if (!refreshToken.ok) return problem(400, { title: "Bad Request", errors: [{ field: "refreshToken", message: refreshToken.message }] });
    const { issuer } = proof.principal;
    const scope = scopeOf(proof);
    const planned = await attempt(issuer, "record", async () => plan(proof));
    if (planned === "failed") return report(scope, "failed", null);
    const record = await attempt(issuer, "record", async () => write(revoker, planned, why));
    const provider = Object.hasOwn(providers, issuer) ? providers[issuer] : undefined;
    if (provider === undefined) return report(scope, record, null);
    if (!planned.asksProvider) return report(scope, record, "skipped");
    const ask = async () => within(askProvider(provider, proof, accessToken, refreshToken.value), PROVIDER_TIMEOUT, "internal_error");
    return report(scope, record, await attempt(issuer, "provider", ask));
  };
}

async function write(revoker: Revoker, { orders, record }: Plan, why: string): Promise<Ended> {
  if (orders.length === 0 && record !== "already") throw new Unnamed("The token cannot be named.");
  for (const { target, upTo } of orders) await revoker.revoke(target, { by: "the user", why }, upTo ?? undefined);
  return record;
}

class Unnamed extends Error {
  override readonly name = "Unnamed";
}

/** A step that fails is reported and does not stop the next one. Its error is named and not quoted: it may hold a token. */
async function attempt<T>(issuer: string, step: string, work: () => Promise<T>): Promise<T | "failed"> {
  try {
    return await work();
  } catch (error) {
    writeLine("ERROR", "Sign-out step failed", { step, issuer, error: error instanceof Error ? error.name : "unknown" });
    return "failed";
  }
}

/**
 * 200: all that could be done was done. 207: the token is refused here, and other tokens may not be, or the provider may still renew it.
 * 503: the record is missing, so nothing can be promised.
 */
function report(scope: string, record: Outcome, provider: Outcome | null): ProblemResult {
  const steps = { record, ...(provider !== null && { provider }) };
  const missing = { title: "Service Unavailable", scope, steps };
  if (record === "failed") return problem(503, missing);
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return { statusCode: provider === "failed" || record !== "done" ? 207 : 200, headers, body: JSON.stringify({ scope, steps }) };
}
