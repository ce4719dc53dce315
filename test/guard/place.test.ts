import { beforeAll, describe, expect, it } from "vitest";
import { guard } from "../../src/guard/index.ts";
import { httpAuthorizer, restTokenAuthorizer, scope } from "../../src/index.ts";
import type { TestTokens } from "../../src/testing/index.ts";
import { placeOf } from "../../src/gateway/place.ts";
import { createIssuer, gatewayWith, ISSUED_AT } from "../denials/kit.ts";

const gateway = gatewayWith(scope("orders:read"));
let issuer: TestTokens;
beforeAll(async () => {
  issuer = await createIssuer();
});

const options = () => ({ clock: () => ISSUED_AT, jwks: issuer.jwks, log: () => {} });
const serve = guard(gateway, async () => ({ statusCode: 200, headers: {}, body: "" }), { clock: () => ISSUED_AT, log: () => {} });

async function token(): Promise<string> {
  const claims = { sub: "user-1", aud: "https://api.orders.example", client_id: "web", scope: "orders:read" };
  return `Bearer ${await issuer.sign("shop", { claims })}`;
}

/** What each API type's authorizer answered for the API `abc123` and the stage `prod`. */
const CONTEXTS = {
  rest: async () =>
    (
      await restTokenAuthorizer(
        gateway,
        options(),
      )({
        type: "TOKEN",
        methodArn: "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/orders",
        authorizationToken: await token(),
      })
    ).context,
  http: async () => ({
    lambda: (
      await httpAuthorizer(
        gateway,
        options(),
      )({
        version: "2.0",
        type: "REQUEST",
        routeKey: "GET /orders",
        headers: { authorization: await token() },
        requestContext: { apiId: "abc123", stage: "prod" },
      } as never)
    ).context,
  }),
};

const eventOf = (api: keyof typeof CONTEXTS, authorizer: unknown, apiId: string, stage: string) =>
  api === "rest"
    ? { httpMethod: "GET", resource: "/orders", requestContext: { authorizer, apiId, stage } }
    : { version: "2.0", routeKey: "GET /orders", requestContext: { authorizer, apiId, stage } };

describe.each(["rest", "http"] as const)("a principal made on a %s API", (api) => {
  it.each([
    ["abc123", "prod", 200],
    ["abc124", "prod", 401],
    ["abc123", "test", 401],
    ["abc123", "$default", 401],
    ["ABC123", "prod", 401],
  ])("at the API %s and the stage %s: %i", async (apiId, stage, status) => {
    expect(await serve(eventOf(api, await CONTEXTS[api](), apiId, stage))).toMatchObject({ statusCode: status });
  });
});

it.each([
  [{ methodArn: "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abc123/prod/GET/x" }, "abc123/prod"],
  [{ routeArn: "arn:aws:execute-api:eu-west-1:123456789012:abc123/$default/GET/x" }, "abc123/$default"],
  [{ requestContext: { apiId: "abc123", stage: "$default" } }, "abc123/$default"],
  [{ methodArn: "arn:aws:execute-api:eu-west-1:123456789012:no-such-id/prod/GET/x" }, null],
  [{ methodArn: "nonsense", requestContext: {} }, null],
  [{ requestContext: { apiId: "random-api-id", stage: "dev" } }, null],
  [{}, null],
])("the place of %j", (event, place) => {
  expect(placeOf(event)).toBe(place);
});
