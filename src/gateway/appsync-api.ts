import { seconds } from "../seconds.ts";
import { checked } from "../config/report.ts";
import { checkRuleNames } from "../config/check-vocabulary.ts";
import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { encodeText } from "../principal/codec.ts";
import { checkRule } from "../rules/check-rule.ts";
import { needsLive } from "../rules/live.ts";
import type { Route } from "../rules/route-table.ts";
import { type Rule, type RuleInput, toRule } from "../rules/rule.ts";
import { type ApiType, type AuthorizerHandler, type AuthorizerOptions, createAuthorizer, type Outcome } from "./authorizer.ts";
import { AUTHORIZER_OPTIONS, checkGatewayCall } from "./check-gateway.ts";
import { readBearer } from "./credential.ts";

/** The members this authorizer reads of an AppSync authorizer's event. */
export interface AppSyncAuthorizerEvent {
  readonly authorizationToken?: string | null;
  readonly requestContext: { readonly apiId: string };
}

/** The answer of an AppSync authorizer. */
export interface AppSyncAnswer {
  readonly isAuthorized: boolean;
  /** `$ctx.identity.resolverContext`: the principal as JSON text, and a few flat keys. */
  readonly resolverContext: Readonly<Record<string, string>>;
  readonly deniedFields: string[];
  /** Seconds that AppSync may reuse this answer for. */
  readonly ttlOverride: number;
}

export interface AppSyncAuthorizerOptions extends AuthorizerOptions {
  /** Who may use the API: AppSync has fields and no routes. */
  readonly rule: RuleInput;
}

/** Seconds: AppSync's own default. */
const MAX_TTL = 300;
const ROUTE_KEY = "$appsync";
const DENIED: AppSyncAnswer = { isAuthorized: false, resolverContext: {}, deniedFields: [], ttlOverride: 0 };

/**
 * The Lambda authorizer of an AppSync GraphQL API. The token may come with or without `Bearer`. Whoever is not allowed in gets
 * AppSync's own 401, because there is no other; the log tells the reasons apart.
 * @throws ConfigurationError at once, also for a rule that is malformed or can never hold; its handler throws SallyportError for failures
 */
export function appSyncAuthorizer(
  gateway: Gateway,
  options: AppSyncAuthorizerOptions,
): AuthorizerHandler<AppSyncAuthorizerEvent, AppSyncAnswer> {
  checkGatewayCall("appSyncAuthorizer", gateway, options, [...AUTHORIZER_OPTIONS, "rule"]);
  const route = checkedRoute(gateway, options.rule);
  const { clock = Date.now } = options;
  return createAuthorizer(
    gateway,
    options,
    appSyncApi(route, () => seconds(clock())),
  );
}

function appSyncApi(route: Route, now: () => number): ApiType<AppSyncAuthorizerEvent, AppSyncAnswer> {
  const maxTtl = dependsOnTime(route.rule) ? 0 : MAX_TTL;
  return {
    read(event) {
      // API Gateway's events, some of which hold the same members, all have a type.
      if (typeof event.requestContext.apiId !== "string" || "type" in event) throw new SallyportError("event_unsupported");
      return { route, credential: () => readToken(event.authorizationToken) };
    },
    encode: encodeText,
    answer: (_event, outcome) => (outcome.isAllowed ? allowed(outcome, now(), maxTtl) : DENIED),
    unauthenticated: () => DENIED,
  };
}

function allowed({ principal, context }: Outcome, now: number, maxTtl: number): AppSyncAnswer {
  const left = principal === null ? maxTtl : principal.expiresAt - now;
  const resolverContext = context as Readonly<Record<string, string>>;
  return { isAuthorized: true, resolverContext, deniedFields: [], ttlOverride: Math.max(0, Math.min(maxTtl, left)) };
}

function readToken(value: unknown): string {
  const isBare = typeof value === "string" && value !== "" && !value.includes(" ");
  return readBearer(isBare ? `Bearer ${value}` : value);
}

/** No guard need stand behind AppSync to notice that a sign-in or a live check has grown too old, so such an answer is never reused. */
function dependsOnTime(rule: Rule): boolean {
  if (needsLive(rule)) return true;
  if (rule.kind === "allOf" || rule.kind === "anyOf") return rule.rules.some(dependsOnTime);
  return rule.kind === "authenticatedWithin" || (rule.kind === "multiFactor" && rule.within !== null);
}

/** @throws ConfigurationError */
function checkedRoute({ issuers, forward }: Gateway, input: RuleInput): Route {
  return checked("rule", (report) => {
    const route: Route = { key: ROUTE_KEY, method: null, segments: [], rule: toRule(input) };
    const names = issuers.map(({ name }) => name);
    if (checkRule(route.rule, report, { issuers: names }))
      checkRuleNames({ issuers, forward, routes: new Map([[ROUTE_KEY, route]]) }, report);
    return route;
  });
}
