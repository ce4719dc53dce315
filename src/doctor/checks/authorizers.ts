import { type Check, type Finding, type Patient, placeOf, timeOf } from "../check.ts";
import { type DeployedApi, type DeployedAuthorizer, isLambda } from "../model.ts";

interface Place {
  readonly api: DeployedApi;
  readonly authorizer: DeployedAuthorizer;
  readonly patient: Patient;
}

const each = (wanted: (place: Place) => boolean, finding: (place: Place) => Omit<Finding, "where">) => (patient: Patient) =>
  patient.apis
    .flatMap((api) => api.authorizers.filter(isLambda).map((authorizer) => ({ api, authorizer, patient })))
    .filter(wanted)
    .map((place) => ({ where: placeOf(place.api, `authorizer ${place.authorizer.name}`), ...finding(place) }));

/** What each kind of API can read of a request; a REST path is not among it. */
const SOURCES: Readonly<Record<DeployedApi["kind"], RegExp>> = {
  rest: /^(?:method\.request\.(?:header|querystring|multivalueheader|multivaluequerystring)|stageVariables|context)\.[\w.-]+$/,
  http: /^\$(?:request\.(?:header|querystring)|stageVariables|context)\.[\w.-]+$/,
  websocket: /^(?:route\.request\.(?:header|querystring)|stageVariables|context)\.[\w.-]+$/,
};
const CREDENTIAL = /request\.(?:header|multivalueheader)\.authorization$/i;
const FROM_CALLER = /request\.(?:header|querystring|multivalueheader|multivaluequerystring)\./;
const MAX_TTL = 3_600;
/** What callers send, less what a signed token would look like. */
const SAMPLE = "Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJleGFtcGxlIn0.c2lnbmF0dXJl";

const isCached = ({ api, authorizer }: Place) => authorizer.ttl !== 0 && api.kind !== "websocket";

/** Where a WebSocket API's token may be besides the Authorization header. */
const otherCredentials = ({ gateway: { webSocketCredential: accepted } }: Patient) =>
  [accepted.subprotocol === null ? null : "sec-websocket-protocol", accepted.queryParameter].filter((name) => name !== null);

const isCredential = ({ api, patient }: Place, source: string) =>
  CREDENTIAL.test(source) ||
  (api.kind === "websocket" && otherCredentials(patient).some((name) => source.toLowerCase().endsWith(`.${name.toLowerCase()}`)));

const unreadable = ({ api, authorizer }: Place) => authorizer.identitySources.filter((source) => !SOURCES[api.kind].test(source));
const demanded = (place: Place) =>
  place.authorizer.identitySources.filter((source) => FROM_CALLER.test(source) && !isCredential(place, source));

/** The shortest time, in seconds, for which the configuration lets a token live; null: no limit. */
function shortestLife({ gateway }: Patient): number | null {
  const limits = gateway.issuers.map(({ settings }) => settings.maxLifetime).filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** API Gateway's expressions are Java's: nothing is said about those that mean nothing here. */
function refuses(pattern: string): boolean {
  try {
    return !new RegExp(pattern).test(SAMPLE);
  } catch {
    return false;
  }
}

/** A name as tools make resource names of it. */
const resourceName = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

function namesakes<Named extends { readonly name: string }>(
  all: readonly Named[],
  spelling = (name: string) => name,
): readonly (readonly Named[])[] {
  const groups = Map.groupBy(all, ({ name }) => spelling(name));
  return [...groups.values()].filter((group) => group.length > 1);
}

/** How the authorizers are wired. */
export const AUTHORIZER_CHECKS: readonly Check[] = [
  {
    id: "payload-format",
    severity: "error",
    title: "an HTTP API's authorizer has a payload format that does not go with its answers",
    find: each(
      ({ api, authorizer: { payload, isSimple } }) => api.kind === "http" && (payload === null || (isSimple && payload !== "2.0")),
      ({ authorizer: { payload } }) => ({
        why:
          payload === null
            ? "The payload format is not said, which CloudFormation does not accept for a Lambda authorizer."
            : "Simple responses go with payload format 2.0 only.",
        fix: 'Set payload format "2.0" with simple responses for httpAuthorizer; for httpPolicyAuthorizer, either format without them.',
      }),
    ),
  },
  {
    id: "cache-shared-by-routes",
    severity: "error",
    title: "a cached simple answer serves other routes",
    find: each(
      (place) => isCached(place) && place.authorizer.isSimple && !place.authorizer.identitySources.includes("$context.routeKey"),
      ({ authorizer: { ttl } }) => ({
        why: `For ${timeOf(ttl)} API Gateway uses the answer for one route on every other: what one rule allows opens them all.`,
        fix: "Add $context.routeKey to the identity sources, or set the TTL to 0.",
      }),
    ),
  },
  {
    id: "cache-without-credential",
    severity: "error",
    title: "a cached answer serves other callers",
    find: each(
      (place) => isCached(place) && !place.authorizer.identitySources.some((source) => isCredential(place, source)),
      ({ authorizer: { ttl } }) => ({
        why: `The Authorization header is not among the identity sources: for ${timeOf(ttl)} one caller's answer is another's.`,
        fix: "Add the Authorization header to the identity sources, or set the TTL to 0.",
      }),
    ),
  },
  {
    id: "ttl-too-long",
    severity: "error",
    title: "a TTL is longer than API Gateway allows",
    find: each(
      (place) => (place.authorizer.ttl ?? 0) > MAX_TTL,
      ({ authorizer: { ttl } }) => ({
        why: `${ttl} s are more than ${MAX_TTL} s.`,
        fix: `Set a TTL of at most ${MAX_TTL} s; 300 s is usual.`,
      }),
    ),
  },
  {
    id: "ttl-beyond-tokens",
    severity: "warning",
    title: "answers are kept for longer than tokens may live",
    find: each(
      (place) => {
        const { ttl } = place.authorizer;
        return isCached(place) && ttl !== null && ttl <= MAX_TTL && ttl > (shortestLife(place.patient) ?? Infinity);
      },
      ({ authorizer: { ttl }, patient }) => ({
        why: `Answers are kept for ${ttl} s, and tokens live for ${shortestLife(patient)} s at most: the guard refuses what is left over.`,
        fix: "Set the TTL below the tokens' lifetime.",
      }),
    ),
  },
  {
    id: "authorizers-collapse",
    severity: "error",
    title: "two authorizers of an API have one name",
    find: ({ apis }) =>
      apis.flatMap((api) => [
        ...namesakes(api.authorizers).map((group) => ({
          where: placeOf(api, `authorizers ${group.map(({ id }) => id).join(", ")}`),
          why: `All of them are called ${group[0]?.name}, and an API has one authorizer of a name: the second one is not deployed.`,
          fix: "Give each a name of its own.",
        })),
        ...namesakes(api.declared, resourceName)
          .filter((group) => new Set(group.map(({ settings }) => settings)).size > 1)
          .map(([first]) => ({
            where: placeOf(api, `authorizer ${first?.name}`),
            why: "Events declare it with different settings, and the template has one of them: the last one's settings hold for all.",
            fix: "Declare it once, or give the different ones names of their own.",
          })),
      ]),
  },
  {
    id: "permission-missing",
    severity: "error",
    title: "API Gateway may not call the authorizer",
    find: each(
      ({ authorizer }) => authorizer.isCallable === false,
      ({ authorizer: { functionId } }) => ({
        why: `No permission lets API Gateway invoke ${functionId}: every request ends as 500.`,
        fix: "Add an AWS::Lambda::Permission of lambda:InvokeFunction for apigateway.amazonaws.com, from <API>/authorizers/* if it says from where, or an invocation role (SAM: EnableFunctionDefaultPermissions).",
      }),
    ),
  },
  {
    id: "identity-source-unreadable",
    severity: "error",
    title: "an identity source is not one that the kind of API can read",
    find: each(
      (place) => unreadable(place).length > 0,
      (place) => ({
        why: `${unreadable(place).join(", ")} is never there on a ${NAMES[place.api.kind]} API: every request is refused with 401.`,
        fix: `Write it as ${EXAMPLES[place.api.kind]}.`,
      }),
    ),
  },
  {
    id: "identity-source-demanded",
    severity: "warning",
    title: "an identity source is something that callers need not send",
    find: each(
      (place) => demanded(place).length > 0,
      (place) => ({
        why: `A request without ${demanded(place).join(" or ")} is refused with 401 before the authorizer is asked, and without a log line.`,
        fix: "Keep the Authorization header and what API Gateway itself knows ($context, context).",
      }),
    ),
  },
  {
    id: "handshake-unreachable",
    severity: "warning",
    title: "a WebSocket API asks browsers for a header that they cannot send",
    find: each(
      (place) =>
        place.api.kind === "websocket" &&
        otherCredentials(place.patient).length > 0 &&
        place.authorizer.identitySources.some((source) => CREDENTIAL.test(source)),
      () => ({
        why: "The configuration also takes the token from elsewhere (webSocketCredential), but without the header the authorizer is not asked.",
        fix: "If browsers connect to this API, name no identity source. If none do, remove webSocketCredential from the configuration.",
      }),
    ),
  },
  {
    id: "pattern-refuses-tokens",
    severity: "error",
    title: "a validation expression refuses every bearer token",
    find: each(
      ({ authorizer: { pattern } }) => pattern !== null && refuses(pattern),
      () => ({
        why: "API Gateway holds the whole header, `Bearer ` included, against the expression, and refuses what does not match.",
        fix: "Write an expression such as ^[Bb]earer [-0-9A-Za-z._~+/]+=*$, or leave it out.",
      }),
    ),
  },
  {
    id: "authorizer-unused",
    severity: "info",
    title: "an authorizer is on no route",
    find: each(
      ({ api, authorizer }) => !api.routes.some((route) => route.authorizer === authorizer.id),
      () => ({ why: "It guards nothing.", fix: "Put it on the routes, or remove it." }),
    ),
  },
];

const NAMES = { rest: "REST", http: "HTTP", websocket: "WebSocket" } as const;
const EXAMPLES = {
  rest: "method.request.header.Authorization",
  http: "$request.header.Authorization or $context.routeKey",
  websocket: "route.request.header.Authorization",
} as const;
