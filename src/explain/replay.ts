import { authorize, type Decision, type Runtime } from "../authorize.ts";
import type { ReasonCode } from "../errors.ts";
import { createRuntime, type VerifierOptions } from "../gateway/authorizer.ts";
import type { Gateway } from "../gateway.ts";
import { encodeText } from "../principal/codec.ts";
import type { Principal } from "../principal/principal.ts";
import { matchRoute, routeOf } from "../rules/match-route.ts";
import type { Route } from "../rules/route-table.ts";
import { isAlgorithmName, isSignatureValid } from "../token/algorithms.ts";
import type { UnverifiedToken } from "../token/token.ts";
import type { Door } from "./door.ts";
import { type Sighting, watchGateway } from "./witness.ts";

/** What happened to a token on its way. */
export interface Replay {
  readonly runtime: Runtime;
  readonly gateway: Gateway;
  readonly sighting: Sighting;
  /** Null: it could not be taken apart. */
  readonly decoded: UnverifiedToken | null;
  /** What became of the token itself; null: it proves who its bearer is. */
  readonly refusal: Extract<Decision, { kind: "unauthenticated" | "unavailable" }> | null;
  /** Who its bearer is. */
  readonly principal: Principal | null;
  /** What became of the request for the route asked for; null: none was asked for, or it did not come to that. */
  readonly decision: Decision | null;
  /** Whether an authorizer's answer has room for the principal. */
  readonly fits: boolean;
  /** The route asked for; null: none was, or the table has none. */
  readonly route: Route | null;
  /** As it was asked for, without any token in it. */
  readonly wanted: string | null;
}

/**
 * Sends a token through the real way in, with a witness beside it: first for no route at all, which the table refuses with the
 * principal known, then for the route asked for.
 * @param wanted a key of the route table, or a method and a path; null: no route
 */
export async function replayToken(gateway: Gateway, door: Door, wanted: string | null, options: VerifierOptions): Promise<Replay> {
  const { gateway: watched, sighting, watch, watchOnline } = watchGateway(gateway);
  const usual = createRuntime(watched, options, undefined, () => void (sighting.isUnread = true));
  const online = usual.online ? watchOnline(usual.online) : null;
  const runtime: Runtime = { ...usual, memo: null, keys: watch(usual.keys), online };
  const { credential, form, decoded } = door;
  const route = wanted === null ? null : findRoute(gateway, wanted);
  const proven = await authorize({ credential, form, route: null }, runtime);
  const principal = proven.kind === "deny" ? proven.principal : null;
  const refusal = proven.kind === "unauthenticated" || proven.kind === "unavailable" ? proven : null;
  // Nobody is asked for a token on a public route, so a bad one does no harm there.
  const isAsked = wanted !== null && (refusal === null || route?.rule.kind === "public");
  const decision = isAsked ? await authorize({ credential, form, route }, runtime) : null;
  return { runtime, gateway, sighting, decoded, refusal, principal, decision, fits: fits(principal), route, wanted };
}

/** The route with exactly this key, or else the one that API Gateway would select for the path. */
function findRoute(gateway: Gateway, text: string): Route | null {
  const [method = "", path = ""] = text.split(" ");
  return routeOf(gateway, text) ?? (path.startsWith("/") ? matchRoute(gateway, method.toUpperCase(), path) : null);
}

/** The budget is one for all API types, and measured on the larger form. */
function fits(principal: Principal | null): boolean {
  try {
    if (principal !== null) encodeText(principal);
    return true;
  } catch {
    return false;
  }
}

/** Why the token, or else the request, is refused; null: it is not. On a public route a bad token does no harm. */
export function codeOf({ refusal, decision, fits, route }: Replay): ReasonCode | null {
  const final = decision ?? refusal;
  if (final !== null && final.kind !== "allow") return final.code;
  return fits || route?.rule.kind === "public" ? null : "principal_too_large";
}

/** Checked once more, so that nothing but a good signature ever opens a claim. */
export function hasGoodSignature({ decoded, sighting: { key, query } }: Pick<Replay, "decoded" | "sighting">): boolean {
  if (decoded === null || key === null || query === null || !isAlgorithmName(query.algorithm)) return false;
  return isSignatureValid(query.algorithm, key.key, decoded.signingInput, decoded.signature);
}
