import { describe, expect, it } from "vitest";
import { guard } from "../../src/guard/index.ts";
import {
  albOidc,
  allOf,
  anyOf,
  auth0,
  cognito,
  ConfigurationError,
  defineGateway,
  defineRoutes,
  entraId,
  google,
  oidc,
  resourceMetadata,
  resourceMetadataUrl,
  scope,
} from "../../src/index.ts";
import { sentencesIn } from "../config/problems.ts";
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

  it("the page for developers may be any part of any page", async () => {
    const documentation = "https://docs.example/api?version=2#auth";
    const { body } = await resourceMetadata(gateway, { resource: RESOURCE, documentation })();
    expect(JSON.parse(body)).toMatchObject({ resource_documentation: documentation });
  });

  it.each(["http://docs.example", "https://user@docs.example", "", null])("%j is refused as a page for developers", (documentation) => {
    expect(() => resourceMetadata(gateway, { resource: RESOURCE, documentation: documentation as string })).toThrow(ConfigurationError);
  });

  it("a misspelt option is refused", () => {
    expect(() => resourceMetadata(gateway, { resource: RESOURCE, titel: "x" } as never)).toThrow(/resourceMetadata\.titel/);
  });
});

describe("the authorization servers", () => {
  const TENANTS = ["5C2E8F14-9a37-4b60-8d1f-2e7a6b90c3d5", "0b4c7f35-6d21-4c0e-9f5a-1d8e7b2a6c94"];
  const loadBalancer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/x/50dc6c495c0c9188";
  const staff = (tenants: readonly string[] | null) => entraId({ tenants, audience: "e4b71d06-3c58-4f92-a6e0-9d2b8c5f7a13" });
  const portal = albOidc({ loadBalancers: [loadBalancer], issuer: "https://idp.example", clientIds: ["portal"] });
  const shops = auth0({ domain: "sample.eu.auth0.com", audience: RESOURCE });
  const bodyOf = async (issuers: Parameters<typeof defineGateway>[0]["issuers"]) => {
    const config = defineGateway({ issuers, routes: { "GET /me": "authenticated" } });
    return JSON.parse((await resourceMetadata(config, { resource: RESOURCE })()).body) as Record<string, unknown>;
  };

  it("of several tenants are those of each", async () => {
    expect((await bodyOf({ staff: staff(TENANTS) }))["authorization_servers"]).toEqual([
      ...TENANTS.map((tenant) => `https://login.microsoftonline.com/${tenant.toLowerCase()}/v2.0`),
      ...TENANTS.map((tenant) => `https://sts.windows.net/${tenant.toLowerCase()}/`),
    ]);
  });

  it("are not said where nobody can know them: nothing in this document is empty", async () => {
    expect(await bodyOf({ staff: staff(null) })).toEqual({ resource: RESOURCE, bearer_methods_supported: ["header"] });
  });

  it("are URLs that a client can ask", async () => {
    expect((await bodyOf({ shops, portal }))["authorization_servers"]).toEqual(["https://sample.eu.auth0.com/"]);
    expect(await bodyOf({ portal })).not.toHaveProperty("authorization_servers");
  });
});

describe("what is wrong with an option", () => {
  const problems = (options: unknown) => sentencesIn(() => resourceMetadata(gateway, options as Parameters<typeof resourceMetadata>[1]));
  const NOT_HTTPS = "is not an https URL. Write it as clients use it: https://api.example.";
  const TOO_MUCH = "holds a query, a fragment or a user. Write scheme, host and path only.";

  it.each<[unknown, string]>([
    [null, "resourceMetadata is null, not an object. Write `{ resource: 'https://api.example' }`."],
    [[], "resourceMetadata is an empty list, not an object. Write `{ resource: 'https://api.example' }`."],
    [{ resource: "orders" }, `resourceMetadata.resource ${NOT_HTTPS}`],
    [{ resource: "http://api.example" }, `resourceMetadata.resource ${NOT_HTTPS}`],
    [{ resource: `${RESOURCE}?a=b` }, `resourceMetadata.resource ${TOO_MUCH}`],
    [{ resource: `${RESOURCE}#a` }, `resourceMetadata.resource ${TOO_MUCH}`],
    [{ resource: `${RESOURCE}/#` }, `resourceMetadata.resource ${TOO_MUCH}`],
    [{ resource: RESOURCE, documentation: "docs" }, `resourceMetadata.documentation ${NOT_HTTPS}`],
    [{ resource: RESOURCE, name: "" }, "resourceMetadata.name is an empty string. Give the exact value, or remove the setting."],
    [{ resource: RESOURCE, titel: "x" }, "resourceMetadata.titel is not a known option. Known are: resource, name, documentation."],
    [{ resource: RESOURCE, nane: "x" }, "resourceMetadata.nane is not a known option. Did you mean `name`?"],
  ])("%j, is said in words", (options, problem) => expect(problems(options)).toEqual([problem]));

  it("is nothing, where all is well", () => expect(problems({ resource: RESOURCE, name: "Orders", documentation: RESOURCE })).toEqual([]));
});

describe("an API whose rules", () => {
  const bodyOf = async (routes: Parameters<typeof defineGateway>[0]["routes"], vocabulary?: object) => {
    const issuer = oidc({ issuer: "https://id.shop.example", audience: RESOURCE, ...(vocabulary && { vocabulary }) });
    const config = defineGateway({ issuers: { shop: issuer }, routes });
    return JSON.parse((await resourceMetadata(config, { resource: RESOURCE })()).body) as Record<string, unknown>;
  };
  const base = { resource: RESOURCE, authorization_servers: ["https://id.shop.example"], bearer_methods_supported: ["header"] };

  it("name no scope says nothing of scopes, nor of what it was not told", async () => {
    expect(await bodyOf({ "GET /me": "authenticated" })).toEqual(base);
  });

  it("name scopes, deep inside and twice, says each once, in order", async () => {
    const routes = { "GET /b": scope("b"), "GET /a": allOf(anyOf(scope("c"), scope("a")), scope("b")) };
    expect(await bodyOf(routes)).toEqual({ ...base, scopes_supported: ["a", "b", "c"] });
  });

  it("name scopes that the issuer calls otherwise says what to ask for there", async () => {
    const routes = { "GET /a": scope("a") };
    expect(await bodyOf(routes, { scopes: { map: { "api/read": "a", "api/write": "b" }, rest: "pass" } })).toMatchObject({
      scopes_supported: ["api/read"],
    });
    expect(await bodyOf(routes, { scopes: { strip: "api/", rest: "drop" } })).toMatchObject({ scopes_supported: ["api/a"] });
  });
});
