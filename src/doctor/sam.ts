import { isElsewhere, payloadOf, readDescription, type Template } from "./cloudformation.ts";
import type { DeployedApi, DeployedAuthorizer, DeployedRoute } from "./model.ts";
import { at, isTrue, type Members, membersOf, numberOf, referencesIn, referenceTo, type Resource, textOf, textsOf } from "./references.ts";

/** The types that SAM turns into APIs, and what SAM calls the API that it makes where none is named. */
const KINDS = {
  "AWS::Serverless::Api": { kind: "rest", event: "Api", reference: "RestApiId", implicit: "ServerlessRestApi" },
  "AWS::Serverless::HttpApi": { kind: "http", event: "HttpApi", reference: "ApiId", implicit: "ServerlessHttpApi" },
} as const;
type SamType = keyof typeof KINDS;

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
    readAuthorizer(name, membersOf(one), kind, template),
  );
  const own = eventsOf(template, event).filter(({ event }) =>
    event[reference] === undefined ? id === implicit : referencesIn(event[reference]).includes(id),
  );
  const routes = own.map((one) => readEvent(one, auth));
  const cors = properties["Cors"] ?? globals["Cors"] ?? properties["CorsConfiguration"] ?? globals["CorsConfiguration"];
  const preflights = kind === "rest" && cors !== undefined ? preflightsOf(routes, auth) : [];
  const described = readDescription(properties["DefinitionBody"], kind, id, template);
  return {
    id,
    kind,
    file: template.file,
    routes: [...routes, ...preflights, ...described.routes],
    authorizers: [...authorizers, ...described.authorizers],
    declared: [],
    isElsewhere: isElsewhere(properties["DefinitionBody"], properties["DefinitionUri"]),
    hasCors: kind === "http" && cors !== undefined,
    corsResponses: Object.entries({ ...membersOf(globals["GatewayResponses"]), ...membersOf(properties["GatewayResponses"]) })
      .filter(([, response]) =>
        Object.keys(membersOf(at(response, "ResponseParameters", "Headers"))).some((name) => /^access-control-allow-origin$/i.test(name)),
      )
      .map(([name]) => name),
  };
}

function readEvent({ id, event }: ApiEvent, auth: Members): DeployedRoute {
  const method = (textOf(event["Method"]) ?? "ANY").toUpperCase();
  const path = textOf(event["Path"]);
  const key = path === null || path === "$default" ? "$default" : `${method === "X-AMAZON-APIGATEWAY-ANY-METHOD" ? "ANY" : method} ${path}`;
  const name = textOf(at(event, "Auth", "Authorizer")) ?? textOf(auth["DefaultAuthorizer"]) ?? "NONE";
  const isIam = name === "AWS_IAM";
  // A name that is not declared is kept: the route is not an open one.
  return { key, id, authorizer: name === "NONE" || isIam ? null : name, isIam, isMapped: false };
}

/** SAM adds a method for preflight to every path, and by default the authorizer to that as well. */
function preflightsOf(routes: readonly DeployedRoute[], auth: Members): readonly DeployedRoute[] {
  const isAuthorized = auth["DefaultAuthorizer"] !== undefined && auth["AddDefaultAuthorizerToCorsPreflight"] !== false;
  const paths = new Set(routes.map(({ key }) => key.split(" ")[1]).filter((path) => path !== undefined));
  return [...paths].map((path) => ({
    key: `OPTIONS ${path}`,
    id: `Cors ${path}`,
    authorizer: isAuthorized ? textOf(auth["DefaultAuthorizer"]) : null,
    isIam: false,
    isMapped: false,
  }));
}

function readAuthorizer(name: string, one: Members, kind: "rest" | "http", template: Template): DeployedAuthorizer {
  const functions = new Set(template.resources.filter(({ type }) => type.endsWith("::Function")).map(({ id }) => id));
  const functionId = referenceTo(one["FunctionArn"], functions);
  const base = { id: name, name, functionId, pattern: textOf(at(one, "Identity", "ValidationExpression")) };
  return kind === "rest" ? { ...base, ...readRest(one) } : { ...base, ...readHttp(one, functionId) };
}

type Rest = Omit<DeployedAuthorizer, "id" | "name" | "functionId" | "pattern">;

function readRest(one: Members): Rest {
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
    ttl: numberOf(identity["ReauthorizeEvery"]) ?? 300,
    identitySources: isToken ? [`method.request.header.${header}`] : sources,
    // SAM writes the permission itself.
    isCallable: true,
  };
}

function readHttp(one: Members, functionId: string | null): Rest {
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
    isSimple: isTrue(one["EnableSimpleResponses"]),
    ttl: numberOf(identity["ReauthorizeEvery"]) ?? 0,
    identitySources: isJwt ? textsOf(one["IdentitySource"]) : sources,
    isCallable:
      isJwt || functionId === null ? null : isTrue(one["EnableFunctionDefaultPermissions"]) || one["FunctionInvokeRole"] !== undefined,
  };
}
