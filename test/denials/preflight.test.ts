import { describe, expect, it } from "vitest";
import { guard } from "../../src/guard/index.ts";
import { httpAuthorizer, restTokenAuthorizer, scope } from "../../src/index.ts";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import { matchRoute } from "../../src/rules/match-route.ts";
import { compilePolicy } from "../../src/gateway/policy/policy.ts";
import { parseArn } from "../../src/gateway/arn.ts";
import { createTestGateway } from "../gateway/gateway.ts";
import type { ApiType, Lambda } from "../gateway/types.ts";
import { evaluatePolicy } from "../gateway/iam.ts";
import { gatewayWith } from "./kit.ts";

/** What a browser sends before a request with a token: never the token itself. */
const PREFLIGHT = [
  ["Origin", "https://app.example"],
  ["Access-Control-Request-Method", "GET"],
  ["Access-Control-Request-Headers", "authorization"],
] as const;

const gateway = gatewayWith(scope("orders:read"));
const guarding = { clock: () => 0, log: () => {} };
const options = { ...guarding, jwks: {} };
const preflight: Lambda = () => ({ statusCode: 204, headers: { "access-control-allow-origin": "https://app.example" }, body: "" });

function deploy(api: ApiType, keys: readonly [guarded: string, open: string]) {
  const handler = (api === "rest" ? restTokenAuthorizer(gateway, options) : httpAuthorizer(gateway, options)) as Lambda;
  return createTestGateway({
    api,
    stage: api === "rest" ? "prod" : "$default",
    routes: [
      { key: keys[0], function: guard(gateway, async () => null, guarding), authorizer: "main" },
      { key: keys[1], function: preflight },
    ],
    authorizers: {
      main:
        api === "rest"
          ? { type: "TOKEN", payload: "1.0", identitySources: ["method.request.header.Authorization"], handler }
          : {
              type: "REQUEST",
              payload: "2.0",
              simple: true,
              identitySources: ["$request.header.Authorization", "$context.routeKey"],
              handler,
            },
    },
    clock: () => 0,
  });
}

describe.each([
  ["rest", ["ANY /orders", "OPTIONS /orders"]],
  ["rest", ["ANY /{proxy+}", "OPTIONS /{proxy+}"]],
  ["http", ["ANY /orders", "OPTIONS /orders"]],
  ["http", ["$default", "OPTIONS /{proxy+}"]],
] as const)("a preflight on a %s API with %j", (api, keys) => {
  it("passes without an authorizer, and the request after it does not", async () => {
    const deployed = deploy(api, keys);
    expect((await deployed.request({ method: "OPTIONS", path: "/orders", headers: PREFLIGHT })).status).toBe(204);
    expect(deployed.invocations.map(({ kind }) => kind)).toEqual(["function"]);
    expect((await deployed.request({ method: "GET", path: "/orders" })).status).toBe(401);
  });
});

describe("in the route table", () => {
  const table = defineRoutes({ "ANY /{proxy+}": scope("orders:read"), "OPTIONS /{proxy+}": "public" });

  it("an own rule for OPTIONS goes before the one for every method", () => {
    expect(matchRoute(table, "OPTIONS", "/orders")?.rule).toEqual({ kind: "public" });
    expect(matchRoute(table, "GET", "/orders")?.rule).toMatchObject({ kind: "scope" });
  });

  it("OPTIONS being public opens no other method of the same paths", () => {
    const stage = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/";
    const policy = compilePolicy(table, ({ rule }) => rule.kind === "public", parseArn(`${stage}OPTIONS/orders`));
    const effect = (method: string) => evaluatePolicy(policy, `${stage}${method}/orders`);
    expect(["OPTIONS", "GET", "POST", "DELETE"].map(effect).map((each) => each === "allow")).toEqual([true, false, false, false]);
  });
});
