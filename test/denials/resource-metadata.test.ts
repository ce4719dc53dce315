import { describe, expect, it } from "vitest";
import { guard } from "../../src/guard/index.ts";
import {
  anyOf,
  cognito,
  ConfigurationError,
  defineGateway,
  defineRoutes,
  google,
  oidc,
  resourceMetadata,
  resourceMetadataUrl,
  scope,
} from "../../src/index.ts";
import { createTestGateway } from "../gateway/gateway.ts";

const RESOURCE = "https://api.orders.example";

const gateway = defineGateway({
  issuers: {
    pool: cognito({
      userPoolId: "eu-west-1_SamplePool",
      clientIds: ["web"],
      vocabulary: { scopes: { map: { "orders-api/all.write": "orders:write" }, strip: "orders-api/", rest: "drop" } },
    }),
    shop: oidc({ issuer: "https://id.shop.example", audience: RESOURCE }),
    visitors: google({ clientIds: ["sample.apps.googleusercontent.com"] }),
  },
  routes: {
    "GET /orders": scope("orders:read"),
    "POST /orders": anyOf(scope("orders:write"), "authenticated"),
    "GET /me": "authenticated",
  },
});

describe("protected resource metadata", () => {
  it("says who issues tokens, and which scopes to ask for in the issuers' own words", async () => {
    const answer = await resourceMetadata(gateway, { resource: RESOURCE, name: "Orders", documentation: `${RESOURCE}/docs` })();
    expect(answer.headers).toEqual({
      "content-type": "application/json",
      "cache-control": "public, max-age=3600",
      "access-control-allow-origin": "*",
    });
    expect(JSON.parse(answer.body)).toEqual({
      resource: RESOURCE,
      authorization_servers: [
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_SamplePool",
        "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_SamplePool",
        "https://id.shop.example",
        "https://accounts.google.com",
      ],
      bearer_methods_supported: ["header"],
      scopes_supported: ["orders-api/all.write", "orders-api/orders:read", "orders:read", "orders:write"],
      resource_name: "Orders",
      resource_documentation: `${RESOURCE}/docs`,
    });
  });

  it("is public, and the guard's challenge points at it", async () => {
    const routes = defineRoutes({ "GET /.well-known/oauth-protected-resource": "public", "GET /me": "authenticated" });
    const url = resourceMetadataUrl(RESOURCE);
    const api = createTestGateway({
      api: "http",
      stage: "$default",
      routes: [
        { key: "GET /.well-known/oauth-protected-resource", function: resourceMetadata(gateway, { resource: RESOURCE }) },
        { key: "GET /me", function: guard(routes, async () => null, { log: () => {}, resourceMetadata: url }) },
      ],
      clock: () => 0,
    });
    const refused = await api.request({ path: "/me" });
    expect(refused.headers["www-authenticate"]).toBe(`Bearer error="invalid_token", resource_metadata="${url}"`);
    const { status, body } = await api.request({ path: new URL(url).pathname });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ resource: RESOURCE });
  });

  it.each([
    [RESOURCE, `${RESOURCE}/.well-known/oauth-protected-resource`],
    [`${RESOURCE}/`, `${RESOURCE}/.well-known/oauth-protected-resource`],
    [`${RESOURCE}/v1/x`, `${RESOURCE}/.well-known/oauth-protected-resource/v1/x`],
  ])("of %s is at %s", (resource, url) => {
    expect(resourceMetadataUrl(resource)).toBe(url);
  });

  it.each([
    "http://api.orders.example",
    "orders",
    "",
    undefined,
    null,
    7,
    `${RESOURCE}?a=b`,
    `${RESOURCE}#a`,
    `${RESOURCE}/#`,
    "https://user@api.example",
    "https://*.example",
  ])("%j is refused as a resource", (resource) => {
    expect(() => resourceMetadata(gateway, { resource: resource as string })).toThrow(ConfigurationError);
    expect(() => resourceMetadataUrl(resource as string)).toThrow(ConfigurationError);
  });

  it("a misspelt option is refused", () => {
    expect(() => resourceMetadata(gateway, { resource: RESOURCE, titel: "x" } as never)).toThrow(/resourceMetadata\.titel/);
  });
});
