import { REASONS, type ReasonCode, SallyportError } from "./errors.ts";
import type { Gateway } from "./gateway.ts";
import { findIssuer } from "./issuers/find-issuer.ts";
import { member } from "./json.ts";
import type { KeyFinder } from "./keys/keys.ts";
import { makePrincipal } from "./providers/make-principal.ts";
import type { Principal } from "./principal/principal.ts";
import type { Proof } from "./principal/proof.ts";
import { evaluate } from "./rules/evaluate.ts";
import type { Route } from "./rules/route-table.ts";
import type { Revocations } from "./sessions/revocations.ts";
import { decodeToken } from "./token/decode.ts";
import type { VerifiedToken } from "./token/token.ts";
import { verifyToken } from "./token/verify-token.ts";

/** What a decision is made with. */
export interface Runtime {
  readonly gateway: Gateway;
  readonly keys: KeyFinder;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** What was revoked before its time; absent: nothing is looked up. */
  readonly revocations?: Revocations | null;
}

/** One request, as its API type presents it. */
export interface AuthorizationRequest {
  /** The token, found in the one place where this API type may carry it. @throws SallyportError */
  readonly credential: () => string;
  /** The route of the table that API Gateway selected; null: none. */
  readonly route: Route | null;
}

/** What becomes of a request. Every refusal carries its reason; a denied principal is known, an unauthenticated caller is not. */
export type Decision =
  | { readonly kind: "allow"; readonly principal: Principal | null }
  | { readonly kind: "deny"; readonly principal: Principal; readonly code: ReasonCode }
  | { readonly kind: "unauthenticated"; readonly code: ReasonCode; readonly issuer: string | null }
  | { readonly kind: "unavailable"; readonly code: ReasonCode; readonly issuer: string | null };

/** Told which issuer a token belongs to as soon as that is known, so that a refusal can name it. */
type Witness = (issuer: string) => void;

/** Decides on one request. Never throws: whatever goes wrong is a refusal. */
export async function authorize({ credential, route }: AuthorizationRequest, runtime: Runtime): Promise<Decision> {
  if (route?.rule.kind === "public") return { kind: "allow", principal: null };
  let issuer: string | null = null;
  try {
    const { principal } = await authenticate(credential(), runtime, (name) => (issuer = name));
    return decide(route, principal, runtime.clock());
  } catch (error) {
    return refuse(error, issuer);
  }
}

/**
 * The way through: from a token to what it proves.
 * @throws SallyportError
 */
export async function authenticate(text: string, runtime: Runtime, witness: Witness = () => {}): Promise<Proof> {
  const proof = await prove(text, runtime, witness);
  await runtime.revocations?.check(proof);
  return proof;
}

async function prove(text: string, { gateway, keys, clock }: Runtime, witness: Witness): Promise<Proof> {
  const unverified = decodeToken(text);
  const { issuer, iss } = findIssuer(gateway, unverified);
  witness(issuer.name);
  const { token, keyIssuer } = await verifyToken(unverified, issuer, iss, keys, seconds(clock()));
  issuer.check(token, keyIssuer);
  return { principal: makePrincipal(issuer, token, gateway.forward), ...identifiersOf(token) };
}

/** An id of another type than text identifies nothing. */
function identifiersOf({ claims }: VerifiedToken): Pick<Proof, "tokenId" | "issuedAt"> {
  const [tokenId, issuedAt] = [member(claims, "jti"), member(claims, "iat")];
  return { tokenId: typeof tokenId === "string" ? tokenId : null, issuedAt: typeof issuedAt === "number" ? issuedAt : null };
}

/** Whether this principal may use this route now; `now` in milliseconds. */
function decide(route: Route | null, principal: Principal, now: number): Decision {
  if (route === null) return { kind: "deny", principal, code: "route_unknown" };
  const verdict = evaluate(route.rule, principal, seconds(now));
  return verdict.holds ? { kind: "allow", principal } : { kind: "deny", principal, code: verdict.code };
}

/** Known reasons keep their code; anything else is our own failure, and a failure never lets anybody through. */
function refuse(error: unknown, issuer: string | null): Decision {
  const code: ReasonCode = error instanceof SallyportError ? error.code : "internal_error";
  return { kind: REASONS[code].status >= 500 ? "unavailable" : "unauthenticated", code, issuer };
}

/** Whole seconds, as tokens count them. */
export const seconds = (milliseconds: number) => Math.floor(milliseconds / 1_000);
