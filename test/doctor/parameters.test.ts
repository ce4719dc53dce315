import { describe, expect, it } from "vitest";
import { examine } from "../../src/doctor/doctor.ts";
import { readTemplate } from "../../src/doctor/template.ts";
import { HEALTHY } from "./gateways.ts";
import { resource } from "./resources.ts";

const Parameters = {
  Kept: { Type: "Number", Default: 300 },
  AsText: { Type: "String", Default: "300" },
  Off: { Type: "Number", Default: 0 },
  Open: { Type: "Number" },
  Stored: { Type: "AWS::SSM::Parameter::Value<String>", Default: "0" },
  Yes: { Type: "String", Default: "true" },
  No: { Type: "String", Default: "false" },
  Format: { Type: "String", Default: "2.0" },
};
const Other = resource("AWS::SNS::Topic", {});

interface Settings {
  readonly ttl?: unknown;
  readonly simple?: unknown;
  readonly payload?: unknown;
}
type Write = (settings: Settings) => object;

const scheme = ({ ttl, simple, payload }: Settings) => ({
  paths: { "/orders": { get: { security: [{ sallyport: [] }] } } },
  components: {
    securitySchemes: {
      sallyport: {
        "x-amazon-apigateway-authorizer": {
          type: "request",
          authorizerResultTtlInSeconds: ttl,
          enableSimpleResponses: simple,
          authorizerPayloadFormatVersion: payload,
        },
      },
    },
  },
});
const sam = ({ ttl, simple, payload }: Settings) => ({
  Authorizers: {
    sallyport: {
      FunctionPayloadType: "REQUEST",
      EnableSimpleResponses: simple,
      AuthorizerPayloadFormatVersion: payload,
      Identity: { ReauthorizeEvery: ttl },
    },
  },
});

/** An API with one authorizer, as each tool writes it, and what API Gateway takes for a TTL where nothing is said. */
const TOOLS: Readonly<Record<string, readonly [write: Write, usual: number, globals?: Write]>> = {
  "a REST API": [
    ({ ttl }) => ({
      Api: resource("AWS::ApiGateway::RestApi", {}),
      Auth: resource("AWS::ApiGateway::Authorizer", { RestApiId: { Ref: "Api" }, Type: "REQUEST", AuthorizerResultTtlInSeconds: ttl }),
    }),
    300,
  ],
  "an HTTP API": [
    ({ ttl, simple, payload }) => ({
      Api: resource("AWS::ApiGatewayV2::Api", { ProtocolType: "HTTP" }),
      Auth: resource("AWS::ApiGatewayV2::Authorizer", {
        ApiId: { Ref: "Api" },
        AuthorizerType: "REQUEST",
        AuthorizerResultTtlInSeconds: ttl,
        EnableSimpleResponses: simple,
        AuthorizerPayloadFormatVersion: payload,
      }),
    }),
    0,
  ],
  "a REST API's document": [(settings) => ({ Api: resource("AWS::ApiGateway::RestApi", { Body: scheme(settings) }) }), 300],
  "an HTTP API's document": [(settings) => ({ Api: resource("AWS::ApiGatewayV2::Api", { Body: scheme(settings) }) }), 0],
  "SAM's REST API": [(settings) => ({ Api: resource("AWS::Serverless::Api", { Auth: sam(settings) }) }), 300],
  "SAM's HTTP API": [(settings) => ({ Api: resource("AWS::Serverless::HttpApi", { Auth: sam(settings) }) }), 0],
  "SAM's globals": [() => ({ Api: resource("AWS::Serverless::HttpApi", {}) }), 0, (settings) => ({ HttpApi: { Auth: sam(settings) } })],
};

function authorizerOf(tool: string, settings: Settings) {
  const [write, , globals = () => ({})] = TOOLS[tool] ?? [() => ({}), 0];
  const document = { Parameters, Globals: globals(settings), Resources: { ...write(settings), Other } };
  const apis = readTemplate("template.json", document);
  return { authorizer: apis[0]?.authorizers[0], apis };
}

describe.each(Object.keys(TOOLS))("the authorizer of %s", (tool) => {
  const usual = TOOLS[tool]?.[1];

  it.each([
    ["a number", 60, 60],
    ["a parameter's default", { Ref: "Kept" }, 300],
    ["one that is text", { Ref: "AsText" }, 300],
    ["one that turns it off", { Ref: "Off" }, 0],
    ["one in text", { "Fn::Sub": "${Kept}" }, 300],
    ["a parameter without a default", { Ref: "Open" }, null],
    ["a parameter whose default is a name", { Ref: "Stored" }, null],
    ["a resource", { Ref: "Other" }, null],
    ["a name that is nothing's", { Ref: "toString" }, null],
    ["a condition", { "Fn::If": ["IsLive", 300, 0] }, null],
    ["an import", { "Fn::ImportValue": "Ttl" }, null],
  ])("keeps answers for what the template says: %s", (_what, ttl, seconds) => {
    expect(authorizerOf(tool, { ttl }).authorizer?.ttl).toBe(seconds);
  });

  it.each([
    ["nothing at all", undefined],
    ["no value", { Ref: "AWS::NoValue" }],
  ])("keeps them as usual where it says %s", (_what, ttl) => {
    expect(authorizerOf(tool, { ttl }).authorizer?.ttl).toBe(usual);
  });

  it("that keeps answers for nobody knows how long is one that keeps them", () => {
    const { apis } = authorizerOf(tool, { ttl: { Ref: "Open" } });
    const findings = examine({ gateway: HEALTHY, apis, probes: [], discoveries: [] });
    const [shared] = findings.filter(({ check }) => check === "cache-without-credential");
    expect(shared?.why).toContain("for a time that only the deployment knows one caller's answer");
    expect(findings.filter(({ check }) => check.startsWith("ttl-"))).toEqual([]);
  });
});

describe.each(Object.keys(TOOLS).filter((tool) => tool.includes("HTTP")))("the answers of %s", (tool) => {
  it.each([
    [true, true],
    [false, false],
    [undefined, false],
    [{ Ref: "Yes" }, true],
    [{ Ref: "No" }, false],
    [{ Ref: "AWS::NoValue" }, false],
    [{ Ref: "Open" }, true],
    [{ "Fn::If": ["IsLive", true, false] }, true],
  ])("are simple ones where the template says %j, or may be: %s", (simple, isSimple) => {
    expect(authorizerOf(tool, { simple }).authorizer?.isSimple).toBe(isSimple);
  });

  it("come in the format that a parameter names", () => {
    expect(authorizerOf(tool, { payload: { Ref: "Format" } }).authorizer?.payload).toBe("2.0");
  });
});
