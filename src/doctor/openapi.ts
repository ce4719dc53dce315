import type { DeployedAuthorizer, DeployedRoute } from "./model.ts";
import { mayBeTrue, ttlOf } from "./parameters.ts";
import { at, type Members, membersOf, numberOf, textOf } from "./references.ts";

/** What an API's OpenAPI document says about it. */
export interface Described {
  readonly routes: readonly DeployedRoute[];
  readonly authorizers: readonly DeployedAuthorizer[];
  /** Whether API Gateway answers preflight requests itself. */
  readonly hasCors: boolean;
  /** Response types that have an Access-Control-Allow-Origin header. */
  readonly corsResponses: readonly string[];
}

/** What a tool adds to the security of a document's operations. */
export interface Inherited {
  /** Authorizers that are declared outside the document. */
  readonly names: readonly string[];
  /** The authorizer of an operation whose own security has none, by its method in lower case and what its security names. */
  readonly defaultFor: (method: string, named: readonly string[]) => string | null;
}

export const NOTHING_INHERITED: Inherited = { names: [], defaultFor: () => null };

/** What the template knows beside the document: which function an address means, and whether it may be called. */
export type FindCallee = (uri: unknown, credentials: unknown) => Pick<DeployedAuthorizer, "functionId" | "isCallable">;

const KINDS: Readonly<Record<string, DeployedAuthorizer["kind"]>> = {
  token: "TOKEN",
  request: "REQUEST",
  jwt: "JWT",
  cognito_user_pools: "COGNITO",
};
/** SAM's name for what is no authorizer. */
export const IAM = "AWS_IAM";
const ANY = "x-amazon-apigateway-any-method";
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", ANY];

/** Whether a template's value is the document itself, and not a place where it is. */
export const isDescription = (body: unknown): boolean => Object.keys(membersOf(at(body, "paths"))).length > 0;

/**
 * Reads the routes and authorizers out of an OpenAPI document with API Gateway's extensions, version 2 or 3.
 * @param ttl seconds that API Gateway keeps an answer where nothing is said
 */
export function readOpenApi(body: unknown, ttl: number, findCallee: FindCallee, inherited: Inherited): Described {
  const schemes = { ...membersOf(at(body, "securityDefinitions")), ...membersOf(at(body, "components", "securitySchemes")) };
  const declared = Object.entries(schemes).filter(([, scheme]) => at(scheme, "x-amazon-apigateway-authorizer") !== undefined);
  const authorizers = declared.map(([name, scheme]) => readScheme(name, membersOf(scheme), ttl, findCallee));
  const routes = Object.entries(membersOf(at(body, "paths"))).flatMap(([path, item]) =>
    METHODS.filter((method) => at(item, method) !== undefined).map((method) => ({
      key: keyOf(method, path),
      id: `${method} ${path}`,
      isMapped: isMapped(
        at(item, method, "x-amazon-apigateway-integration", "type"),
        at(item, method, "x-amazon-apigateway-integration", "uri"),
      ),
      ...guardOf(method, at(item, method, "security"), at(body, "security"), schemes, inherited),
    })),
  );
  const responses = Object.entries(membersOf(at(body, "x-amazon-apigateway-gateway-responses")));
  return {
    routes,
    authorizers,
    hasCors: at(body, "x-amazon-apigateway-cors") !== undefined,
    corsResponses: responses.filter(([, response]) => hasCorsHeader(at(response, "responseParameters"))).map(([type]) => type),
  };
}

/** Whether a gateway response's parameters have a header that lets pages of other origins read it. */
export const hasCorsHeader = (parameters: unknown): boolean =>
  Object.keys(membersOf(parameters)).some((name) => /header\.access-control-allow-origin$/i.test(name));

/** Whether an integration hands a function something else than API Gateway's own event. */
export const isMapped = (type: unknown, uri: unknown): boolean =>
  textOf(type)?.toUpperCase() === "AWS" && JSON.stringify(uri ?? "").includes(":lambda:path/");

function keyOf(method: string, path: string): string {
  if (path === "/$default") return "$default";
  return `${method === ANY ? "ANY" : method.toUpperCase()} ${path}`;
}

/** The first scheme named: API Gateway takes one authorizer for a method. */
function guardOf(
  method: string,
  own: unknown,
  general: unknown,
  schemes: Members,
  { names, defaultFor }: Inherited,
): Pick<DeployedRoute, "authorizer" | "isIam"> {
  const isIam = (name: string) =>
    (name === IAM && names.includes(name)) || at(schemes, name, "x-amazon-apigateway-authtype") === "awsSigv4";
  // An API key is no authorization.
  const isAuthorizer = (name: string) => names.includes(name) || at(schemes, name, "x-amazon-apigateway-authorizer") !== undefined;
  const firstIn = (named: readonly string[]) => named.find(isIam) ?? named.find(isAuthorizer);
  const named = namesIn(own);
  const name = firstIn(named) ?? defaultFor(method, named) ?? (own === undefined ? firstIn(namesIn(general)) : undefined) ?? null;
  return name !== null && isIam(name) ? { authorizer: null, isIam: true } : { authorizer: name, isIam: false };
}

const namesIn = (security: unknown): readonly string[] =>
  (Array.isArray(security) ? security : []).flatMap((one) => Object.keys(membersOf(one)));

function readScheme(name: string, scheme: Members, defaultTtl: number, findCallee: FindCallee): DeployedAuthorizer {
  const settings = membersOf(scheme["x-amazon-apigateway-authorizer"]);
  const kind = KINDS[textOf(settings["type"])?.toLowerCase() ?? ""] ?? "REQUEST";
  const source = textOf(settings["identitySource"]);
  const header = textOf(scheme["name"]) ?? "Authorization";
  const payload = numberOf(settings["authorizerPayloadFormatVersion"]);
  return {
    id: name,
    name,
    kind,
    payload: payload === null ? null : payload.toFixed(1),
    isSimple: mayBeTrue(settings["enableSimpleResponses"]),
    ttl: ttlOf(settings["authorizerResultTtlInSeconds"], defaultTtl),
    identitySources: kind === "TOKEN" ? [`method.request.header.${header}`] : (source?.split(",").map((one) => one.trim()) ?? []),
    pattern: textOf(settings["identityValidationExpression"]),
    ...findCallee(settings["authorizerUri"], settings["authorizerCredentials"]),
  };
}
