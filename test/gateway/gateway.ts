import { httpProxyEvent } from "../events/http-api.ts";
import { restProxyEvent } from "../events/rest.ts";
import { type Core, createCore, integrate, overLimit } from "./core.ts";
import { selectRoute } from "./select-route.ts";
import type { TestGateway, TestGatewayOptions, TestRequest, TestResponse } from "./types.ts";
import { createWebSocket } from "./websocket.ts";

/**
 * API Gateway in process, for tests: identity sources, result cache, policies, events, status mapping and limits are the
 * documented ones of the real service. What the documentation leaves open is decided the stricter way.
 *
 * @throws Error for what the real service would refuse to deploy.
 */
export function createTestGateway(options: TestGatewayOptions): TestGateway {
  const core = createCore(options);
  const webSocket = options.api === "websocket" ? createWebSocket(core) : null;
  const need = () => {
    if (webSocket === null) throw new Error(`A ${options.api} API has no connections.`);
    return webSocket;
  };
  return {
    invocations: core.invocations,
    async request(request) {
      if (webSocket !== null) throw new Error("A WebSocket API takes connections only.");
      return serve(core, request);
    },
    connect: async (request) => need().connect(request ?? {}),
    send: async (connectionId, body) => need().send(connectionId, body),
    disconnect: async (connectionId) => need().disconnect(connectionId),
  };
}

async function serve(core: Core, sent: TestRequest): Promise<TestResponse> {
  const { api, routes } = core.options;
  const received = core.receive(sent);
  const tooLarge = overLimit(received);
  if (tooLarge !== null) return core.refuse(tooLarge, received);
  const selection = selectRoute(api, routes, received.method, received.path);
  if (selection === null) return core.refuse("MISSING_AUTHENTICATION_TOKEN", received);
  const { route, pathParameters } = selection;
  const request = { ...received, routeKey: route.key, pathParameters };
  const authorization = await core.authorize(request, route);
  if (!authorization.allowed) return core.refuse(authorization.refusal, request, authorization.context);
  const context = route.authorizer === undefined ? undefined : authorization.context;
  const event = api === "rest" ? restProxyEvent(request, context as never) : httpProxyEvent(request, context);
  return integrate(core, route, request, event);
}
