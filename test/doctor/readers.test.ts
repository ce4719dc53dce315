import { describe, expect, it } from "vitest";
import { read, resource, type Resources } from "./resources.ts";

const routesOf = (Resources: Resources) =>
  Object.fromEntries(read(Resources)[0]?.routes.map(({ key, authorizer, isIam }) => [key, isIam ? "IAM" : authorizer]) ?? []);

describe("quick create", () => {
  const api = (changes: object) => ({
    Api: resource("AWS::ApiGatewayV2::Api", { ProtocolType: "HTTP", Target: { "Fn::GetAtt": ["Orders", "Arn"] }, ...changes }),
  });
  it("makes $default, or the route that is named", () => {
    expect(routesOf(api({}))).toEqual({ $default: null });
    expect(routesOf(api({ RouteKey: "POST /orders" }))).toEqual({ "POST /orders": null });
    expect(routesOf(api({ Target: undefined, RouteKey: "POST /orders" }))).toEqual({});
  });

  it("makes an open route, unless overrides say something else", () => {
    const overrides = (Route: object) => ({
      ...api({}),
      Overrides: resource("AWS::ApiGatewayV2::ApiGatewayManagedOverrides", { ApiId: { Ref: "Api" }, Route }),
    });
    expect(routesOf(overrides({ AuthorizationType: "CUSTOM", AuthorizerId: "a1b2c3" }))).toEqual({ $default: "a1b2c3" });
    expect(routesOf(overrides({ OperationName: "all" }))).toEqual({ $default: null });
  });
});

describe("SAM's default authorizer", () => {
  const operation = (...names: readonly string[]) => (names.length === 0 ? {} : { security: names.map((name) => ({ [name]: [] })) });
  const paths = {
    "/plain": { get: operation() },
    "/none": { get: operation("NONE") },
    "/key": { get: operation("api_key") },
    "/other": { get: operation("Partners") },
    "/own": { get: operation("described"), options: operation() },
  };
  const securitySchemes = {
    described: { type: "apiKey", name: "Authorization", in: "header", "x-amazon-apigateway-authorizer": { type: "request" } },
  };
  const api = (Type: string, Auth: object, more: object = {}) => ({
    Api: resource(Type, {
      Auth: { DefaultAuthorizer: "Sallyport", Authorizers: { Sallyport: {}, Partners: {} }, ...Auth },
      DefinitionBody: { openapi: "3.0.1", paths, components: { securitySchemes } },
      ...more,
    }),
  });

  it("is on every operation of a REST API's document that names none", () => {
    expect(routesOf(api("AWS::Serverless::Api", {}))).toEqual({
      "GET /plain": "Sallyport",
      "GET /none": null,
      "GET /key": "Sallyport",
      "GET /other": "Partners",
      "GET /own": "described",
      "OPTIONS /own": "Sallyport",
    });
  });

  it("is on an HTTP API's operations that have no security at all, and never on OPTIONS", () => {
    expect(routesOf(api("AWS::Serverless::HttpApi", {}))).toEqual({
      "GET /plain": "Sallyport",
      "GET /none": null,
      "GET /key": null,
      "GET /other": "Partners",
      "GET /own": "described",
      "OPTIONS /own": null,
    });
  });

  it("leaves the document's own security where there is none", () => {
    const DefinitionBody = { openapi: "3.0.1", security: [{ described: [] }], paths, components: { securitySchemes } };
    expect(routesOf(api("AWS::Serverless::Api", { DefaultAuthorizer: undefined }, { DefinitionBody }))).toMatchObject({
      "GET /plain": "described",
      "GET /key": null,
    });
  });

  it("is on preflight too, unless told not to, once for each path", () => {
    const cors = { Cors: "'*'" };
    const preflights = (Auth: object) =>
      read(api("AWS::Serverless::Api", Auth, cors))[0]
        ?.routes.filter(({ key }) => key.startsWith("OPTIONS "))
        .map(({ key, authorizer }) => `${key} ${authorizer}`)
        .toSorted();
    expect(preflights({})).toEqual(["/key", "/none", "/other", "/own", "/plain"].map((path) => `OPTIONS ${path} Sallyport`));
    expect(preflights({ AddDefaultAuthorizerToCorsPreflight: false })).toEqual([
      "OPTIONS /key null",
      "OPTIONS /none null",
      "OPTIONS /other null",
      "OPTIONS /own null",
      "OPTIONS /plain null",
    ]);
  });

  it("may be IAM", () => {
    expect(routesOf(api("AWS::Serverless::Api", { DefaultAuthorizer: "AWS_IAM" }))).toMatchObject({
      "GET /plain": "IAM",
      "GET /none": null,
      "GET /other": "Partners",
    });
  });
});
