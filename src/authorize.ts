import { REASONS, type ReasonCode, SallyportError } from "./errors.ts";
import type { Gateway } from "./gateway.ts";
import type { AskedToken, OnlineIssuers } from "./introspection/online.ts";
import { findIssuer, type FoundIssuer } from "./issuers/find-issuer.ts";
import type { KeyFinder } from "./keys/keys.ts";
import { makePrincipal } from "./providers/make-principal.ts";
import { nameToken } from "./principal/name-token.ts";
import type { Principal } from "./principal/principal.ts";
import type { Proof, TokenMarks } from "./principal/proof.ts";
import type { AskLive } from "./live/open-live.ts";
import type { Challenge } from "./rules/challenge.ts";
import { evaluate } from "./rules/evaluate.ts";
import { needsLive, withoutLive } from "./rules/live.ts";
import type { Route } from "./rules/route-table.ts";
import type { Revocations } from "./sessions/revocations.ts";
import { decodeToken } from "./token/decode.ts";
import type { ProofMemo } from "./token/proof-memo.ts";
import { marksIn } from "./token/marks.ts";
import type { UnverifiedToken } from "./token/token.ts";
import { verifyToken } from "./token/verify-token.ts";
import { seconds } from "./seconds.ts";

/** What a decision is made with. */
export interface Runtime {
  readonly gateway: Gateway;
  readonly keys: KeyFinder;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** What was revoked before its time; absent: nothing is looked up. */
  readonly revocations?: Revocations | null;
  /** Issuers that are asked about their tokens; absent: none is. */
  readonly online?: OnlineIssuers | null;
  /** Asks about the principal on routes with `live()`; absent: such routes are closed. */
  readonly askLive?: AskLive;
  /** Tokens verified before; absent: every token goes the whole way. */
  readonly memo?: ProofMemo | null;
}

/** How a token is written and says whose it is, where that is not a compact JWS with an `iss`. */
export interface TokenForm {
  /** @throws SallyportError */
  readonly decode: (text: string) => UnverifiedToken;
  /** @throws SallyportError */
  readonly findIssuer: (gateway: Gateway, token: UnverifiedToken) => FoundIssuer;
}

/** One request, as its API type presents it. */
export interface AuthorizationRequest {
  /** The token, found in the one place where this API type may carry it. @throws SallyportError */
  readonly credential: () => string;
  /** Default: a compact JWS. */
  readonly form?: TokenForm | undefined;
  /** The route of the table that API Gateway selected; null: none. */
  readonly route: Route | null;
  /** Whether API Gateway uses the answer again on other routes: what is found out of a public route's caller then serves those. */
  readonly isReused?: boolean;
}

/** What becomes of a request. Every refusal carries its reason; a denied principal is known, an unauthenticated caller is not. */
export type Decision =
  /** `liveAt`: when the issuer said that the principal is live, in seconds since the epoch. */
  | { readonly kind: "allow"; readonly principal: Principal | null; readonly marks?: TokenMarks; readonly liveAt?: number }
  /** `challenge`: what a stronger sign-in would have to be, where that is what is missing. */
  | {
      readonly kind: "deny";
      readonly principal: Principal;
      readonly code: ReasonCode;
      readonly challenge?: Challenge;
      readonly marks?: TokenMarks;
    }
  | { readonly kind: "unauthenticated"; readonly code: ReasonCode; readonly issuer: string | null }
  | { readonly kind: "unavailable"; readonly code: ReasonCode; readonly issuer: string | null };

/** Told which issuer a token belongs to as soon as that is known, so that a refusal can name it. */
type Witness = (issuer: string) => void;

/** Decides on one request. Never throws: whatever goes wrong is a refusal. */
export async function authorize(request: AuthorizationRequest, runtime: Runtime): Promise<Decision> {
  const { credential, route, form } = request;
  if (route?.rule.kind === "public") return request.isReused ? openToAll(request, runtime) : NOBODY;
  let issuer: string | null = null;
  try {
    const text = credential();
    const { principal, tokenId, issuedAt } = await authenticate(text, runtime, (name) => (issuer = name), form);
    const decided = decide(route, principal, runtime.clock());
    const decision = route !== null && needsLive(route.rule) ? await live(decided, text, runtime) : decided;
    // The guard asks for revocations too, and needs to know what to ask for.
    return runtime.revocations ? { ...decision, marks: { tokenId, issuedAt } } : decision;
  } catch (error) {
    return refuse(error, issuer);
  }
}

/** The caller of a public route, who had to prove nothing. */
export const NOBODY: Decision = { kind: "allow", principal: null };

/** A public route's caller, whoever it is: nobody, where the token is none or proves nothing. */
async function openToAll({ credential, form }: AuthorizationRequest, runtime: Runtime): Promise<Decision> {
  try {
    const { principal, tokenId, issuedAt } = await authenticate(credential(), runtime, undefined, form);
    return { kind: "allow", principal, ...(runtime.revocations && { marks: { tokenId, issuedAt } }) };
  } catch {
    return NOBODY;
  }
}

/**
 * The way through: from a token to what it proves.
 * @throws SallyportError
 */
export function authenticate(text: string, runtime: Runtime, witness: Witness = () => {}, form = COMPACT): Promise<Proof> {
  const proving = prove(text, runtime, witness, form);
  return runtime.online || runtime.revocations ? confirm(proving, text, runtime) : proving;
}

/** What was proven may have ended since: asks whoever would know. @throws SallyportError */
async function confirm(proving: Promise<Proof>, text: string, { online, revocations }: Runtime): Promise<Proof> {
  const proof = await proving;
  if (online) await online.confirm(text, proof);
  if (revocations) await revocations.check(proof);
  return proof;
}

const COMPACT: TokenForm = { decode: decodeToken, findIssuer };

async function prove(text: string, runtime: Runtime, witness: Witness, form: TokenForm): Promise<Proof> {
  const { gateway, keys, clock } = runtime;
  // What is remembered was read in the usual form: a text of another form must not be taken for it, or the reverse.
  const memo = form === COMPACT ? runtime.memo : null;
  const now = seconds(clock());
  const known = memo?.recall(text, keys, now);
  if (known) {
    witness(known.principal.issuer);
    return known;
  }
  const opaque = form === COMPACT ? runtime.online?.opaque(text) : null;
  if (opaque) return proveOnline(opaque, text, runtime, witness);
  const unverified = form.decode(text);
  const { issuer, iss } = form.findIssuer(gateway, unverified);
  const asked = issuer.isForIssuerOnly?.(unverified, iss) === true ? runtime.online?.unverifiable(text, issuer.name) : null;
  if (asked) return proveOnline(asked, unverified.signingInput, runtime, witness);
  witness(issuer.name);
  const { token, times, key, query } = await verifyToken(unverified, issuer, iss, keys, now);
  issuer.check(token, key.issuer);
  const { tokenId, issuedAt } = marksIn(token.claims);
  const found: Proof = { principal: makePrincipal(issuer, token, gateway.forward), tokenId, issuedAt };
  const proof = runtime.revocations ? nameToken(found, unverified.signingInput) : found;
  memo?.offer(text, { proof, times, limits: issuer.settings, key, query });
  return proof;
}

/** The issuer's word in place of a signature. @throws SallyportError */
async function proveOnline({ issuer, prove }: AskedToken, bytes: string | Uint8Array, runtime: Runtime, witness: Witness): Promise<Proof> {
  witness(issuer);
  const proof = await prove();
  return runtime.revocations ? nameToken(proof, bytes) : proof;
}

/** Asked last, and only where everything else holds. @throws SallyportError */
async function live(decision: Decided, text: string, { askLive, clock }: Runtime): Promise<Decided> {
  if (decision.kind !== "allow" || decision.principal === null) return decision;
  if (askLive === undefined) throw new SallyportError("introspection_unavailable");
  await askLive(text, decision.principal);
  return { ...decision, liveAt: seconds(clock()) };
}

type Decided = Decision & { readonly kind: "allow" | "deny" };

/**
 * Whether this principal may use this route now, a live check aside; `now` in milliseconds.
 * @throws SallyportError `internal_error` where a rule of the configuration's own failed: that says nothing about the caller
 */
function decide(route: Route | null, principal: Principal, now: number): Decided {
  if (route === null) return { kind: "deny", principal, code: "route_unknown" };
  const verdict = evaluate(needsLive(route.rule) ? withoutLive(route.rule) : route.rule, principal, seconds(now));
  if (verdict.holds) return { kind: "allow", principal };
  const { code } = verdict;
  if (code === "internal_error") throw new SallyportError(code);
  return code === "step_up_required" ? { kind: "deny", principal, code, challenge: verdict } : { kind: "deny", principal, code };
}

/** Known reasons keep their code; anything else is our own failure, and a failure never lets anybody through. */
function refuse(error: unknown, issuer: string | null): Decision {
  const code: ReasonCode = error instanceof SallyportError ? error.code : "internal_error";
  return { kind: REASONS[code].status >= 500 ? "unavailable" : "unauthenticated", code, issuer };
}
