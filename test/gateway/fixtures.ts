import { createTestGateway } from "./gateway.ts";
import type { ApiType, AuthorizerConfig, Lambda, RouteConfig, TestGateway, TestGatewayOptions } from "./types.ts";

/** A clock that only moves when told to. */
export interface TestClock {
  (): number;
  /** Moves forward by seconds. */
  advance(seconds: number): void;
}

export function testClock(start = Date.UTC(2026, 0, 1, 12)): TestClock {
  let now = start;
  const clock = () => now;
  return Object.assign(clock, {
    advance: (seconds: number) => {
      now += seconds * 1000;
    },
  });
}

/** A policy of one statement. */
export const policy = (effect: "Allow" | "Deny", resource: string | string[]) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: effect, Action: "execute-api:Invoke", Resource: resource }],
});

/** An answer that allows everything. */
export const ALLOW_ALL = { principalId: "someone", policyDocument: policy("Allow", "*") };

/** A function that answers with its own event. */
export const echo: Lambda = (event) => ({ statusCode: 200, body: JSON.stringify(event) });

/** What an authorizer of each API type usually looks like. */
const USUAL: Readonly<Record<ApiType, Omit<AuthorizerConfig, "handler">>> = {
  rest: { type: "REQUEST", payload: "1.0", identitySources: ["method.request.header.Authorization"] },
  http: { type: "REQUEST", payload: "2.0", simple: true, identitySources: ["$request.header.Authorization"] },
  websocket: { type: "REQUEST", payload: "1.0", identitySources: ["route.request.header.Authorization"] },
};

/** A gateway whose routes all have one authorizer, made of the usual settings and those given. */
export function gatewayOf(
  api: ApiType,
  handler: Lambda,
  settings: Partial<AuthorizerConfig> = {},
  options: Partial<Omit<TestGatewayOptions, "routes">> & { readonly keys?: readonly string[]; readonly open?: readonly string[] } = {},
): TestGateway {
  const { keys = api === "websocket" ? ["$connect", "$default"] : ["ANY /{proxy+}"], open = [], ...rest } = options;
  const guarded = keys.map((key): RouteConfig => {
    const authorizer = api !== "websocket" || key === "$connect" ? "main" : undefined;
    return { key, function: echo, authorizer };
  });
  return createTestGateway({
    api,
    stage: api === "http" ? "$default" : "prod",
    routes: [...guarded, ...open.map((key) => ({ key, function: echo }))],
    authorizers: { main: { ...USUAL[api], ...settings, handler } },
    clock: testClock(),
    ...rest,
  });
}

/** How often the authorizer was invoked. */
export function authorizerCalls(gateway: TestGateway): number {
  return gateway.invocations.filter(({ kind }) => kind === "authorizer").length;
}
