import { beforeAll, describe, expect, it } from "vitest";
import type { SimpleResponse } from "../../src/gateway/http-api.ts";
import type { IamAnswer } from "../../src/gateway/iam-answer.ts";
import { authenticatedWithin, defineGateway, httpAuthorizer, oidc, restTokenAuthorizer } from "../../src/index.ts";
import { createTestTokens, type TestTokens } from "../../src/testing/index.ts";
import { AUDIENCE, NOW, NOW_SECONDS } from "../authorize/sample.ts";

const ARN = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live";
const gateway = defineGateway({
  issuers: { shop: oidc({ issuer: "https://shop.example", audience: AUDIENCE, jwksUri: "https://shop.example/keys" }) },
  routes: { "GET /me": "authenticated", "GET /orders": authenticatedWithin("5m") },
});
const claims = { sub: "user-1", aud: AUDIENCE, client_id: "web", scope: "orders:read", auth_time: NOW_SECONDS };

let tokens: TestTokens;
let token: string;
const time = { now: NOW };

beforeAll(async () => {
  tokens = await createTestTokens(gateway, { clock: () => NOW });
  token = await tokens.sign("shop", { claims });
});

/** One authorizer of each kind, asked again and again for one token. */
function authorizers() {
  const options = { clock: () => time.now, jwks: tokens.jwks, log: () => {} };
  const [http, rest] = [httpAuthorizer(gateway, options), restTokenAuthorizer(gateway, options)];
  const authorization = `Bearer ${token}`;
  return {
    http: (routeKey: string): Promise<SimpleResponse> => http({ version: "2.0", type: "REQUEST", routeKey, headers: { authorization } }),
    rest: (path: string): Promise<IamAnswer> => rest({ type: "TOKEN", authorizationToken: authorization, methodArn: `${ARN}/GET${path}` }),
  };
}

describe("a token that comes again", () => {
  it("is answered the same every time", async () => {
    const { http, rest } = authorizers();
    const [firstSimple, firstPolicy] = [await http("GET /me"), await rest("/me")];
    for (let times = 0; times < 4; times++) {
      expect(await http("GET /me")).toEqual(firstSimple);
      expect(await rest("/me")).toEqual(firstPolicy);
    }
  });

  it("is answered in a context of its own, which nobody can change for the next", async () => {
    const { http, rest } = authorizers();
    for (let times = 0; times < 4; times++) {
      for (const { context } of [await http("GET /me"), await rest("/me")]) {
        expect(context).not.toHaveProperty("added");
        context["added"] = true;
      }
    }
    const { principal } = (await http("GET /me")).context as { principal: { scopes: string[] } };
    expect(() => principal.scopes.push("admin")).toThrow(TypeError);
    expect(() => Object.assign(principal, { id: "shop|root" })).toThrow(TypeError);
  });

  it("cannot have its policy changed for the next", async () => {
    const { rest } = authorizers();
    await rest("/me");
    const [statement] = (await rest("/me")).policyDocument.Statement;
    statement?.Resource.push("arn:everything");
    expect(statement?.Resource).toContain("arn:everything");
    expect(JSON.stringify(await rest("/me"))).not.toContain("arn:everything");
  });

  it("loses the routes that its sign-in has become too old for", async () => {
    const { http, rest } = authorizers();
    const reaches = async () => JSON.stringify((await rest("/me")).policyDocument).includes("GET/orders");
    for (let times = 0; times < 3; times++) {
      expect((await http("GET /orders")).isAuthorized).toBe(true);
      expect(await reaches()).toBe(true);
    }
    time.now += 301_000;
    await expect(http("GET /orders")).rejects.toThrow(/^Unauthorized$/);
    expect(await reaches()).toBe(false);
    time.now = NOW;
  });
});
