import { headerValues, type Incoming } from "../events/incoming.ts";
import type { ApiType, AuthorizerContext, GatewayResponseConfig, Refusal, TestResponse } from "./types.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
  /** The `x-amzn-ErrorType` header, on REST. */
  readonly errorType?: string;
}

const answer = (status: number, message: string | null, errorType?: string): Answer => ({
  status,
  body: JSON.stringify({ message }),
  ...(errorType !== undefined && { errorType }),
});

// The access denied bodies of REST have a capital M.
const denied = (text: string): Answer => ({ status: 403, body: JSON.stringify({ Message: text }), errorType: "AccessDeniedException" });

const REST: Readonly<Record<Refusal, Answer>> = {
  UNAUTHORIZED: answer(401, "Unauthorized", "UnauthorizedException"),
  ACCESS_DENIED: denied("User is not authorized to access this resource"),
  EXPLICIT_DENY: denied("User is not authorized to access this resource with an explicit deny"),
  AUTHORIZER_FAILURE: answer(500, null, "AuthorizerFailureException"),
  AUTHORIZER_CONFIGURATION_ERROR: answer(500, null, "AuthorizerConfigurationException"),
  MISSING_AUTHENTICATION_TOKEN: answer(403, "Missing Authentication Token", "MissingAuthenticationTokenException"),
  URI_TOO_LONG: answer(414, "URI Too Long"),
  HEADERS_TOO_LARGE: answer(431, "Request Header Fields Too Large"),
  INTEGRATION_FAILURE: answer(502, "Internal server error", "InternalServerErrorException"),
};

const HTTP: Readonly<Record<Refusal, Answer>> = {
  UNAUTHORIZED: answer(401, "Unauthorized"),
  ACCESS_DENIED: answer(403, "Forbidden"),
  EXPLICIT_DENY: answer(403, "Forbidden"),
  AUTHORIZER_FAILURE: answer(500, "Internal Server Error"),
  AUTHORIZER_CONFIGURATION_ERROR: answer(500, "Internal Server Error"),
  MISSING_AUTHENTICATION_TOKEN: answer(404, "Not Found"),
  URI_TOO_LONG: answer(414, "URI Too Long"),
  HEADERS_TOO_LARGE: answer(431, "Request Header Fields Too Large"),
  INTEGRATION_FAILURE: answer(500, "Internal Server Error"),
};

const ANSWERS: Readonly<Record<ApiType, Readonly<Record<Refusal, Answer>>>> = {
  rest: REST,
  http: HTTP,
  websocket: { ...HTTP, MISSING_AUTHENTICATION_TOKEN: answer(403, "Forbidden") },
};

/** Everything a gateway response's template can read. */
interface Facts {
  readonly refusal: Refusal;
  readonly request: Incoming;
  readonly context: AuthorizerContext | null;
  readonly message: string;
}

/** What the caller sees of a refusal: fixed on HTTP and WebSocket APIs, a gateway response on REST. */
export function refusalResponse(
  api: ApiType,
  responses: Readonly<Record<string, GatewayResponseConfig>>,
  facts: Omit<Facts, "message">,
): TestResponse {
  const { status, body, errorType } = ANSWERS[api][facts.refusal];
  const headers = { "content-type": "application/json", ...(errorType !== undefined && { "x-amzn-errortype": errorType }) };
  const type = facts.refusal === "EXPLICIT_DENY" ? "ACCESS_DENIED" : facts.refusal;
  const custom = responses[type] ?? responses[status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"];
  if (api !== "rest" || custom === undefined) return { status, headers, body };
  const { message, Message } = JSON.parse(body) as Record<string, string | null | undefined>;
  const known = { ...facts, message: message ?? Message ?? "" };
  return {
    status: custom.statusCode ?? status,
    headers: { ...headers, ...customHeaders(custom.parameters ?? {}, known) },
    body: custom.template === undefined ? body : fill(custom.template, known),
  };
}

function customHeaders(parameters: Readonly<Record<string, string>>, facts: Facts): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [target, source] of Object.entries(parameters)) {
    const name = /^gatewayresponse\.header\.(.+)$/.exec(target)?.[1];
    if (name === undefined) throw new Error(`No target of a gateway response: ${target}`);
    const value = readParameter(source, facts);
    if (value !== "") headers[name.toLowerCase()] = value;
  }
  return headers;
}

function readParameter(source: string, facts: Facts): string {
  const literal = /^'(.*)'$/s.exec(source)?.[1];
  if (literal !== undefined) return literal;
  const header = /^method\.request\.header\.(.+)$/.exec(source)?.[1];
  if (header !== undefined) return headerValues(facts.request, header).at(-1) ?? "";
  if (!source.startsWith("context.")) throw new Error(`No source of a gateway response: ${source}`);
  return variable(source.slice("context.".length), facts);
}

function fill(template: string, facts: Facts): string {
  return template.replaceAll(/\$context\.([A-Za-z]\w*(?:\.\w+)*)/g, (_, name: string) => variable(name, facts));
}

function variable(name: string, { refusal, request, context, message }: Facts): string {
  const key = /^authorizer\.(.+)$/.exec(name)?.[1];
  if (key !== undefined) return String(context?.[key] ?? "");
  const values: Readonly<Record<string, string>> = {
    requestId: request.requestId,
    extendedRequestId: request.requestId,
    path: `/${request.stage}${request.path}`,
    resourcePath: request.routeKey.slice(request.routeKey.indexOf(" ") + 1),
    httpMethod: request.method,
    stage: request.stage,
    "error.message": message,
    "error.messageString": JSON.stringify(message),
    "error.responseType": refusal === "EXPLICIT_DENY" ? "ACCESS_DENIED" : refusal,
  };
  return values[name] ?? "";
}
