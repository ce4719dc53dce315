import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { type AuthorizerContext, encodeNative } from "../principal/codec.ts";
import { routeOf } from "../rules/match-route.ts";
import { type ApiType, type AuthorizerHandler, type AuthorizerOptions, createAuthorizer } from "./authorizer.ts";
import { type HeaderSource, headerValues, type QuerySource, readRequestCredential } from "./credential.ts";

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
 * The authorizer of an HTTP API: payload format 2.0, simple responses. API Gateway must have `$request.header.Authorization`
 * and `$context.routeKey` as identity sources, so that one route's cached answer never serves another.
 * @throws Error with the message `Unauthorized` (401), SallyportError (500)
 */
export function httpAuthorizer(gateway: Gateway, options: AuthorizerOptions = {}): AuthorizerHandler<HttpAuthorizerEvent, SimpleResponse> {
  return createAuthorizer(gateway, options, httpApi);
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
 * The token of an HTTP API's request. What API Gateway cached the answer by must be what is verified.
 * @throws SallyportError
 */
export function readHttpCredential(event: CachedEvent): string {
  const { identitySource } = event;
  const sources = typeof identitySource === "string" ? identitySource.split(",") : identitySource;
  const [value] = headerValues(event, "authorization");
  if (Array.isArray(sources) && value !== undefined && !sources.includes(value)) throw new SallyportError("credential_ambiguous");
  return readRequestCredential(event);
}
