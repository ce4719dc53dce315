/** The part of a request that these functions read: the same in a REST API's event and in an HTTP API's. */
export interface ApiRequest {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly pathParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
}

/** A Lambda proxy result, valid on REST and HTTP APIs. */
export interface ApiResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Answers with JSON. Answers are about one caller, so nothing on the way may keep them. */
export function json(statusCode: number, body: unknown, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return {
    statusCode,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
    body: JSON.stringify(body),
  };
}

/** The one value of a header, whatever the case of its name; REST APIs keep the client's case. */
export function header(request: ApiRequest, name: string): string | null {
  for (const [key, value] of Object.entries(request.headers ?? {})) {
    if (key.toLowerCase() === name) return value ?? null;
  }
  return null;
}
