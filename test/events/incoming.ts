/** Name and value pairs in the order the client sent them: duplicates are possible. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** One request as API Gateway sees it once a route has been chosen: what every event is built from. */
export interface Incoming {
  readonly stage: string;
  readonly method: string;
  /** As the client sent it, without the stage. */
  readonly path: string;
  /** The route that was chosen: `GET /orders/{id}`, `$default`, `$connect`. */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
  readonly headers: Pairs;
  readonly query: Pairs;
  readonly cookies: readonly string[];
  readonly body: string | null;
  readonly stageVariables: Readonly<Record<string, string>> | null;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export const PARTITION = "aws";
export const REGION = "eu-west-1";
export const ACCOUNT = "123456789012";
export const API_ID = "a1b2c3d4e5";
export const SOURCE_IP = "192.0.2.1";
export const DOMAIN = `${API_ID}.execute-api.${REGION}.amazonaws.com`;

/** A request with everything that is not given filled in. */
export function incoming(parts: Partial<Incoming>): Incoming {
  const method = parts.method ?? "GET";
  const path = parts.path ?? "/";
  return {
    stage: "$default",
    method,
    path,
    routeKey: `${method} ${path}`,
    pathParameters: null,
    headers: [],
    query: [],
    cookies: [],
    body: null,
    stageVariables: null,
    requestId: "00000000-0000-4000-8000-000000000000",
    now: Date.UTC(2026, 0, 1),
    ...parts,
  };
}

/** The ARN of a request, with its real method, path and stage; a `$` route of a WebSocket API has its key alone. */
export function arnOf({ stage, method, path, routeKey }: Incoming, webSocket = false): string {
  const tail = webSocket ? routeKey : `${method}${path.startsWith("/") ? path : `/${path}`}`;
  return `arn:${PARTITION}:execute-api:${REGION}:${ACCOUNT}:${API_ID}/${stage}/${tail}`;
}

/** The header lines with the cookies among them, as they travel. */
export function headerLines({ headers, cookies }: Incoming): Pairs {
  return cookies.length === 0 ? headers : [...headers, ["cookie", cookies.join("; ")]];
}

/** Every value of a header, whatever the case of its name. */
export function headerValues(request: Incoming, name: string): string[] {
  const wanted = name.toLowerCase();
  return headerLines(request)
    .filter(([candidate]) => candidate.toLowerCase() === wanted)
    .map(([, value]) => value);
}

/** The last value of each name. Own members even for names such as `__proto__`. */
export function lastValues(pairs: Pairs): Record<string, string> {
  return Object.fromEntries(pairs);
}

/** All values of each name. */
export function allValues(pairs: Pairs): Record<string, string[]> {
  const names = new Map<string, string[]>();
  for (const [name, value] of pairs) names.set(name, [...(names.get(name) ?? []), value]);
  return Object.fromEntries(names);
}

/** All values of each name, joined by a comma. */
export function joinedValues(pairs: Pairs): Record<string, string> {
  return Object.fromEntries(Object.entries(allValues(pairs)).map(([name, values]) => [name, values.join(",")]));
}

/** The query string as it travels. */
export function rawQuery(pairs: Pairs): string {
  return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
}
