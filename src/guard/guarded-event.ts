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
/** A token in the query of a WebSocket's `$connect`, whatever the parameter is called there. */
const COMPACT_JWS = /^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

type Unwanted = (name: string, value: unknown) => boolean;

const isCredentialHeader: Unwanted = (name) => CREDENTIAL_HEADERS.includes(name.toLowerCase());
const isCredentialParameter: Unwanted = (name, value) =>
  name === "access_token" || (Array.isArray(value) ? value : [value]).some((item) => typeof item === "string" && COMPACT_JWS.test(item));

const CLEANERS: Readonly<Record<string, (value: unknown) => unknown>> = {
  headers: (value) => omit(value, isCredentialHeader),
  multiValueHeaders: (value) => omit(value, isCredentialHeader),
  queryStringParameters: (value) => omit(value, isCredentialParameter),
  multiValueQueryStringParameters: (value) => omit(value, isCredentialParameter),
  rawQueryString: (value) => (typeof value === "string" ? cleanQuery(value) : value),
  requestContext: (value) => omit(value, (name) => name === "authorizer"),
};

/** A copy of the event without anything that could authenticate somebody. */
export function withoutCredentials(event: Readonly<Record<string, unknown>>): BusinessEvent {
  const kept = Object.entries(event).filter(([name]) => !CREDENTIAL_MEMBERS.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, Object.hasOwn(CLEANERS, name) ? CLEANERS[name]?.(value) : value]));
}

function omit(value: unknown, unwanted: Unwanted): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name, item]) => !unwanted(name, item)));
}

function cleanQuery(query: string): string {
  const pairs = query.split("&").filter((pair) => {
    const [name = "", value = ""] = pair.split("=");
    return !isCredentialParameter(name, value);
  });
  return pairs.join("&");
}
