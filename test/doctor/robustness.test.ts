import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readApis } from "../../cli/read-templates.ts";
import { examine } from "../../src/doctor/doctor.ts";
import { renderExamination } from "../../src/doctor/render.ts";
import { readTemplate } from "../../src/doctor/template.ts";
import { HEALTHY } from "./gateways.ts";

const TYPES = [
  "AWS::ApiGateway::RestApi",
  "AWS::ApiGateway::Resource",
  "AWS::ApiGateway::Method",
  "AWS::ApiGateway::Authorizer",
  "AWS::ApiGateway::GatewayResponse",
  "AWS::ApiGatewayV2::Api",
  "AWS::ApiGatewayV2::Route",
  "AWS::ApiGatewayV2::Authorizer",
  "AWS::ApiGatewayV2::ApiGatewayManagedOverrides",
  "AWS::Lambda::Function",
  "AWS::Lambda::Permission",
  "AWS::Serverless::Api",
  "AWS::Serverless::HttpApi",
  "AWS::Serverless::Function",
];
const MEMBERS = ["RestApiId", "ApiId", "ParentId", "ResourceId", "RouteKey", "HttpMethod", "PathPart", "AuthorizerId", "AuthorizationType"];
const MORE = ["IdentitySource", "AuthorizerUri", "Auth", "Events", "Body", "Name", "FunctionName", "SourceArn", "Principal", "Cors"];
const REST = ["DefinitionBody", "Target", "Route", "Action"];

const reference = fc.constantFrom("A", "B", "C", "D").map((id) => ({ Ref: id }));
const source = fc.oneof(
  fc.record({ "Fn::Sub": fc.jsonValue({ maxDepth: 1 }) }),
  fc.record({ "Fn::Join": fc.tuple(fc.constantFrom(":", "/"), fc.array(fc.oneof(reference, fc.string()))) }),
);
const value = fc.oneof(
  reference,
  source,
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom("CUSTOM", "GET /orders", "$connect", "GET", "{id}"),
);
const properties = fc.dictionary(fc.constantFrom(...MEMBERS, ...MORE, ...REST), value, { maxKeys: 8 });
const resource = fc.oneof(fc.record({ Type: fc.constantFrom(...TYPES), Properties: properties }), fc.jsonValue({ maxDepth: 1 }));
const template = fc.record({ Resources: fc.dictionary(fc.constantFrom("A", "B", "C", "D", "E"), resource) });

describe("templates that nobody would write", () => {
  it("are read and examined all the same", () => {
    fc.assert(
      fc.property(template, fc.jsonValue(), (document, state) => {
        const apis = readTemplate("template.json", document, state);
        const findings = examine({ gateway: HEALTHY, apis, probes: [], discoveries: [] });
        expect(renderExamination({ findings, apis, probes: [] })).toMatch(/\.$/);
      }),
      { numRuns: 300 },
    );
  });

  it("show nothing of a terminal's own language", async () => {
    const apis = await readApis([new URL("examples/healthy-http.json", import.meta.url).pathname]);
    const [api] = apis;
    if (api === undefined) throw new Error("no API");
    const odd = { ...api, id: "Api\u001b[2J", routes: [{ key: "GET /\u202e", id: "x", authorizer: null, isIam: false, isMapped: false }] };
    const findings = examine({ gateway: HEALTHY, apis: [odd], probes: [], discoveries: [] });
    expect(renderExamination({ findings, apis: [odd], probes: [] }).replaceAll("\n", "")).not.toMatch(/\p{C}/u);
  });
});
