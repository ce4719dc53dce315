import { describeRule } from "../../rules/describe.ts";
import type { Route } from "../../rules/route-table.ts";
import { type Check, type Finding, type Patient, placeOf } from "../check.ts";
import { isDeployed, misnamedIn, ruleOf } from "../match.ts";
import { type DeployedApi, type DeployedRoute, isLambda } from "../model.ts";

interface Place {
  readonly api: DeployedApi;
  readonly route: DeployedRoute;
  /** Null: the table has none. */
  readonly rule: Route | null;
}

const placesOf = ({ apis, gateway }: Pick<Patient, "apis" | "gateway">): readonly Place[] =>
  apis.flatMap((api) => api.routes.map((route) => ({ api, route, rule: ruleOf(gateway, api, route) })));

const isPreflight = ({ key }: DeployedRoute) => key.startsWith("OPTIONS ");
/** Of a WebSocket API only the handshake is authorized; `$disconnect` cannot be refused. */
const isAuthorizable = ({ api, route }: Place) => api.kind !== "websocket" || route.key === "$connect";
const isGuardable = ({ route }: Place) => !isPreflight(route) && route.key !== "$disconnect";
const authorizerOf = ({ api, route }: Place) => api.authorizers.find(({ id }) => id === route.authorizer) ?? null;
const isOpen = ({ route }: Place) => route.authorizer === null && !route.isIam;
/** Behind an authorizer that is not this gateway's, its rules do not apply. */
const isForeign = (place: Place) => place.route.isIam || (authorizerOf(place) !== null && !isLambda(authorizerOf(place) as never));
const where = ({ api, route }: Place) => placeOf(api, route.key);

const each = (wanted: (place: Place) => boolean, finding: (place: Place) => Omit<Finding, "where">) => (patient: Patient) =>
  placesOf(patient)
    .filter(wanted)
    .map((place) => ({ where: where(place), ...finding(place) }));

/** Deployed routes against the route table. */
export const ROUTE_CHECKS: readonly Check[] = [
  {
    id: "route-without-authorizer",
    severity: "error",
    title: "a route whose rule is not public has no authorizer",
    find: each(
      (place) =>
        isAuthorizable(place) && isOpen(place) && !isPreflight(place.route) && place.rule !== null && place.rule.rule.kind !== "public",
      ({ rule }) => ({
        why: `The rule is "${rule === null ? "" : describeRule(rule.rule)}", and API Gateway lets everybody through to the function.`,
        fix: "Put the authorizer on the route, or make its rule public. A function behind verifyingGuard needs neither.",
      }),
    ),
  },
  {
    id: "route-without-rule",
    severity: "error",
    title: "a deployed route has no rule",
    find: each(
      (place) => place.rule === null && isGuardable(place) && !isForeign(place),
      (place) => ({
        why: isOpen(place)
          ? "Nothing says who may use the route: without an authorizer it is open, and a guard refuses everybody."
          : "The authorizer refuses everybody: a route that is not in the table is denied.",
        fix: "Add the key to the route table, exactly as it is deployed, names of parameters included.",
      }),
    ),
  },
  {
    id: "resource-named-otherwise",
    severity: "error",
    title: "a REST API's resource is in the route table under another name",
    find: ({ apis, gateway }) =>
      placesOf({ apis, gateway })
        .filter((place) => !isOpen(place) && !isForeign(place))
        .flatMap((place) => {
          const misnamed = misnamedIn(gateway, place.api, place.route);
          if (misnamed === null) return [];
          const { rule, key } = misnamed;
          return {
            where: where(place),
            why: `The authorizer goes by the path and takes the rule of ${rule.key}. A guard goes by the resource as it is deployed, has no rule for ${key}, and refuses everybody.`,
            fix: `Write ${key} into the route table, exactly as it is deployed, names of parameters included.`,
          };
        }),
  },
  {
    id: "rule-without-route",
    severity: "warning",
    title: "a rule is for a route that no API has",
    find: ({ gateway, apis }) =>
      [...gateway.routes.values()]
        .filter((route) => {
          const kinds = route.method === null ? ["websocket"] : ["rest", "http"];
          const candidates = apis.filter(({ kind }) => kinds.includes(kind));
          return candidates.length > 0 && !apis.some((api) => api.isElsewhere || isDeployed(api, route));
        })
        .map(({ key }) => ({
          where: `route table, ${key}`,
          why: "No API among the templates has the route: it was renamed or removed, or never deployed.",
          fix: "Remove the rule, or deploy the route.",
        })),
  },
  {
    id: "public-behind-authorizer",
    severity: "warning",
    title: "a public route has an authorizer",
    find: each(
      (place) => place.rule?.rule.kind === "public" && !isOpen(place) && !isForeign(place),
      () => ({
        why: "API Gateway refuses callers without a token before it asks the authorizer, so the route is not public.",
        fix: "Take the authorizer off the route.",
      }),
    ),
  },
  {
    id: "preflight-authorized",
    severity: "error",
    title: "preflight requests need a token",
    find: each(
      (place) => isPreflight(place.route) && !isOpen(place),
      () => ({
        why: "Browsers send no token with a preflight request, so it is refused and the page never gets to the real one.",
        fix: "Take the authorizer off OPTIONS (SAM: AddDefaultAuthorizerToCorsPreflight: false).",
      }),
    ),
  },
  {
    id: "preflight-caught-by-default",
    severity: "warning",
    title: "$default catches preflight requests that CORS settings do not answer",
    find: ({ apis }) =>
      apis
        .filter(({ kind, hasCors, routes }) => {
          const fallback = routes.find(({ key }) => key === "$default");
          return kind === "http" && hasCors && fallback !== undefined && fallback.authorizer !== null && !routes.some(isPreflight);
        })
        .map((api) => ({
          where: placeOf(api, "$default"),
          why: "A preflight request for a path without a route of its own ends at $default and its authorizer.",
          fix: "Add a route OPTIONS /{proxy+} without an authorizer.",
        })),
  },
  {
    id: "authorizer-beyond-connect",
    severity: "error",
    title: "a WebSocket route other than $connect has an authorizer",
    find: each(
      ({ api, route }) => api.kind === "websocket" && route.key !== "$connect" && route.authorizer !== null,
      () => ({
        why: "API Gateway authorizes the handshake only, and refuses to deploy anything else.",
        fix: "Keep the authorizer on $connect. The guard checks the rule of every message.",
      }),
    ),
  },
  {
    id: "function-gets-body",
    severity: "error",
    title: "a function behind a rule gets an event that is not API Gateway's own",
    find: each(
      (place) => place.route.isMapped && isGuardable(place) && place.rule?.rule.kind !== "public",
      () => ({
        why: "Its integration is AWS and not AWS_PROXY: without a mapping template the event is the caller's body, and a guard believes its requestContext.",
        fix: "Make the integration AWS_PROXY.",
      }),
    ),
  },
  {
    id: "definition-elsewhere",
    severity: "info",
    title: "an API is described in a file that was not read",
    find: ({ apis }) =>
      apis
        .filter(({ isElsewhere }) => isElsewhere)
        .map((api) => ({
          where: placeOf(api),
          why: "Its routes are in an OpenAPI document outside the template, so that nothing can be said about them.",
          fix: "Put the document into the template (Body, DefinitionBody) for the check.",
        })),
  },
  {
    id: "authorizer-elsewhere",
    severity: "info",
    title: "a route's authorizer is not in the template",
    find: each(
      (place) => !isOpen(place) && !place.route.isIam && authorizerOf(place) === null,
      () => ({
        why: "The name is misspelt, or the authorizer belongs to another stack, so that its settings cannot be checked here.",
        fix: "Correct the name, or give doctor that stack's template as well.",
      }),
    ),
  },
];
