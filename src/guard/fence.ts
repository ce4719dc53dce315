import { REASONS, type ReasonCode, SallyportError } from "../errors.ts";
import { decodeMarks, decodePrincipal } from "../principal/codec.ts";
import { type Principal, sealPrincipal } from "../principal/principal.ts";
import type { Proof, TokenMarks } from "../principal/proof.ts";
import { routeOf, routeOfResource } from "../rules/match-route.ts";
import type { Route, RouteTable } from "../rules/route-table.ts";
import type { Challenge } from "./problem.ts";
import type { RevocationSource } from "../sessions/revocations.ts";
import { stillHolds } from "./still-holds.ts";
import { membersOf } from "../members.ts";

/** The guard's verdict on one request. */
export type Passage =
  | { readonly passes: true; readonly principal: Principal; readonly proof: () => Proof; readonly route: string | null }
  | ({ readonly passes: false; readonly code: ReasonCode; readonly challenge: Challenge } & Partial<Seen>);

/** What was known of a request when it was refused, for the log. */
interface Seen {
  /** The route's key in the route table. */
  route: string | null;
  /** The issuer's name in the configuration. */
  issuer: string | null;
}

/**
 * Finds the principal of an event that no authorizer of this gateway has seen; `now` in seconds since the epoch.
 * @throws SallyportError
 */
export interface PrincipalSource {
  (event: unknown, now: number): Principal;
  /** What tells the token from others, for guards that read revocations. */
  readonly marks?: (event: unknown) => TokenMarks;
  /** Where the guard looks revocations up, since nobody in front of it did. */
  readonly revocations?: RevocationSource;
}

/**
 * The second door. API Gateway caches an authorizer's answer and reuses it, so what the answer stood for is proven again where
 * the work is done: the principal is there, it was made for this API and stage, its token has not expired, and the rule of the
 * route that was really taken holds. A refusal that the authorizer left to the guard stays the refusal it is.
 * @param now seconds since the epoch
 * @param from where the principal comes from; absent: from an authorizer of this gateway
 */
export function fence(routes: RouteTable, event: unknown, now: number, from?: PrincipalSource): Passage {
  const seen: Seen = { route: null, issuer: null };
  const passage = pass(routes, event, now, from, seen);
  return passage.passes ? passage : { ...passage, ...seen };
}

function pass(routes: RouteTable, event: unknown, now: number, from: PrincipalSource | undefined, seen: Seen): Passage {
  try {
    const { route, context, place } = readEvent(routes, event);
    seen.route = route?.key ?? null;
    const refusal = from === undefined ? refusalIn(context) : null;
    if (refusal !== null) return refusal;
    const principal = from === undefined ? decodePrincipal(context) : from(event, now);
    seen.issuer = principal.issuer;
    if (isMisplaced(context, place)) return stop("principal_misplaced");
    if (!(principal.expiresAt > now)) return stop("principal_expired");
    if (route === null) return stop("route_unknown");
    const verdict = stillHolds(route.rule, principal, context, now);
    if (verdict.holds) {
      const proof = () => ({ principal, ...marksOf(event, context, from) });
      return { passes: true, principal: sealPrincipal(principal), proof, route: route.key };
    }
    return stop(verdict.code, verdict.code === "step_up_required" ? verdict : {});
  } catch (error) {
    return stop(error instanceof SallyportError ? error.code : "internal_error");
  }
}

function marksOf(event: unknown, context: unknown, from: PrincipalSource | undefined): TokenMarks {
  if (from === undefined) return decodeMarks(context);
  return from.marks?.(event) ?? { tokenId: null, issuedAt: null };
}

const stop = (code: ReasonCode, challenge: Challenge = {}): Passage => ({ passes: false, code, challenge });

const asText = (value: unknown): string => (typeof value === "string" ? value : "");

/** A refusal that came without a principal (`httpAuthorizer` with `denials: "guard"`). Whatever it says, nobody gets in by it. */
function refusalIn(context: unknown): Passage | null {
  const { principal, reason, maxAge, acr } = membersOf(context);
  if (principal !== undefined || typeof reason !== "string" || !Object.hasOwn(REASONS, reason)) return null;
  return stop(reason as ReasonCode, {
    maxAge: typeof maxAge === "number" ? maxAge : null,
    acr: typeof acr === "string" ? acr : null,
  });
}

/** Whether both sides name an API and stage, and not the same. Contexts made for tests name none. */
function isMisplaced(context: unknown, place: string | null): boolean {
  const { api } = membersOf(context);
  return place !== null && typeof api === "string" && api !== place;
}

/** What the guard reads of an event. */
interface GuardedRequest {
  readonly route: Route | null;
  readonly context: unknown;
  /** `<API id>/<stage>`. */
  readonly place: string | null;
}

/** The route API Gateway took, and what its authorizer said: from the request context only, which no client can write. */
function readEvent(routes: RouteTable, event: unknown): GuardedRequest {
  const members = membersOf(event);
  const request = membersOf(members["requestContext"]);
  const { authorizer, apiId, stage } = request;
  const place = typeof apiId === "string" && typeof stage === "string" ? `${apiId}/${stage}` : null;
  if (members["version"] === "2.0")
    return { place, route: routeOf(routes, asText(members["routeKey"])), context: membersOf(authorizer)["lambda"] };
  const route =
    typeof request["connectionId"] === "string"
      ? routeOf(routes, asText(request["routeKey"]))
      : routeOfResource(routes, asText(members["httpMethod"]), asText(members["resource"]));
  return { place, route, context: authorizer };
}
