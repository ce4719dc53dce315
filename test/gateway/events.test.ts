import { describe, expect, it } from "vitest";
import { ALLOW_ALL, gatewayOf } from "./fixtures.ts";
import type { Lambda, TestGateway } from "./types.ts";

const REQUEST = {
  method: "DELETE",
  path: "/prod/7?view=full&tag=a&tag=b",
  headers: [
    ["Authorization", "Bearer a"],
    ["X-Trace", "1"],
    ["X-Trace", "2"],
  ],
  cookies: ["theme=dark", "lang=de"],
  body: "{}",
} as const;
const KEYS = ["DELETE /prod/{id}"];
const CONTEXT = { text: "x", number: 1, yes: true };
const ARN = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5";
const ALLOW: Lambda = () => ({ isAuthorized: true, context: { ...CONTEXT, list: ["a", { b: null }] } });

/** What the authorizer and the function were given, in this order. */
async function seen(gateway: TestGateway): Promise<readonly [Event, Event]> {
  expect((await gateway.request(REQUEST)).status).toBe(200);
  const [authorizer, integration] = gateway.invocations.map(({ event }) => event as Event);
  if (authorizer === undefined || integration === undefined) throw new Error("Not both were invoked.");
  return [authorizer, integration];
}

interface Event {
  readonly requestContext?: { readonly authorizer?: unknown };
}

describe("the events of a REST API", () => {
  const allow: Lambda = () => ({ ...ALLOW_ALL, context: CONTEXT });

  it("TOKEN: three fields only, and the ARN of the request even where the path starts with the stage", async () => {
    const [event] = await seen(gatewayOf("rest", allow, { type: "TOKEN" }, { keys: KEYS }));
    expect(event).toEqual({ type: "TOKEN", authorizationToken: "Bearer a", methodArn: `${ARN}/prod/DELETE/prod/7` });
  });

  it("REQUEST: headers as sent, the template as the resource, no authorizer and no body", async () => {
    const [event] = await seen(gatewayOf("rest", allow, {}, { keys: KEYS }));
    expect(event).toMatchObject({
      type: "REQUEST",
      methodArn: `${ARN}/prod/DELETE/prod/7`,
      resource: "/prod/{id}",
      path: "/prod/7",
      httpMethod: "DELETE",
      headers: { Authorization: "Bearer a", "X-Trace": "2", cookie: "theme=dark; lang=de" },
      multiValueHeaders: { "X-Trace": ["1", "2"] },
      queryStringParameters: { view: "full", tag: "b" },
      multiValueQueryStringParameters: { tag: ["a", "b"] },
      pathParameters: { id: "7" },
      requestContext: { stage: "prod", path: "/prod/prod/7", resourcePath: "/prod/{id}", httpMethod: "DELETE" },
    });
    expect(event).not.toHaveProperty("body");
    expect(event.requestContext).not.toHaveProperty("authorizer");
  });

  it("integration: the context as texts beside the principal id", async () => {
    const [, event] = await seen(gatewayOf("rest", allow, {}, { keys: KEYS }));
    expect(event).toMatchObject({ resource: "/prod/{id}", body: "{}", isBase64Encoded: false });
    expect(event.requestContext?.authorizer).toEqual({
      text: "x",
      number: "1",
      yes: "true",
      principalId: "someone",
      integrationLatency: 0,
    });
  });

  it.each([[[]], [{}], [null]])("cannot carry %j in the context", async (value) => {
    const gateway = gatewayOf("rest", () => ({ ...ALLOW_ALL, context: { value } }), {}, { keys: KEYS });
    expect((await gateway.request(REQUEST)).status).toBe(500);
  });
});

describe("the events of an HTTP API", () => {
  it("authorizer 2.0: names in lower case, duplicates joined, cookies apart, all identity sources", async () => {
    const identitySources = ["$request.header.Authorization", "$context.routeKey"];
    const [event] = await seen(gatewayOf("http", ALLOW, { identitySources }, { keys: KEYS }));
    expect(event).toEqual({
      version: "2.0",
      type: "REQUEST",
      routeArn: `${ARN}/$default/DELETE/prod/7`,
      identitySource: ["Bearer a", "DELETE /prod/{id}"],
      routeKey: "DELETE /prod/{id}",
      rawPath: "/prod/7",
      rawQueryString: "view=full&tag=a&tag=b",
      cookies: ["theme=dark", "lang=de"],
      headers: { authorization: "Bearer a", "x-trace": "1,2" },
      queryStringParameters: { view: "full", tag: "a,b" },
      pathParameters: { id: "7" },
      requestContext: expect.objectContaining({
        http: expect.objectContaining({ method: "DELETE", path: "/prod/7" }),
        routeKey: "DELETE /prod/{id}",
        stage: "$default",
      }),
    });
  });

  it("has a named stage in the raw path", async () => {
    const [event] = await seen(gatewayOf("http", ALLOW, {}, { keys: KEYS, stage: "v1" }));
    expect(event).toMatchObject({ rawPath: "/v1/prod/7", routeArn: `${ARN}/v1/DELETE/prod/7` });
  });

  it("integration 2.0: the context keeps its types, under `lambda`", async () => {
    const [, event] = await seen(gatewayOf("http", ALLOW, {}, { keys: KEYS }));
    expect(event.requestContext?.authorizer).toEqual({ lambda: { ...CONTEXT, list: ["a", { b: null }] } });
    expect(event).toMatchObject({ version: "2.0", routeKey: "DELETE /prod/{id}", cookies: ["theme=dark", "lang=de"], body: "{}" });
  });

  it("authorizer 1.0: an ARN called methodArn, and a context of texts", async () => {
    const settings = { payload: "1.0", simple: false } as const;
    const allow: Lambda = () => ({ ...ALLOW_ALL, context: CONTEXT });
    const [event, integration] = await seen(gatewayOf("http", allow, settings, { keys: KEYS }));
    expect(event).toMatchObject({
      version: "1.0",
      type: "REQUEST",
      methodArn: `${ARN}/$default/DELETE/prod/7`,
      identitySource: "Bearer a",
    });
    expect(integration.requestContext?.authorizer).toEqual({ lambda: { text: "x", number: "1", yes: "true" } });
  });
});

it("gives a route without an authorizer no authorizer context, whatever the client sends", async () => {
  const headers = [["sls-offline-authorizer-override", '{"principal":"admin"}']] as const;
  for (const api of ["rest", "http"] as const) {
    const gateway = gatewayOf(api, () => null, {}, { keys: [], open: ["GET /health"] });
    const { body } = await gateway.request({ path: "/health", headers });
    expect(JSON.parse(body).requestContext).not.toHaveProperty("authorizer");
  }
});
