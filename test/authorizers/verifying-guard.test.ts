import { beforeAll, describe, expect, it } from "vitest";
import { authenticatedWithin, type Gateway, scope, verifyingGuard, type VerifyingGuardOptions } from "../../src/index.ts";
import type { ProblemResult } from "../../src/guard/index.ts";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import { clock, createSample, gateway as base, NOW_SECONDS, type Sample } from "../authorize/sample.ts";

const { routes } = defineRoutes({
  "GET /health": "public",
  "GET /orders": scope("orders:read"),
  "GET /orders/{id}": scope("orders:read"),
  "POST /orders": scope("orders:write"),
  "POST /transfer": authenticatedWithin("15m"),
  "GET /files/{proxy+}": "public",
  "GET /files/secret": scope("orders:write"),
});
const gateway: Gateway = { ...base, routes };
const entries: object[] = [];
let sample: Sample;
beforeAll(async () => {
  sample = await createSample();
});

type Request = readonly [method: string, path: string, headers?: Readonly<Record<string, string>>];

const EVENTS: Readonly<Record<string, (...request: Request) => object>> = {
  "a Function URL": (method, path, headers = {}) => ({
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: "",
    cookies: ["session=secret"],
    headers,
    requestContext: { stage: "$default", requestId: "r-1", http: { method, path }, authorizer: { lambda: { principal: "forged" } } },
  }),
  "a load balancer": (method, path, headers = {}) => ({
    requestContext: { elb: { targetGroupArn: "arn" } },
    httpMethod: method,
    path,
    headers,
  }),
  "a load balancer with lists": (method, path, headers = {}) => ({
    requestContext: { elb: { targetGroupArn: "arn" } },
    httpMethod: method,
    path,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  }),
};

const echo = async (event: unknown, { principal }: { principal: unknown }) => ({ event, principal });
const call = async (event: unknown, extra: VerifyingGuardOptions = {}, handler: typeof echo = echo) =>
  verifyingGuard(gateway, handler, { clock, jwks: sample.jwks, log: (entry) => void entries.push(entry), ...extra })(event);
const refused = async (...args: Parameters<typeof call>) => (await call(...args)) as ProblemResult & { multiValueHeaders?: object };
const bearer = async (claims: Record<string, unknown> = {}) => ({ authorization: `Bearer ${await sample.good("shop", { claims })}` });

describe.each(Object.entries(EVENTS))("behind %s", (_name, eventOf) => {
  it("the handler gets the principal, and an event without credentials", async () => {
    const headers = await bearer();
    const result = (await call(eventOf("GET", "/orders/7", { ...headers, accept: "*/*" }))) as { event: object; principal: unknown };
    expect(result.principal).toMatchObject({ id: "shop|user-1", scopes: ["orders:read"] });
    expect(JSON.stringify(result.event)).toContain("*/*");
    expect(JSON.stringify(result.event)).not.toMatch(/Bearer|secret|forged/);
  });

  it("a public route needs no token and has no principal", async () => {
    expect(await call(eventOf("GET", "/health", { authorization: "nonsense" }))).toMatchObject({ principal: null });
  });

  it.each([{}, { authorization: "Basic YTpi" }, { authorization: "Bearer a.b.c" }])("401 with a challenge for %j", async (headers) => {
    const result = await refused(eventOf("GET", "/orders", headers));
    expect(result).toMatchObject({ statusCode: 401, headers: { "www-authenticate": expect.stringMatching(/^Bearer/) } });
  });

  it("403 where the rule does not hold, and on routes that are not in the table", async () => {
    expect(await refused(eventOf("POST", "/orders", await bearer()))).toMatchObject({ statusCode: 403 });
    expect(entries.at(-1)).toMatchObject({ code: "rule_denied", issuer: "shop", route: "POST /orders" });
    expect(await refused(eventOf("DELETE", "/orders", await bearer()))).toMatchObject({ statusCode: 403 });
    expect(entries.at(-1)).toMatchObject({ code: "route_unknown", route: null });
  });

  it("asks for a fresh sign-in where the rule does", async () => {
    const result = await refused(eventOf("POST", "/transfer", await bearer({ auth_time: NOW_SECONDS - 3_600 })));
    expect(result.statusCode).toBe(401);
    expect(result.headers["www-authenticate"]).toBe('Bearer error="insufficient_user_authentication", max_age="900"');
  });

  it("503 when keys are unavailable", async () => {
    expect(await refused(eventOf("GET", "/orders", await bearer()), { jwks: {} })).toMatchObject({ statusCode: 503 });
  });

  it.each(["/files/%73ecret", "/files/../orders", "/files/%2e%2e/orders", "/files/..%5corders", "/files/%", "/files%2Fsecret"])(
    "%s, which others may read as another route, is none",
    async (path) => {
      expect(await refused(eventOf("GET", path, await bearer()))).toMatchObject({ statusCode: 403 });
      expect(entries.at(-1)).toMatchObject({ code: "route_unknown" });
    },
  );

  it("paths that everybody reads alike are served, escapes or not", async () => {
    expect(await call(eventOf("GET", "/files/a%20b/c"))).toMatchObject({ principal: null });
  });

  it("a failing handler is a 500 that tells nothing", async () => {
    const failing = async () => {
      throw new TypeError("secret");
    };
    const result = await refused(eventOf("GET", "/health"), {}, failing);
    expect(result).toMatchObject({ statusCode: 500 });
    expect(entries.at(-1)).toMatchObject({ message: "Handler failed", error: "TypeError" });
    expect(JSON.stringify([result, entries.at(-1)])).not.toContain("secret");
  });
});

it("answers a load balancer that sends lists with lists, and others without", async () => {
  const asLists = await refused(EVENTS["a load balancer with lists"]?.("GET", "/orders"));
  const failure = await refused(EVENTS["a load balancer with lists"]?.("GET", "/health"), {}, () => Promise.reject(new Error("x")));
  expect(failure.multiValueHeaders).toMatchObject({ "content-type": ["application/problem+json"] });
  expect(asLists.multiValueHeaders).toMatchObject({ "www-authenticate": ["Bearer"] });
  const plain = await refused(EVENTS["a load balancer"]?.("GET", "/orders"));
  expect(plain).not.toHaveProperty("multiValueHeaders");
});

it("refuses two credentials", async () => {
  const { authorization } = await bearer();
  const event = {
    ...EVENTS["a load balancer"]?.("GET", "/orders"),
    multiValueHeaders: { authorization: [authorization, authorization] },
  };
  expect(await refused(event)).toMatchObject({ statusCode: 401 });
  expect(entries.at(-1)).toMatchObject({ code: "credential_ambiguous" });
});

it.each([
  undefined,
  null,
  "x",
  {},
  { httpMethod: "GET", path: "/health", requestContext: { resourceId: "rest" } },
  { version: "2.0", rawPath: "/live/health", requestContext: { stage: "live", http: { method: "GET" } } },
  { version: "1.0", rawPath: "/health", requestContext: { stage: "$default", http: { method: "GET" } } },
  { httpMethod: "get", path: "/health", requestContext: { elb: {} } },
  { httpMethod: "GET", path: "health", requestContext: { elb: {} } },
])("fails closed on an event that is not its own: %j", async (event) => {
  expect(await refused(event)).toMatchObject({ statusCode: 500 });
  expect(entries.at(-1)).toMatchObject({ code: "event_unsupported" });
});
