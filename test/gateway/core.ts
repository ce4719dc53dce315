import { randomUUID } from "node:crypto";
import { headerLines, type Incoming, incoming } from "../events/incoming.ts";
import { type Authorizer, createAuthorizer } from "./authorizer.ts";
import { integrationResponse } from "./integration.ts";
import { refusalResponse } from "./refusals.ts";
import type {
  Authorization,
  AuthorizerContext,
  Invocation,
  Lambda,
  LambdaContext,
  Refusal,
  RouteConfig,
  TestGatewayOptions,
  TestRequest,
  TestResponse,
} from "./types.ts";

/** Documented limits, in bytes: all header lines together, and a method ARN. */
const MAX_HEADERS = 10_240;
const MAX_ARN = 1_600;
const ARN_PREFIX_LENGTH = 70;

/** What the HTTP and the WebSocket halves of the gateway share. */
export interface Core {
  readonly options: TestGatewayOptions;
  readonly invocations: Invocation[];
  invoke(kind: Invocation["kind"], name: string, lambda: Lambda, event: unknown): Promise<unknown>;
  authorize: (request: Incoming, route: RouteConfig, ...rest: readonly Parameters<Authorizer["authorize"]>[1][]) => Promise<Authorization>;
  refuse(refusal: Refusal, request: Incoming, context?: AuthorizerContext | null): TestResponse;
  receive(request: TestRequest): Incoming;
}

/** @throws Error for what the real service would refuse to deploy. */
export function createCore(options: TestGatewayOptions): Core {
  const invocations: Invocation[] = [];
  const invoke: Core["invoke"] = async (kind, name, lambda, event) => {
    const sent = throughJson(event);
    invocations.push({ kind, name, event: sent });
    return throughJson(await lambda(throughJson(event) as never, lambdaContext(name)));
  };
  const authorizers = new Map(
    Object.entries(options.authorizers ?? {}).map(([name, config]) => [
      name,
      createAuthorizer(options.api, config, (event) => invoke("authorizer", name, config.handler, event)),
    ]),
  );
  for (const { key, authorizer } of options.routes) {
    if (authorizer !== undefined && !authorizers.has(authorizer)) throw new Error(`${key} names an authorizer that does not exist.`);
  }
  return {
    options,
    invocations,
    invoke,
    async authorize(request, { authorizer }, connection) {
      const found = authorizer === undefined ? undefined : authorizers.get(authorizer);
      return (await found?.authorize(request, connection)) ?? { allowed: true, context: {} };
    },
    refuse: (refusal, request, context = null) =>
      refusalResponse(options.api, options.gatewayResponses ?? {}, { refusal, request, context }),
    receive: (request) => receive(options, request),
  };
}

/** Calls a route's function and reads its answer; a function that throws is the gateway's failure. */
export async function integrate(core: Core, route: RouteConfig, request: Incoming, event: unknown): Promise<TestResponse> {
  let result: unknown;
  try {
    result = await core.invoke("function", route.key, route.function, event);
  } catch {
    return core.refuse("INTEGRATION_FAILURE", request);
  }
  return integrationResponse(core.options.api, result) ?? core.refuse("INTEGRATION_FAILURE", request);
}

/** The limits that come before any route is looked at; null when they are kept. */
export function overLimit(request: Incoming): Refusal | null {
  const size = headerLines(request).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value) + 4, 0);
  if (size > MAX_HEADERS) return "HEADERS_TOO_LARGE";
  return Buffer.byteLength(request.path) + ARN_PREFIX_LENGTH > MAX_ARN ? "URI_TOO_LONG" : null;
}

function receive(options: TestGatewayOptions, { method = "GET", path, headers, query, cookies, body }: TestRequest): Incoming {
  const cut = path.indexOf("?");
  const inPath = cut < 0 ? [] : [...new URLSearchParams(path.slice(cut + 1))];
  return incoming({
    stage: options.stage,
    stageVariables: options.stageVariables ?? null,
    method,
    path: cut < 0 ? path : path.slice(0, cut),
    headers: headers ?? [],
    query: [...inPath, ...(query ?? [])],
    cookies: cookies ?? [],
    body: body ?? null,
    requestId: randomUUID(),
    now: options.clock(),
  });
}

/** The trip every event and answer makes: what is undefined is dropped, what is no JSON cannot pass. */
function throughJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? null : JSON.parse(text);
}

function lambdaContext(functionName: string): LambdaContext {
  return { awsRequestId: randomUUID(), functionName, getRemainingTimeInMillis: () => 10_000 };
}
