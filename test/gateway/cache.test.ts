import { describe, expect, it } from "vitest";
import { ALLOW_ALL, authorizerCalls, gatewayOf, policy, testClock } from "./fixtures.ts";
import type { Lambda, TestGateway } from "./types.ts";

const bearer = (token: string) => [["Authorization", `Bearer ${token}`]] as const;
const get = (gateway: TestGateway, path: string, token = "a") => gateway.request({ path, headers: bearer(token) });
const ALLOW: Lambda = () => ({ isAuthorized: true });
/** Allows exactly the request it was asked about, the mistake of many sample authorizers. */
const onlyThisOne: Lambda = ({ methodArn }: { methodArn: string }) => ({
  principalId: "someone",
  policyDocument: policy("Allow", methodArn),
});

describe("the result cache", () => {
  it("holds a REST answer for 300 seconds by default, and not a moment longer", async () => {
    const clock = testClock();
    const gateway = gatewayOf("rest", () => ALLOW_ALL, {}, { clock });
    await get(gateway, "/orders");
    clock.advance(299.999);
    await get(gateway, "/orders");
    expect(authorizerCalls(gateway)).toBe(1);
    clock.advance(0.001);
    await get(gateway, "/orders");
    expect(authorizerCalls(gateway)).toBe(2);
  });

  it("is off at a TTL of 0, and by default on an HTTP API", async () => {
    for (const gateway of [gatewayOf("rest", () => ALLOW_ALL, { ttl: 0 }), gatewayOf("http", ALLOW)]) {
      await get(gateway, "/orders");
      await get(gateway, "/orders");
      expect(authorizerCalls(gateway)).toBe(2);
    }
  });

  it("is asked by the values of all identity sources", async () => {
    const identitySources = ["method.request.header.Authorization", "method.request.querystring.tenant"];
    const gateway = gatewayOf("rest", () => ALLOW_ALL, { identitySources });
    expect((await get(gateway, "/orders")).status).toBe(401);
    await get(gateway, "/orders?tenant=1");
    await get(gateway, "/me?tenant=1");
    expect(authorizerCalls(gateway)).toBe(1);
    await get(gateway, "/orders?tenant=2");
    await get(gateway, "/orders?tenant=1", "b");
    expect(authorizerCalls(gateway)).toBe(3);
  });

  it("does not mix identity source values that only join to the same text", async () => {
    const identitySources = ["method.request.querystring.a", "method.request.querystring.b"];
    const gateway = gatewayOf("rest", () => ALLOW_ALL, { identitySources });
    await gateway.request({ path: "/?a=1,2&b=3" });
    await get(gateway, "/x?a=1,2&b=3");
    await get(gateway, "/x?a=1&b=2,3");
    expect(authorizerCalls(gateway)).toBe(2);
  });

  it("evaluates a cached policy again for each request", async () => {
    const gateway = gatewayOf("rest", onlyThisOne);
    expect((await get(gateway, "/orders")).status).toBe(200);
    expect((await get(gateway, "/me")).status).toBe(403);
    expect((await get(gateway, "/orders")).status).toBe(200);
    expect(authorizerCalls(gateway)).toBe(1);
  });

  it("holds a denial too", async () => {
    const gateway = gatewayOf("rest", () => ({ principalId: "x", policyDocument: policy("Deny", "*") }));
    await get(gateway, "/orders");
    expect((await get(gateway, "/orders")).status).toBe(403);
    expect(authorizerCalls(gateway)).toBe(1);
  });

  it("applies a simple answer to every route of its key, unless the route key is part of it", async () => {
    const onlyOrders: Lambda = ({ rawPath }: { rawPath: string }) => ({ isAuthorized: rawPath === "/orders" });
    const keys = ["GET /orders", "GET /admin"];
    const shared = gatewayOf("http", onlyOrders, { ttl: 300 }, { keys });
    await get(shared, "/orders");
    expect((await get(shared, "/admin")).status).toBe(200);
    const identitySources = ["$request.header.Authorization", "$context.routeKey"];
    const apart = gatewayOf("http", onlyOrders, { ttl: 300, identitySources }, { keys });
    await get(apart, "/orders");
    expect((await get(apart, "/admin")).status).toBe(403);
    await get(apart, "/orders");
    expect(authorizerCalls(apart)).toBe(2);
  });

  it("evaluates a policy of an HTTP API like one of REST, by the route's ARN", async () => {
    const handler: Lambda = ({ routeArn }: { routeArn: string }) => ({ principalId: "x", policyDocument: policy("Allow", routeArn) });
    const gateway = gatewayOf("http", handler, { simple: false, ttl: 300 });
    expect((await get(gateway, "/orders")).status).toBe(200);
    expect((await get(gateway, "/me")).status).toBe(403);
  });
});

describe("a TOKEN authorizer", () => {
  const settings = { type: "TOKEN", identityValidationExpression: "Bearer [a-z]+" } as const;

  it("is not invoked for a token that does not match as a whole", async () => {
    const gateway = gatewayOf("rest", onlyThisOne, settings);
    for (const token of ["A", "a b", ""]) expect((await get(gateway, "/orders", token)).status).toBe(401);
    expect(authorizerCalls(gateway)).toBe(0);
    expect((await get(gateway, "/orders")).status).toBe(200);
  });
});
