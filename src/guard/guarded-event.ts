/** What a business function sees of a request: no credential, and no authorizer context, raw or forged. */
export interface BusinessEvent {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly pathParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly requestContext?: Readonly<Record<string, unknown>>;
  readonly [other: string]: unknown;
}

/** Where credentials travel: none of these reaches a business function. */
const CREDENTIAL_HEADERS = [
  "authorization",
  "proxy-authorization",
  "cookie",
  "sec-websocket-protocol",
  "x-amzn-oidc-data",
  "x-amzn-oidc-accesstoken",
];
const CREDENTIAL_MEMBERS = ["identitySource", "cookies", "authorizationToken"];
/** A token in the query, whatever the parameter is called there: JWS or JWE in compact form, also when it is spelt a little differently. */
const COMPACT = /^eyJ[^.]*(?:\.[^.]*){2,4}$/;

type Unwanted = (name: string, value: unknown) => boolean;

const isCredentialHeader: Unwanted = (name) => CREDENTIAL_HEADERS.includes(name.toLowerCase());
const isCredentialParameter: Unwanted = (name, value) =>
  name === "access_token" || (Array.isArray(value) ? value : [value]).some((item) => typeof item === "string" && COMPACT.test(item));

type Cleaners = Readonly<Record<string, (value: unknown) => unknown>>;

const cleanersFor = (isUnwanted: Unwanted): Cleaners => ({
  headers: (value) => omit(value, isCredentialHeader),
  multiValueHeaders: (value) => omit(value, isCredentialHeader),
  queryStringParameters: (value) => omit(value, isUnwanted),
  multiValueQueryStringParameters: (value) => omit(value, isUnwanted),
  rawQueryString: (value) => (typeof value === "string" ? cleanQuery(value, isUnwanted) : value),
  requestContext: (value) => omit(value, (name) => name === "authorizer"),
});
const CLEANERS = cleanersFor(isCredentialParameter);

/**
 * A copy of the event without anything that could authenticate somebody.
 * @param connectQuery what is kept of a WebSocket's query: one of its parameters may be a token that looks like none
 */
export function withoutCredentials(event: Readonly<Record<string, unknown>>, connectQuery: readonly string[] = []): BusinessEvent {
  const cleaners = isWebSocket(event["requestContext"])
    ? cleanersFor((name, value) => !connectQuery.includes(name) || isCredentialParameter(name, value))
    : CLEANERS;
  const kept = Object.entries(event).filter(([name]) => !CREDENTIAL_MEMBERS.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, Object.hasOwn(cleaners, name) ? cleaners[name]?.(value) : value]));
}

const isWebSocket = (request: unknown) => typeof request === "object" && request !== null && "connectionId" in request;

function omit(value: unknown, unwanted: Unwanted): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name, item]) => !unwanted(name, item)));
}

function cleanQuery(query: string, isUnwanted: Unwanted): string {
  // Read as forms are, so that what is percent-encoded is seen and what is malformed does not throw.
  const isKept = (pair: string) => ![...new URLSearchParams(pair)].some(([name, value]) => isUnwanted(name, value));
  return query.split("&").filter(isKept).join("&");
}
