import type { DeployedAuthorizer, DeployedRoute } from "./model.ts";
import { at, isTrue, type Members, membersOf, numberOf, textOf } from "./references.ts";

/** What an API's OpenAPI document says about it. */
export interface Described {
  readonly routes: readonly DeployedRoute[];
  readonly authorizers: readonly DeployedAuthorizer[];
}

/** What the template knows beside the document: which function an address means, and whether it may be called. */
export type FindCallee = (uri: unknown, credentials: unknown) => Pick<DeployedAuthorizer, "functionId" | "isCallable">;

const KINDS: Readonly<Record<string, DeployedAuthorizer["kind"]>> = {
  token: "TOKEN",
  request: "REQUEST",
  jwt: "JWT",
  cognito_user_pools: "COGNITO",
};
const ANY = "x-amazon-apigateway-any-method";
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", ANY];

/** Whether a template's value is the document itself, and not a place where it is. */
export const isDescription = (body: unknown): boolean => Object.keys(membersOf(at(body, "paths"))).length > 0;

/**
 * Reads the routes and authorizers out of an OpenAPI document with API Gateway's extensions, version 2 or 3.
 * @param ttl seconds that API Gateway keeps an answer where nothing is said
 */
export function readOpenApi(body: unknown, ttl: number, findCallee: FindCallee): Described {
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
      ...guardOf(at(item, method, "security") ?? at(body, "security"), schemes),
    })),
  );
  return { routes, authorizers };
}

/** Whether an integration hands a function something else than API Gateway's own event. */
export const isMapped = (type: unknown, uri: unknown): boolean =>
  textOf(type)?.toUpperCase() === "AWS" && JSON.stringify(uri ?? "").includes(":lambda:path/");

function keyOf(method: string, path: string): string {
  if (path === "/$default") return "$default";
  return `${method === ANY ? "ANY" : method.toUpperCase()} ${path}`;
}

/** The first scheme named: API Gateway takes one authorizer for a method. */
function guardOf(security: unknown, schemes: Members): Pick<DeployedRoute, "authorizer" | "isIam"> {
  const names = (Array.isArray(security) ? security : []).flatMap((one) => Object.keys(membersOf(one)));
  const isIam = names.some((name) => at(schemes, name, "x-amazon-apigateway-authtype") === "awsSigv4");
  // An API key is no authorization.
  const name = names.find((candidate) => at(schemes, candidate, "x-amazon-apigateway-authorizer") !== undefined);
  return { authorizer: isIam ? null : (name ?? null), isIam };
}

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
    isSimple: isTrue(settings["enableSimpleResponses"]),
    ttl: numberOf(settings["authorizerResultTtlInSeconds"]) ?? defaultTtl,
    identitySources: kind === "TOKEN" ? [`method.request.header.${header}`] : (source?.split(",").map((one) => one.trim()) ?? []),
    pattern: textOf(settings["identityValidationExpression"]),
    ...findCallee(settings["authorizerUri"], settings["authorizerCredentials"]),
  };
}
