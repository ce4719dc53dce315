import type { DeployedApi, DeployedAuthorizer, DeployedRoute } from "./model.ts";
import { type Described, hasCorsHeader, type Inherited, isDescription, isMapped, NOTHING_INHERITED, readOpenApi } from "./openapi.ts";
import { mayBeTrue, ttlOf } from "./parameters.ts";
import { declaredAuthorizers } from "./serverless-state.ts";
import { callee } from "./permissions.ts";
import { membersOf, numberOf, referencesIn, referenceTo, type Resource, textOf, textsOf } from "./references.ts";

/** What a reader of APIs has to go by. */
export interface Template {
  readonly file: string;
  readonly resources: readonly Resource[];
  /** What Serverless leaves beside a template; undefined: nothing. */
  readonly state?: unknown;
}

/** Seconds that API Gateway keeps an answer where nothing is said. */
const DEFAULT_TTL = { rest: 300, http: 0 } as const;
const KINDS: Readonly<Record<string, DeployedAuthorizer["kind"]>> = {
  TOKEN: "TOKEN",
  REQUEST: "REQUEST",
  JWT: "JWT",
  COGNITO_USER_POOLS: "COGNITO",
};

const ofType = ({ resources }: Template, type: string) => resources.filter((resource) => resource.type === type);

/** The APIs of a template in CloudFormation's own resource types: what Serverless packages and CDK synthesizes. */
export function readCloudFormation(template: Template): readonly DeployedApi[] {
  return [
    ...withOutsiders("AWS::ApiGateway::RestApi", "AWS::ApiGateway::Method", "RestApiId", template).map((api) => readRestApi(api, template)),
    ...withOutsiders("AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Route", "ApiId", template).map((api) => readV2Api(api, template)),
  ];
}

/** The APIs of a template, and those of other stacks to which it adds routes. */
function withOutsiders(type: string, routes: string, member: string, template: Template): readonly Resource[] {
  const own = ofType(template, type);
  const ids = new Set(own.map(({ id }) => id));
  const others = ofType(template, routes)
    .map(({ properties }) => properties[member])
    .filter((value) => referenceTo(value, ids) === null)
    .map(outsiderId);
  return [...own, ...[...new Set(others)].map((id) => ({ id, type, properties: {} }))];
}

/** What an API of another stack is called here. */
const outsiderId = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

const belongsTo = (id: string, member: string) => (resource: Resource) => {
  const value = resource.properties[member];
  return referencesIn(value).includes(id) || outsiderId(value) === id;
};

function readRestApi({ id, properties }: Resource, template: Template): DeployedApi {
  const within = (type: string) => ofType(template, type).filter(belongsTo(id, "RestApiId"));
  const authorizers = within("AWS::ApiGateway::Authorizer").map((one) => readRestAuthorizer(one, id, template));
  const responses = within("AWS::ApiGateway::GatewayResponse").filter(({ properties }) => hasCorsHeader(properties["ResponseParameters"]));
  const described = readDescription(properties["Body"], "rest", id, template);
  return {
    id,
    kind: "rest",
    file: template.file,
    routes: [...within("AWS::ApiGateway::Method").map((method) => readMethod(method, id, template)), ...described.routes],
    authorizers: [...authorizers, ...described.authorizers],
    hasCors: false,
    declared: declaredAuthorizers(template.state),
    isElsewhere: isElsewhere(properties["Body"], properties["BodyS3Location"]),
    corsResponses: [...responses.map(({ properties }) => textOf(properties["ResponseType"]) ?? ""), ...described.corsResponses],
  };
}

/** The part of an API that is described by an OpenAPI document. */
export function readDescription(
  body: unknown,
  kind: keyof typeof DEFAULT_TTL,
  api: string,
  template: Template,
  inherited: Inherited = NOTHING_INHERITED,
): Described {
  return readOpenApi(body, DEFAULT_TTL[kind], (uri, credentials) => callee(uri, credentials, api, template), inherited);
}

/** Whether there is a document that this template does not hold. */
export const isElsewhere = (body: unknown, place: unknown): boolean => place !== undefined || (body !== undefined && !isDescription(body));

function readRestAuthorizer({ id, properties }: Resource, api: string, template: Template): DeployedAuthorizer {
  const source = textOf(properties["IdentitySource"]);
  return {
    id,
    name: textOf(properties["Name"]) ?? id,
    kind: KINDS[textOf(properties["Type"]) ?? ""] ?? "REQUEST",
    payload: null,
    isSimple: false,
    ttl: ttlOf(properties["AuthorizerResultTtlInSeconds"], DEFAULT_TTL.rest),
    identitySources: source === null ? [] : source.split(",").map((one) => one.trim()),
    pattern: textOf(properties["IdentityValidationExpression"]),
    ...callee(properties["AuthorizerUri"], properties["AuthorizerCredentials"], api, template),
  };
}

function readMethod({ id, properties }: Resource, api: string, template: Template): DeployedRoute {
  const method = textOf(properties["HttpMethod"]) ?? "ANY";
  const key = `${method} ${pathOf(properties["ResourceId"], api, template)}`;
  const { Type, Uri } = membersOf(properties["Integration"]);
  return { key, id, isMapped: isMapped(Type, Uri), ...authorization(properties, template, "AWS::ApiGateway::Authorizer") };
}

/** Follows the chain of parents up to the API's root. */
function pathOf(resourceId: unknown, api: string, template: Template): string {
  const resources = new Map(ofType(template, "AWS::ApiGateway::Resource").map((resource) => [resource.id, resource]));
  const parts: string[] = [];
  const seen = new Set<string>();
  let [next] = referencesIn(resourceId);
  while (next !== undefined && next !== api && !seen.has(next)) {
    seen.add(next);
    const properties = resources.get(next)?.properties ?? {};
    parts.unshift(textOf(properties["PathPart"]) ?? "");
    [next] = referencesIn(properties["ParentId"]);
  }
  return `/${parts.join("/")}`;
}

function readV2Api({ id, properties }: Resource, template: Template): DeployedApi {
  const within = (type: string) => ofType(template, type).filter(belongsTo(id, "ApiId"));
  const body = properties["Body"];
  const described = readDescription(body, "http", id, template);
  const integrations = new Map(within("AWS::ApiGatewayV2::Integration").map((one) => [one.id, one.properties]));
  const written = within("AWS::ApiGatewayV2::Route").map((route) => ({
    key: textOf(route.properties["RouteKey"]) ?? "",
    id: route.id,
    isMapped: referencesIn(route.properties["Target"])
      .map((target) => integrations.get(target))
      .some((integration) => isMapped(integration?.["IntegrationType"], integration?.["IntegrationUri"])),
    ...authorization(route.properties, template, "AWS::ApiGatewayV2::Authorizer"),
  }));
  const routes: readonly DeployedRoute[] = [...written, ...readQuickCreated(id, properties, template)];
  const authorizers = within("AWS::ApiGatewayV2::Authorizer").map((one) => readV2Authorizer(one, id, template));
  return {
    id,
    kind: isWebSocket(properties, routes) ? "websocket" : "http",
    file: template.file,
    routes: [...routes, ...described.routes],
    authorizers: [...authorizers, ...described.authorizers],
    hasCors: properties["CorsConfiguration"] !== undefined || described.hasCors,
    declared: [],
    isElsewhere: isElsewhere(body, properties["BodyS3Location"]),
    corsResponses: [],
  };
}

/** The route that an API with a `Target` comes with. Only a resource of overrides can put an authorizer on it. */
function readQuickCreated(id: string, properties: Resource["properties"], template: Template): readonly DeployedRoute[] {
  if (properties["Target"] === undefined) return [];
  const [override] = ofType(template, "AWS::ApiGatewayV2::ApiGatewayManagedOverrides").filter(belongsTo(id, "ApiId"));
  const settings = membersOf(override?.properties["Route"]);
  const key = textOf(properties["RouteKey"]) ?? "$default";
  return [{ key, id, isMapped: false, ...authorization(settings, template, "AWS::ApiGatewayV2::Authorizer") }];
}

/** An API of another stack is told by its routes: an HTTP API's have a method and a path, or are `$default`. */
function isWebSocket(properties: Resource["properties"], routes: readonly DeployedRoute[]): boolean {
  const protocol = textOf(properties["ProtocolType"]);
  return protocol === null ? routes.some(({ key }) => key !== "$default" && !key.includes(" ")) : protocol === "WEBSOCKET";
}

function readV2Authorizer({ id, properties }: Resource, api: string, template: Template): DeployedAuthorizer {
  return {
    id,
    name: textOf(properties["Name"]) ?? id,
    kind: KINDS[textOf(properties["AuthorizerType"]) ?? ""] ?? "REQUEST",
    payload: payloadOf(properties["AuthorizerPayloadFormatVersion"]),
    isSimple: mayBeTrue(properties["EnableSimpleResponses"]),
    ttl: ttlOf(properties["AuthorizerResultTtlInSeconds"], DEFAULT_TTL.http),
    identitySources: textsOf(properties["IdentitySource"]),
    pattern: null,
    ...callee(properties["AuthorizerUri"], properties["AuthorizerCredentialsArn"], api, template),
  };
}

/** YAML reads 2.0 as the number 2. */
export function payloadOf(value: unknown): string | null {
  const number = numberOf(value);
  return number === null ? null : number.toFixed(1);
}

function authorization(properties: Resource["properties"], template: Template, type: string): Pick<DeployedRoute, "authorizer" | "isIam"> {
  const kind = textOf(properties["AuthorizationType"]) ?? "NONE";
  const ids = new Set(ofType(template, type).map(({ id }) => id));
  const named = textOf(properties["AuthorizerId"]) ?? referenceTo(properties["AuthorizerId"], ids);
  return { authorizer: kind === "NONE" || kind === "AWS_IAM" ? null : (named ?? "another stack's"), isIam: kind === "AWS_IAM" };
}
