import { isElsewhere, payloadOf, readDescription, type Template } from "./cloudformation.ts";
import type { DeployedApi, DeployedAuthorizer, DeployedRoute } from "./model.ts";
import { IAM, type Inherited } from "./openapi.ts";
import { mayBeTrue, ttlOf } from "./parameters.ts";
import { isPermitted } from "./permissions.ts";
import { at, isTrue, type Members, membersOf, referencesIn, referenceTo, type Resource, textOf, textsOf } from "./references.ts";

/** The types that SAM turns into APIs, and what SAM calls the API that it makes where none is named. */
const KINDS = {
  "AWS::Serverless::Api": { kind: "rest", event: "Api", reference: "RestApiId", implicit: "ServerlessRestApi" },
  "AWS::Serverless::HttpApi": { kind: "http", event: "HttpApi", reference: "ApiId", implicit: "ServerlessHttpApi" },
} as const;
type SamType = keyof typeof KINDS;
/** SAM's name for an open route. */
const NONE = "NONE";

/** One event of a function. */
interface ApiEvent {
  readonly id: string;
  readonly event: Members;
}

/** The APIs of a SAM template, as it is written: SAM itself turns them into resources when they are deployed. */
export function readSam(template: Template, globals: Members): readonly DeployedApi[] {
  return (Object.keys(KINDS) as SamType[]).flatMap((type) => {
    const declared = template.resources.filter((resource) => resource.type === type);
    const { implicit, event } = KINDS[type];
    const isImplicit = eventsOf(template, event).some(({ event }) => at(event, KINDS[type].reference) === undefined);
    const apis = isImplicit ? [...declared, { id: implicit, type, properties: {} }] : declared;
    return apis.map((api) => readApi(api, type, template, membersOf(globals[event])));
  });
}

function eventsOf({ resources }: Template, type: string): readonly ApiEvent[] {
  const functions = resources.filter((resource) => resource.type === "AWS::Serverless::Function");
  return functions.flatMap(({ id, properties }) =>
    Object.entries(membersOf(properties["Events"]))
      .filter(([, event]) => at(event, "Type") === type)
      .map(([name, event]) => ({ id: `${id}.${name}`, event: membersOf(at(event, "Properties")) })),
  );
}

function readApi({ id, properties }: Resource, type: SamType, template: Template, globals: Members): DeployedApi {
  const { kind, event, reference, implicit } = KINDS[type];
  const auth = { ...membersOf(globals["Auth"]), ...membersOf(properties["Auth"]) };
  const authorizers = Object.entries(membersOf(auth["Authorizers"])).map(([name, one]) =>
    readAuthorizer(name, membersOf(one), { id, kind, template }),
  );
  const inherited = inheritedFrom(auth, kind);
  const own = eventsOf(template, event).filter(({ event }) =>
    event[reference] === undefined ? id === implicit : referencesIn(event[reference]).includes(id),
  );
  const routes = own.map((one) => readEvent(one, inherited));
  const cors = properties["Cors"] ?? globals["Cors"] ?? properties["CorsConfiguration"] ?? globals["CorsConfiguration"];
  const described = readDescription(properties["DefinitionBody"], kind, id, template, inherited);
  const preflights = kind === "rest" && cors !== undefined ? preflightsOf([...routes, ...described.routes], inherited) : [];
  const responses = Object.entries({ ...membersOf(globals["GatewayResponses"]), ...membersOf(properties["GatewayResponses"]) })
    .filter(([, response]) => hasOriginHeader(at(response, "ResponseParameters", "Headers")))
    .map(([name]) => name);
  return {
    id,
    kind,
    file: template.file,
    routes: [...routes, ...preflights, ...described.routes],
    authorizers: [...authorizers, ...described.authorizers],
    declared: [],
    isElsewhere: isElsewhere(properties["DefinitionBody"], properties["DefinitionUri"]),
    hasCors: kind === "http" && (cors !== undefined || described.hasCors),
    corsResponses: [...responses, ...described.corsResponses],
  };
}

const hasOriginHeader = (headers: unknown) => Object.keys(membersOf(headers)).some((name) => /^access-control-allow-origin$/i.test(name));

/** What SAM does with operations that name no authorizer, in documents and events alike. */
function inheritedFrom(auth: Members, kind: "rest" | "http"): Inherited {
  const fallback = textOf(auth["DefaultAuthorizer"]);
  const sparesPreflight = kind === "http" || auth["AddDefaultAuthorizerToCorsPreflight"] === false;
  return {
    names: [...Object.keys(membersOf(auth["Authorizers"])), IAM],
    defaultFor: (method, named) => {
      // REST: an API key beside the authorizer. HTTP: whatever is there stays alone.
      const isSettled = kind === "http" ? named.length > 0 : named.includes(NONE);
      return isSettled || (sparesPreflight && method === "options") ? null : fallback;
    },
  };
}

function readEvent({ id, event }: ApiEvent, { defaultFor }: Inherited): DeployedRoute {
  const method = (textOf(event["Method"]) ?? "ANY").toUpperCase();
  const path = textOf(event["Path"]);
  const key = path === null || path === "$default" ? "$default" : `${method === "X-AMAZON-APIGATEWAY-ANY-METHOD" ? "ANY" : method} ${path}`;
  const name = textOf(at(event, "Auth", "Authorizer")) ?? defaultFor(method.toLowerCase(), []) ?? NONE;
  const isIam = name === IAM;
  // A name that is not declared is kept: the route is not an open one.
  return { key, id, authorizer: name === NONE || isIam ? null : name, isIam, isMapped: false };
}

/** SAM adds a method for preflight to every path without one, and by default the authorizer to that as well. */
function preflightsOf(routes: readonly DeployedRoute[], { defaultFor }: Inherited): readonly DeployedRoute[] {
  const paths = new Set(routes.map(({ key }) => key.split(" ")[1]).filter((path) => path !== undefined));
  const added = [...paths].map((path) => ({ key: `OPTIONS ${path}`, id: `Cors ${path}` }));
  const name = defaultFor("options", []);
  const isIam = name === IAM;
  return added
    .filter(({ key }) => !routes.some((route) => route.key === key))
    .map((one) => ({ ...one, authorizer: isIam ? null : name, isIam, isMapped: false }));
}

/** Where an authorizer is. */
interface Place {
  /** The API's id. */
  readonly id: string;
  readonly kind: "rest" | "http";
  readonly template: Template;
}

function readAuthorizer(name: string, one: Members, { id, kind, template }: Place): DeployedAuthorizer {
  const functions = new Set(template.resources.filter(({ type }) => type.endsWith("::Function")).map(({ id }) => id));
  const functionId = referenceTo(one["FunctionArn"], functions);
  const base = { id: name, name, functionId, pattern: textOf(at(one, "Identity", "ValidationExpression")) };
  const settings = kind === "rest" ? readRest(one) : readHttp(one);
  const isCallable =
    settings.kind === "JWT" || functionId === null ? null : hasDefaultPermission(one, kind) || isPermitted(functionId, id, template);
  return { ...base, ...settings, isCallable };
}

/** SAM writes the permission itself: for REST APIs unless told not to, for HTTP APIs if told to. An invocation role does as well. */
function hasDefaultPermission(one: Members, kind: "rest" | "http"): boolean {
  if (one["FunctionInvokeRole"] !== undefined) return true;
  return kind === "rest" ? !isTrue(one["DisableFunctionDefaultPermissions"]) : isTrue(one["EnableFunctionDefaultPermissions"]);
}

type Settings = Omit<DeployedAuthorizer, "id" | "name" | "functionId" | "pattern" | "isCallable">;

function readRest(one: Members): Settings {
  const identity = membersOf(one["Identity"]);
  const isToken = textOf(one["FunctionPayloadType"]) !== "REQUEST";
  const header = textOf(identity["Header"]) ?? "Authorization";
  const sources = [
    ...textsOf(identity["Headers"]).map((name) => `method.request.header.${name}`),
    ...textsOf(identity["QueryStrings"]).map((name) => `method.request.querystring.${name}`),
    ...textsOf(identity["StageVariables"]).map((name) => `stageVariables.${name}`),
    ...textsOf(identity["Context"]).map((name) => `context.${name}`),
  ];
  return {
    kind: one["UserPoolArn"] !== undefined ? "COGNITO" : isToken ? "TOKEN" : "REQUEST",
    payload: null,
    isSimple: false,
    ttl: ttlOf(identity["ReauthorizeEvery"], 300),
    identitySources: isToken ? [`method.request.header.${header}`] : sources,
  };
}

function readHttp(one: Members): Settings {
  const identity = membersOf(one["Identity"]);
  const sources = [
    ...textsOf(identity["Headers"]).map((name) => `$request.header.${name}`),
    ...textsOf(identity["QueryStrings"]).map((name) => `$request.querystring.${name}`),
    ...textsOf(identity["StageVariables"]).map((name) => `$stageVariables.${name}`),
    ...textsOf(identity["Context"]).map((name) => `$context.${name}`),
  ];
  const isJwt = one["JwtConfiguration"] !== undefined;
  return {
    kind: isJwt ? "JWT" : "REQUEST",
    payload: payloadOf(one["AuthorizerPayloadFormatVersion"]),
    isSimple: mayBeTrue(one["EnableSimpleResponses"]),
    ttl: ttlOf(identity["ReauthorizeEvery"], 0),
    identitySources: isJwt ? textsOf(one["IdentitySource"]) : sources,
  };
}
