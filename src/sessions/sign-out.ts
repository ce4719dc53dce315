import { within } from "../deadline.ts";
import type { BusinessEvent } from "../guard/guarded-event.ts";
import type { GuardOptions } from "../guard/guard.ts";
import { problem, type ProblemResult } from "../guard/problem.ts";
import { sessionGuard } from "../guard/session-guard.ts";
import { writeLine } from "../observe/log.ts";
import type { Proof } from "../principal/proof.ts";
import type { RouteTable } from "../rules/route-table.ts";
import { readRefreshToken } from "./refresh-token.ts";
import type { RevocationTable } from "./revocation-table.ts";
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
 */
export function signOut(routes: RouteTable, options: SignOutOptions): SignOutHandler {
  const end = makeEnd(options, (provider, { principal }, _accessToken, refreshToken) => provider.endSession(principal, refreshToken));
  return sessionGuard(
    routes,
    async (event, { proof, accessToken }) => end("session", thisSession(proof), proof, event, accessToken),
    fenceOptions(options),
  );
}

/** `POST /session/sign-out-everywhere`: ends every session of the caller, on every device. */
export function signOutEverywhere(routes: RouteTable, options: SignOutOptions): SignOutHandler {
  const end = makeEnd(options, (provider, { principal }, accessToken) => provider.endAllSessions(principal, accessToken));
  return sessionGuard(
    routes,
    async (event, { proof, accessToken }) => end("everywhere", [everything(proof), ...thisSession(proof)], proof, event, accessToken),
    fenceOptions(options),
  );
}

/** No revocations: who is told that a step failed may try again, and the token is revoked by then. */
const fenceOptions = ({ clock, log }: SignOutOptions): GuardOptions => ({ ...(clock && { clock }), ...(log && { log }) });

/** One target with the moment up to which it is revoked; null: now. */
interface Order {
  readonly target: Target;
  readonly upTo: number | null;
}

/** The session; where tokens name none, the token; where they have no id either, whatever was issued up to this one. */
function thisSession({ principal, tokenId, issuedAt }: Proof): readonly Order[] {
  const { issuer, session, subject } = principal;
  if (session !== null) return [{ target: { issuer, kind: "session", value: session }, upTo: null }];
  if (tokenId !== null) return [{ target: { issuer, kind: "token", value: tokenId }, upTo: null }];
  return [{ target: { issuer, kind: "subject", value: subject }, upTo: issuedAt === null ? null : Math.floor(issuedAt) }];
}

const everything = ({ principal: { issuer, subject } }: Proof): Order => ({
  target: { issuer, kind: "subject", value: subject },
  upTo: null,
});

type AskProvider = (provider: SessionProvider, proof: Proof, accessToken: string | null, refreshToken: string | null) => Promise<Ended>;
type End = (
  scope: "session" | "everywhere",
  orders: readonly Order[],
  proof: Proof,
  event: BusinessEvent,
  accessToken: string | null,
) => Promise<ProblemResult>;

function makeEnd(options: SignOutOptions, askProvider: AskProvider): End {
  const { revocations, providers = {} } = options;
  const revoker = createRevoker(revocations, options);
  return async (scope, orders, proof, event, accessToken) => {
    const refreshToken = readRefreshToken(event);
    if (!refreshToken.ok) return problem(400, { title: "Bad Request", errors: [{ field: "refreshToken", message: refreshToken.message }] });
    const { issuer } = proof.principal;
    const record = await attempt(issuer, "record", async () => write(revoker, orders, scope));
    const provider = Object.hasOwn(providers, issuer) ? providers[issuer] : undefined;
    const ask = async () =>
      within(askProvider(provider as SessionProvider, proof, accessToken, refreshToken.value), PROVIDER_TIMEOUT, "internal_error");
    const answer = provider === undefined ? null : await attempt(issuer, "provider", ask);
    return report(scope, record, answer);
  };
}

async function write(revoker: Revoker, orders: readonly Order[], scope: string): Promise<Ended> {
  const why = scope === "session" ? "signed out" : "signed out everywhere";
  await Promise.all(orders.map(({ target, upTo }) => revoker.revoke(target, { by: "the user", why }, upTo ?? undefined)));
  return "done";
}

/** A step that fails is reported and does not stop the next one. Its error is named and not quoted: it may hold a token. */
async function attempt(issuer: string, step: string, work: () => Promise<Ended>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    writeLine("ERROR", "Sign-out step failed", { step, issuer, error: error instanceof Error ? error.name : "unknown" });
    return "failed";
  }
}

/**
 * 200: all that could be done was done. 207: the token is refused here, and the provider may still renew it. 503: the record is
 * missing, so nothing can be promised.
 */
function report(scope: string, record: Outcome, provider: Outcome | null): ProblemResult {
  const steps = { record, ...(provider !== null && { provider }) };
  const missing = { title: "Service Unavailable", scope, steps };
  if (record === "failed") return problem(503, missing);
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return { statusCode: provider === "failed" ? 207 : 200, headers, body: JSON.stringify({ scope, steps }) };
}
