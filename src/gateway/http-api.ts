import { checkKnown } from "../config/check-values.ts";
import type { Report } from "../config/report.ts";
import { REASONS, type ReasonCode, SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { type AuthorizerContext, encodeNative } from "../principal/codec.ts";
import { routeOf } from "../rules/match-route.ts";
import { type ApiType, type AuthorizerHandler, type AuthorizerOptions, createAuthorizer, type Refusal } from "./authorizer.ts";
import { AUTHORIZER_OPTIONS, checkGatewayCall } from "./check-gateway.ts";
import { type HeaderSource, headerValues, type QuerySource, readAuthorization } from "./credential.ts";

/** The members this authorizer reads of an HTTP API's event, payload format 2.0. */
export interface HttpAuthorizerEvent extends HeaderSource, QuerySource {
  readonly version: string;
  readonly type: string;
  readonly routeKey: string;
  readonly identitySource?: readonly string[] | null;
}

/** The simple response of an HTTP API's authorizer. */
export interface SimpleResponse {
  readonly isAuthorized: boolean;
  readonly context: AuthorizerContext;
}

/**
 * Who answers a refused request. `gateway`: API Gateway, which can say no more than 401, 403 or 500. `guard`: the request goes
 * on without a principal and the guard in the function answers in full; refusals that may not last, and failures, stay with API
 * Gateway, because the answer is cached. `guard-uncached`: all of them go on; for an authorizer whose TTL is 0.
 *
 * With either of the last two the guard is the only door: no route of this authorizer may have a function without one.
 */
export type Denials = "gateway" | "guard" | "guard-uncached";

export interface HttpAuthorizerOptions extends AuthorizerOptions {
  /** Default `"gateway"`. */
  readonly denials?: Denials;
}

/**
 * The authorizer of an HTTP API: payload format 2.0, simple responses. API Gateway must have `$request.header.Authorization`
 * and `$context.routeKey` as identity sources, so that one route's cached answer never serves another.
 * @throws ConfigurationError at once; its handler throws an Error with the message `Unauthorized` (401) or a SallyportError (500)
 */
export function httpAuthorizer(
  gateway: Gateway,
  options: HttpAuthorizerOptions = {},
): AuthorizerHandler<HttpAuthorizerEvent, SimpleResponse> {
  checkGatewayCall("httpAuthorizer", gateway, options, [...AUTHORIZER_OPTIONS, "denials"], (report) => checkDenials(options, report));
  const goesOn = GOES_ON[options.denials ?? "gateway"];
  const leaveToGuard = (refusal: Refusal) => (goesOn(refusal.code) ? { isAuthorized: true, context: passedOn(refusal) } : null);
  return createAuthorizer(gateway, options, { ...httpApi, leaveToGuard });
}

/**
 * The same token may be accepted a minute later: new keys arrive, clocks move, a revocation is undone, and what an issuer calls inactive
 * may only not be valid yet (RFC 7662 section 2.2). Or at once, in a request without a second credential in its query, which is no part
 * of what the answer is cached by.
 */
const MAY_PASS: readonly ReasonCode[] = [
  "key_unknown",
  "signature_invalid",
  "token_not_yet_valid",
  "revoked",
  "token_inactive",
  "credential_ambiguous",
];

const GOES_ON: Readonly<Record<Denials, (code: ReasonCode) => boolean>> = {
  gateway: () => false,
  guard: (code) => REASONS[code].status < 500 && !MAY_PASS.includes(code),
  "guard-uncached": () => true,
};

const checkDenials = ({ denials = "gateway" }: HttpAuthorizerOptions, report: Report) =>
  checkKnown(denials, Object.keys(GOES_ON), report, "denials");

/** No principal and nothing of the token: the reason, and what a stronger sign-in would have to be. */
function passedOn(refusal: Refusal): AuthorizerContext {
  const { maxAge = null, acr = null } = (refusal.kind === "deny" ? refusal.challenge : undefined) ?? {};
  return { reason: refusal.code, ...(maxAge !== null && { maxAge }), ...(acr !== null && { acr }) };
}

const httpApi: ApiType<HttpAuthorizerEvent, SimpleResponse> = {
  read(event, gateway) {
    if (event.version !== "2.0" || event.type !== "REQUEST" || typeof event.routeKey !== "string")
      throw new SallyportError("event_unsupported");
    return { route: routeOf(gateway, event.routeKey), credential: () => readHttpCredential(event) };
  },
  encode: encodeNative,
  // The reason of a denial is for access logs (`$context.authorizer.reason`); callers get `{"message":"Forbidden"}`.
  answer: (_event, { isAllowed, context }) => ({
    isAuthorized: isAllowed,
    context: isAllowed ? context : { reason: context["reason"] ?? null },
  }),
};

/** An event whose identity source values API Gateway caches the answer by: a list, or joined by commas in payload format 1.0. */
interface CachedEvent extends HeaderSource, QuerySource {
  readonly identitySource?: string | readonly string[] | null;
}

/**
 * The token of an HTTP API's request. What API Gateway cached the answer by must be what is verified; without identity sources it
 * caches nothing.
 * @throws SallyportError
 */
export function readHttpCredential(event: CachedEvent): string {
  const { identitySource } = event;
  const given: unknown = typeof identitySource === "string" ? identitySource.split(",") : identitySource;
  const sources: readonly unknown[] = Array.isArray(given) ? given : [];
  const values = headerValues(event, "authorization");
  const value = values[0];
  if (value !== undefined && !sources.includes(value) && sources.some((source) => source !== "")) {
    throw new SallyportError("credential_ambiguous");
  }
  return readAuthorization(values, event);
}
