/** The members of an event that the guard reads, whichever API type it comes from. */
export interface GuardedEvent {
  /** HTTP API. */
  readonly routeKey?: string;
  /** REST API. */
  readonly resource?: string;
  readonly httpMethod?: string;
  readonly requestContext?: unknown;
}

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
const HEADER_MAPS = ["headers", "multiValueHeaders"];
const CREDENTIAL_MEMBERS = ["identitySource", "cookies", "authorizationToken"];

/** A copy of the event without anything that could authenticate somebody. */
export function withoutCredentials(event: Readonly<Record<string, unknown>>): BusinessEvent {
  const kept = Object.entries(event).filter(([name]) => !CREDENTIAL_MEMBERS.includes(name));
  const cleaned = kept.map(([name, value]) => {
    if (HEADER_MAPS.includes(name)) return [name, omit(value, (header) => CREDENTIAL_HEADERS.includes(header.toLowerCase()))];
    return [name, name === "requestContext" ? omit(value, (member) => member === "authorizer") : value];
  });
  return Object.fromEntries(cleaned) as BusinessEvent;
}

function omit(value: unknown, unwanted: (name: string) => boolean): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !unwanted(name)));
}
