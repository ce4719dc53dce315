import { describe, expect, it } from "vitest";
import { ALLOW_ALL, authorizerCalls, echo, gatewayOf, policy } from "./fixtures.ts";
import { createTestGateway } from "./gateway.ts";
import type { ApiType, Lambda, TestGateway, TestResponse } from "./types.ts";

const SIGNED_IN = [["Authorization", "Bearer a"]] as const;
const fails =
  (message: string): Lambda =>
  () =>
    Promise.reject(new Error(message));

/** One request, or one handshake, at the API. */
async function call(
  gateway: TestGateway,
  api: ApiType,
  headers: readonly (readonly [string, string])[] = SIGNED_IN,
): Promise<TestResponse> {
  return api === "websocket" ? gateway.connect({ headers }) : gateway.request({ path: "/orders", headers });
}

describe.each([
  { api: "rest", allow: ALLOW_ALL, success: 200 },
  { api: "http", allow: { isAuthorized: true }, success: 200 },
  { api: "websocket", allow: ALLOW_ALL, success: 101 },
] as const)("authorization on a $api API", ({ api, allow, success }) => {
  it.each([
    ["no header", []],
    ["an empty header", [["Authorization", ""]]],
  ] as const)("answers 401 to %s without invoking the authorizer", async (_, headers) => {
    const gateway = gatewayOf(api, () => allow);
    expect((await call(gateway, api, headers)).status).toBe(401);
    expect(authorizerCalls(gateway)).toBe(0);
  });

  it("reads a header identity source in any case", async () => {
    const gateway = gatewayOf(api, () => allow);
    expect((await call(gateway, api, [["aUTHORIZATION", "Bearer a"]])).status).toBe(success);
  });

  it.each([
    ["Unauthorized", 401],
    ["Unauthorized.", 500],
    ["unauthorized", 500],
    ["Boom", 500],
  ])("maps a thrown %j to %i and caches nothing", async (message, status) => {
    const gateway = gatewayOf(api, fails(message), api === "websocket" ? {} : { ttl: 300 });
    expect((await call(gateway, api)).status).toBe(status);
    expect((await call(gateway, api)).status).toBe(status);
    expect(authorizerCalls(gateway)).toBe(2);
  });

  it.each<[string, unknown]>([
    ["nothing", null],
    ["a text", "Unauthorized"],
    ["an empty object", {}],
    ["a truthy text for a boolean", { isAuthorized: "true" }],
    ["a list as the context", { ...allow, context: [] }],
    ["no principal id", { policyDocument: policy("Allow", "*") }],
    ["an unknown effect", { principalId: "x", policyDocument: { ...policy("Allow", "*"), Statement: [{ Effect: "allow" }] } }],
    ["no statements", { principalId: "x", policyDocument: { Version: "2012-10-17", Statement: [] } }],
    ["a resource beyond 512 characters", { principalId: "x", policyDocument: policy("Allow", `*${"a".repeat(512)}`) }],
  ])("answers 500 to %s from the authorizer and caches nothing", async (_, result) => {
    const gateway = gatewayOf(api, () => result, api === "websocket" ? {} : { ttl: 300 });
    expect((await call(gateway, api)).status).toBe(500);
    await call(gateway, api);
    expect(authorizerCalls(gateway)).toBe(2);
  });
});

describe("the answers of a REST API", () => {
  const rest = (handler: Lambda) => gatewayOf("rest", handler).request({ path: "/orders", headers: SIGNED_IN });

  it("tells no allowance from an explicit denial", async () => {
    const none = await rest(() => ({ principalId: "x", policyDocument: policy("Allow", "arn:aws:execute-api:*:*:other/*") }));
    expect(none).toMatchObject({ status: 403, body: '{"Message":"User is not authorized to access this resource"}' });
    expect(none.headers["x-amzn-errortype"]).toBe("AccessDeniedException");
    const explicit = await rest(() => ({ principalId: "x", policyDocument: policy("Deny", "*") }));
    expect(explicit).toMatchObject({ status: 403 });
    expect(explicit.body).toBe('{"Message":"User is not authorized to access this resource with an explicit deny"}');
  });

  it("says nothing about a failed authorizer", async () => {
    expect(await rest(fails("Boom"))).toMatchObject({ status: 500, body: '{"message":null}' });
    const nested = await rest(() => ({ ...ALLOW_ALL, context: { list: [] } }));
    expect(nested.headers["x-amzn-errortype"]).toBe("AuthorizerConfigurationException");
  });

  it("calls an unknown route a missing authentication token", async () => {
    const gateway = gatewayOf("rest", () => ALLOW_ALL, {}, { keys: ["GET /orders"] });
    for (const request of [{ path: "/unknown" }, { path: "/orders", method: "POST" }]) {
      expect(await gateway.request({ ...request, headers: SIGNED_IN })).toMatchObject({
        status: 403,
        body: '{"message":"Missing Authentication Token"}',
      });
    }
    expect(authorizerCalls(gateway)).toBe(0);
  });

  it("renames the challenge of a function", async () => {
    const challenge: Lambda = () => ({ statusCode: 401, headers: { "WWW-Authenticate": "Bearer" }, body: "" });
    const routes = [{ key: "GET /", function: challenge }];
    const { headers } = await createTestGateway({ api: "rest", stage: "prod", routes, clock: () => 0 }).request({ path: "/" });
    expect(headers).toEqual({ "x-amzn-remapped-www-authenticate": "Bearer" });
  });

  it("fills gateway responses in, for their own type before the default", async () => {
    const gatewayResponses = {
      UNAUTHORIZED: { parameters: { "gatewayresponse.header.WWW-Authenticate": "'Bearer'" }, template: '{"id":"$context.requestId"}' },
      ACCESS_DENIED: {
        parameters: { "gatewayresponse.header.X-Origin": "method.request.header.Origin" },
        template: '{"code":"$context.authorizer.reason","type":"$context.error.responseType","text":$context.error.messageString}',
      },
      DEFAULT_5XX: { statusCode: 503 },
    };
    const ask = (handler: Lambda, headers: readonly (readonly [string, string])[]) =>
      gatewayOf("rest", handler, {}, { gatewayResponses }).request({ path: "/a", headers });
    const unauthorized = await ask(() => ALLOW_ALL, []);
    expect(unauthorized.headers["www-authenticate"]).toBe("Bearer");
    expect(unauthorized.body).toMatch(/^\{"id":"[\da-f-]{36}"\}$/);
    const refusing: Lambda = () => ({ principalId: "x", policyDocument: policy("Deny", "*"), context: { reason: "rule_denied" } });
    const denied = await ask(refusing, [...SIGNED_IN, ["origin", "https://app.example"]]);
    expect(denied.headers["x-origin"]).toBe("https://app.example");
    expect(JSON.parse(denied.body)).toMatchObject({ code: "rule_denied", type: "ACCESS_DENIED" });
    expect((await ask(fails("Boom"), SIGNED_IN)).status).toBe(503);
  });

  it("lets a preflight through on its own open route", async () => {
    const gateway = gatewayOf("rest", () => ALLOW_ALL, {}, { keys: ["GET /orders"], open: ["OPTIONS /orders"] });
    expect((await gateway.request({ method: "OPTIONS", path: "/orders" })).status).toBe(200);
    expect(authorizerCalls(gateway)).toBe(0);
  });

  it("wants a proxy answer from the function", async () => {
    const routes = [{ key: "GET /", function: () => "hello" }];
    const rest = createTestGateway({ api: "rest", stage: "prod", routes, clock: () => 0 });
    expect((await rest.request({ path: "/" })).status).toBe(502);
    const http = createTestGateway({ api: "http", stage: "$default", routes, clock: () => 0 });
    expect(await http.request({ path: "/" })).toMatchObject({ status: 200, body: "hello" });
  });
});

describe("the answers of an HTTP API", () => {
  it.each<[string, Lambda, number, string]>([
    ["a denial", () => ({ isAuthorized: false }), 403, "Forbidden"],
    ["the signal", fails("Unauthorized"), 401, "Unauthorized"],
    ["a failure", fails("Boom"), 500, "Internal Server Error"],
  ])("are fixed for %s", async (_, handler, status, message) => {
    const response = await gatewayOf("http", handler).request({ path: "/orders", headers: SIGNED_IN });
    expect(response).toMatchObject({ status, body: JSON.stringify({ message }) });
    expect(response.headers).not.toHaveProperty("x-amzn-errortype");
  });

  it("calls an unknown route not found, and falls back to $default where there is one", async () => {
    const without = gatewayOf("http", () => ({ isAuthorized: true }), {}, { keys: ["GET /orders"] });
    expect(await without.request({ path: "/unknown" })).toMatchObject({ status: 404, body: '{"message":"Not Found"}' });
    const within = gatewayOf("http", () => ({ isAuthorized: true }), {}, { keys: ["GET /orders", "$default"] });
    const response = await within.request({ path: "/unknown", headers: SIGNED_IN });
    expect(JSON.parse(response.body)).toMatchObject({ routeKey: "$default" });
  });
});

describe("what cannot be deployed", () => {
  it.each([
    ["rest", { ttl: 3601 }, /3600/],
    ["rest", { ttl: 300, identitySources: [] }, /identity source/],
    ["rest", { identitySources: ["$request.header.Authorization"] }, /No identity source/],
    ["rest", { identitySources: ["method.request.path.id"] }, /No identity source/],
    ["rest", { payload: "2.0" }, /payload 2.0/],
    ["rest", { type: "TOKEN", identitySources: ["method.request.querystring.token"] }, /header/],
    ["rest", { identityValidationExpression: "Bearer .+" }, /TOKEN/],
    ["http", { type: "TOKEN" }, /TOKEN/],
    ["http", { payload: "1.0" }, /Simple/],
    ["websocket", { ttl: 300 }, /cache/],
  ] as const)("on a %s API: %j", (api, settings, message) => {
    expect(() => gatewayOf(api, () => null, settings)).toThrow(message);
  });

  it("an authorizer that does not exist", () => {
    const routes = [{ key: "GET /", function: echo, authorizer: "gone" }];
    expect(() => createTestGateway({ api: "http", stage: "$default", routes, clock: () => 0 })).toThrow(/does not exist/);
  });
});

it("refuses oversized headers and paths before any route is looked at", async () => {
  const gateway = gatewayOf("http", () => ({ isAuthorized: true }));
  expect((await gateway.request({ path: "/a", headers: [["Authorization", "a".repeat(10_240)]] })).status).toBe(431);
  expect((await gateway.request({ path: `/${"a".repeat(1_600)}`, headers: SIGNED_IN })).status).toBe(414);
  expect(gateway.invocations).toEqual([]);
});
