import { describe, expect, it } from "vitest";
import { examine } from "../../src/doctor/doctor.ts";
import { defineGateway, type Gateway, introspect, oidc, scope } from "../../src/index.ts";
import { gatewayOf } from "./gateways.ts";
import { read, resource, type Resources } from "./resources.ts";

const examineWith = (gateway: Gateway, Resources: Resources, state?: unknown) =>
  examine({ gateway, apis: read(Resources, state), probes: [], discoveries: [] });
const checksOf = (Resources: Resources, state?: unknown) => examineWith(gatewayOf(""), Resources, state).map(({ check }) => check);
const URI = { "Fn::Sub": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${Authorizer.Arn}/invocations" };
const shop = { issuer: "https://shop.example", audience: "shop", jwksUri: "https://shop.example/keys" };
const gatewayWith = (...keys: readonly string[]) =>
  defineGateway({
    issuers: { shop: oidc(shop) },
    routes: Object.fromEntries(keys.map((key) => [key, key.includes("public") ? "public" : scope("orders:read")])),
  });

/** A REST API's routes; those that are not open have an authorizer of this gateway. */
function restApi(routes: Readonly<Record<string, boolean>>): Resources {
  const entries = Object.entries(routes).flatMap(([key, isOpen], index) => {
    const [method, path = ""] = key.split(" ");
    const authorization = isOpen ? {} : { AuthorizationType: "CUSTOM", AuthorizerId: { Ref: "Guard" } };
    const properties = { RestApiId: { Ref: "Api" }, ResourceId: { Ref: `Resource${index}` }, HttpMethod: method, ...authorization };
    return [
      [`Resource${index}`, resource("AWS::ApiGateway::Resource", { RestApiId: { Ref: "Api" }, PathPart: path.slice(1) })],
      [`Method${index}`, resource("AWS::ApiGateway::Method", properties)],
    ];
  });
  const Guard = resource("AWS::ApiGateway::Authorizer", {
    RestApiId: { Ref: "Api" },
    Name: "sallyport",
    Type: "TOKEN",
    IdentitySource: "method.request.header.Authorization",
    AuthorizerUri: URI,
  });
  return { Api: resource("AWS::ApiGateway::RestApi", {}), Guard, ...Object.fromEntries(entries) };
}

describe("a REST API's resource", () => {
  const misnamed = (deployed: string, isOpen: boolean, ...table: readonly string[]) =>
    examineWith(gatewayWith(...table), restApi({ [deployed]: isOpen })).filter(({ check }) => check === "resource-named-otherwise");

  it.each([
    ["GET /{id}", ["GET /{name}"], "GET /{name}", "GET /{id}"],
    ["GET /orders", ["ANY /{proxy+}"], "ANY /{proxy+}", "GET /orders"],
    ["ANY /{id}", ["GET /{id}", "PUT /{name}"], "PUT /{name}", "PUT /{id}"],
    ["ANY /orders", ["GET /orders", "ANY /{proxy+}"], "ANY /{proxy+}", "ANY /orders"],
  ])("%s that the table has only as %j is refused by the guard", (deployed, table, rule, key) => {
    const [finding, ...others] = misnamed(deployed, false, ...table);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ severity: "error", where: `template.json: Api, ${deployed}` });
    expect(finding?.why).toContain(`the rule of ${rule}.`);
    expect(finding?.fix).toContain(`Write ${key} into`);
  });

  it.each([
    ["GET /{id}", false, ["GET /{id}"]],
    ["GET /{id}", false, ["ANY /{id}"]],
    ["ANY /{id}", false, ["GET /{id}", "PUT /{id}"]],
    ["OPTIONS /orders", false, ["ANY /{proxy+}"]],
    ["GET /public", true, ["GET /{public}"]],
    ["GET /orders", false, ["POST /orders"]],
  ])("%s (open: %s) beside %j is none of these", (deployed, isOpen, table) => {
    expect(misnamed(deployed, isOpen, ...table)).toEqual([]);
  });
});

describe("a `$default` in the table, which no REST API has", () => {
  const findingsOf = (deployed: Readonly<Record<string, boolean>>, ...table: readonly string[]) =>
    examineWith(gatewayWith(...table), restApi(deployed)).map(({ check, where }) => [check, where]);

  it("is the rule of no resource", () => {
    const noRule = ["route-without-rule", "template.json: Api, GET /other"];
    expect(findingsOf({ "GET /orders": false, "GET /other": false }, "GET /orders", "$default")).toContainEqual(noRule);
    expect(findingsOf({ "GET /orders": false, "GET /other": true }, "GET /orders", "$default")).toContainEqual(noRule);
  });

  it("takes no route out of the policy, and puts none in", () => {
    const deployed = { "GET /{p}": false, "GET /a": false };
    const left = (...table: readonly string[]) => findingsOf(deployed, ...table).filter(([check]) => check === "routes-not-expressible");
    const table = ["GET /{p}", "GET /a/b"];
    expect(left(...table, "$default")).toEqual(left(...table));
  });
});

describe("a permission", () => {
  const arn = (rest: string) => ({ "Fn::Sub": `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:${rest}` });
  const joined = (rest: string) => ({
    "Fn::Join": ["", ["arn:aws:execute-api:eu-west-1:", { Ref: "AWS::AccountId" }, ":", { Ref: "Api" }, rest]],
  });
  const isCallable = (changes: object) => {
    const Permission = resource("AWS::Lambda::Permission", {
      Action: "lambda:InvokeFunction",
      FunctionName: { Ref: "Authorizer" },
      Principal: "apigateway.amazonaws.com",
      ...changes,
    });
    const Authorizer = resource("AWS::Lambda::Function", { FunctionName: "authorizer" });
    const Other = resource("AWS::ApiGateway::RestApi", {});
    return read({ ...restApi({ "GET /orders": false }), Permission, Authorizer, Other })[0]?.authorizers[0]?.isCallable;
  };

  it.each([
    {},
    { Action: "lambda:*" },
    { Action: "*" },
    { Action: "lambda:invokeFunction" },
    { Action: { Ref: "Parameter" } },
    { FunctionName: "authorizer" },
    { FunctionName: { Ref: "Authorizer.Alias" } },
    { SourceArn: arn("${Api}/*") },
    { SourceArn: arn("${Api}/*/*") },
    { SourceArn: arn("${Api}/authorizers/*") },
    { SourceArn: arn("${Api}/authorizers/${Guard}") },
    { SourceArn: arn("${Api}/authorizers/a1b2c3") },
    { SourceArn: arn("a1b2c3d4e5/*") },
    { SourceArn: arn("*") },
    { SourceArn: joined("/authorizers/*") },
    { SourceArn: { "Fn::Sub": ["arn:aws:execute-api:eu-west-1:*:${Id}/*", { Id: { Ref: "Api" } }] } },
    { SourceArn: { "Fn::ImportValue": "arn" } },
  ])("with %j lets the authorizer be called", (changes) => expect(isCallable(changes)).toBe(true));

  it.each([
    { Action: "lambda:GetFunction" },
    { Action: "lambda:InvokeFunctionUrl" },
    { Action: undefined },
    { Principal: "events.amazonaws.com" },
    { FunctionName: "another" },
    { SourceArn: arn("${Api}") },
    { SourceArn: arn("${Other}/*") },
    { SourceArn: arn("${Api}/*/GET/orders") },
    { SourceArn: arn("${Api}/*/*/*") },
    { SourceArn: arn("${Api}/${Stage}/GET/orders") },
    { SourceArn: joined("/*/*/*") },
    { SourceArn: joined("/*/GET/authorizers") },
  ])("with %j does not", (changes) => expect(isCallable(changes)).toBe(false));
});

describe("an authorizer", () => {
  it.each([
    ["(?i)^bearer [-0-9A-Za-z._~+/]+=*$", false],
    ["^Bearer [^ ]+$", false],
    ["^[-0-9A-Za-z_.]+$", true],
  ])("whose expression is %s refuses every token: %s", (IdentityValidationExpression, isRefused) => {
    const { Guard, ...others } = restApi({ "GET /orders": false });
    const properties = { ...(Guard as { Properties: object }).Properties, IdentityValidationExpression };
    const checks = checksOf({ ...others, Guard: resource("AWS::ApiGateway::Authorizer", properties) });
    expect(checks.includes("pattern-refuses-tokens")).toBe(isRefused);
  });

  it("takes the place of another that was declared with nearly its name and other settings", () => {
    const event = (name: string, type: string) => ({ http: { authorizer: { name, type } } });
    const state = { service: { functions: { orders: { events: [event("orders-v1", "token"), event("orders_v1", "request")] } } } };
    expect(checksOf(restApi({ "GET /orders": false }), state)).toContain("authorizers-collapse");
  });

  it("of API Gateway's own would not do where the issuer is asked about tokens", () => {
    const checks = (introspection: Parameters<typeof oidc>[0]["introspection"]) =>
      examineWith(
        defineGateway({
          issuers: { shop: oidc({ ...shop, introspection: introspection ?? null }) },
          routes: { "GET /orders": scope("x") },
        }),
        {},
      ).map(({ check }) => check);
    const asked = introspect({ url: "https://shop.example/introspect", clientId: "gateway", clientSecret: "s", tokens: "jwt" });
    expect(checks(null)).toContain("native-authorizer-would-do");
    expect(checks(asked)).not.toContain("native-authorizer-would-do");
  });
});

it.each([
  [undefined, null],
  [[], "No template was read"],
  [["queue.yaml"], "hold no API"],
])("templates that are %j are mentioned: %s", (templates, why) => {
  const found = examine({ gateway: gatewayOf(""), apis: [], probes: [], discoveries: [], ...(templates && { templates }) });
  const [finding = null] = found.filter(({ check }) => check === "no-api-read");
  if (why === null) return expect(finding).toBeNull();
  expect(finding).toMatchObject({ severity: "warning", where: templates?.[0] ?? "templates" });
  expect(finding?.why).toContain(why);
  expect(finding?.fix).toContain("cdk.out/*.template.json");
});
