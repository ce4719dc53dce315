import { routesLeftOut } from "../../gateway/policy/routes-left-out.ts";
import { withoutDefault } from "../../rules/match-route.ts";
import type { Gateway } from "../../gateway.ts";
import type { Rule } from "../../rules/rule.ts";
import { type Check, placeOf, timeOf } from "../check.ts";
import { type DeployedApi, type DeployedAuthorizer, isLambda } from "../model.ts";

/** The gateway responses that carry an authorizer's refusals and failures, and what stands in for each. */
const RESPONSES: readonly (readonly [type: string, standIn: string])[] = [
  ["UNAUTHORIZED", "DEFAULT_4XX"],
  ["ACCESS_DENIED", "DEFAULT_4XX"],
  ["AUTHORIZER_FAILURE", "DEFAULT_5XX"],
  ["AUTHORIZER_CONFIGURATION_ERROR", "DEFAULT_5XX"],
];

const missingResponses = ({ corsResponses }: DeployedApi) =>
  RESPONSES.filter(([type, standIn]) => !corsResponses.includes(type) && !corsResponses.includes(standIn)).map(([type]) => type);

const isForBrowsers = ({ routes }: DeployedApi) => routes.some(({ key }) => key.startsWith("OPTIONS "));
const guards = ({ authorizers }: DeployedApi) => authorizers.filter(isLambda);

/** An answer that is a policy, kept for requests of other paths. */
function isPolicyShared({ kind }: DeployedApi, { ttl, isSimple, identitySources }: DeployedAuthorizer): boolean {
  const isKeyed = identitySources.some((source) => /context\.(?:path|resourcePath|routeKey)$/.test(source));
  return kind !== "websocket" && ttl !== 0 && !isSimple && !isKeyed;
}

/** Rules that API Gateway's own authorizers have too: a valid token, and any one scope of a list. */
function isNative(rule: Rule): boolean {
  if (rule.kind === "anyOf") return rule.rules.every(({ kind }) => kind === "scope");
  return ["public", "authenticated", "scope"].includes(rule.kind);
}

function nativeWouldDo({ issuers, routes, forward, revocations }: Gateway): boolean {
  const [issuer] = issuers;
  if (issuer === undefined || issuers.length > 1 || issuer.settings.tokenUse !== "access") return false;
  const { algorithms, vocabulary, tenants, policies, introspection } = issuer.settings;
  const isOne = tenants === null && policies.length === 0 && (issuer.templates ?? []).length === 0;
  const isPlain = isOne && Object.keys(vocabulary).length === 0 && introspection === undefined;
  const isSigned = algorithms.every((algorithm) => algorithm.startsWith("RS"));
  return isPlain && isSigned && forward.length === 0 && !revocations && [...routes.values()].every(({ rule }) => isNative(rule));
}

/** What callers get, and what could be simpler. */
export const ANSWER_CHECKS: readonly Check[] = [
  {
    id: "cors-hides-refusals",
    severity: "warning",
    title: "pages cannot read why they were refused",
    find: ({ apis }) => [
      ...apis
        .filter((api) => api.kind === "rest" && isForBrowsers(api) && guards(api).length > 0 && missingResponses(api).length > 0)
        .map((api) => ({
          where: placeOf(api),
          why: `Without Access-Control-Allow-Origin on ${missingResponses(api).join(", ")} a page sees a network error in place of 401, 403 or 500.`,
          fix: "Add the gateway responses that `sallyport gateway-responses` prints.",
        })),
      ...apis
        .filter((api) => api.kind === "http" && !api.hasCors && isForBrowsers(api) && guards(api).length > 0)
        .map((api) => ({
          where: placeOf(api),
          why: "The API answers preflight requests by a route of its own, so its 401 and 403 carry no Access-Control-Allow-Origin.",
          fix: "Use the API's CORS settings, which API Gateway adds to its own answers too.",
        })),
    ],
  },
  {
    id: "routes-not-expressible",
    severity: "warning",
    title: "one policy cannot hold all routes that a caller may use",
    find: ({ apis, gateway }) => {
      const left = { rest: routesLeftOut(withoutDefault(gateway)), http: routesLeftOut(gateway), websocket: [] };
      return apis.flatMap((api) =>
        guards(api)
          .filter((authorizer) => left[api.kind].length > 0 && isPolicyShared(api, authorizer))
          .map(({ name, ttl }) => ({
            where: placeOf(api, `authorizer ${name}`),
            why: `${left[api.kind].map(({ key }) => key).join(", ")}: for up to ${timeOf(ttl)} after another route was used, a caller who may use it gets 403.`,
            fix: "Set the TTL to 0, or add method and path to a REQUEST authorizer's identity sources, or change the paths.",
          })),
      );
    },
  },
  {
    id: "native-authorizer-would-do",
    severity: "info",
    title: "API Gateway's own JWT authorizer would do",
    find: ({ apis, gateway }) =>
      nativeWouldDo(gateway) && apis.every(({ kind }) => kind === "http")
        ? [
            {
              where: "configuration",
              why: "One issuer, RS256, and rules of scopes alone: API Gateway checks these itself, without a function.",
              fix: "Consider a JWT authorizer in front of the guard. What it lacks: revocation, reason codes, an outage policy.",
            },
          ]
        : [],
  },
];
