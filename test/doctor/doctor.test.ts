import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readApis } from "../../cli/read-templates.ts";
import { discoverIssuers } from "../../src/doctor/discoveries.ts";
import { CHECKS, examine } from "../../src/doctor/doctor.ts";
import { probeIssuers } from "../../src/doctor/probe.ts";
import { renderExamination } from "../../src/doctor/render.ts";
import { defineGateway, oidc } from "../../src/index.ts";
import { readTemplate } from "../../src/doctor/template.ts";
import { gatewayOf } from "./gateways.ts";
import { issuerThat, KEY, SHOP, UNWELL } from "./issuers.ts";

const FOLDER = fileURLToPath(new URL("examples/", import.meta.url));
const EXAMPLES = readdirSync(FOLDER);
const nameOf = (file: string) => file.replace(/\.\w+$/, "");
/** `check.json`, or `check.what-is-special.json`. */
const checkOf = (file: string) => file.replace(/\..*$/, "");
const HEALTHY = EXAMPLES.filter((file) => file.startsWith("healthy"));
const BROKEN = EXAMPLES.filter((file) => !HEALTHY.includes(file));

async function findingsOf(file: string) {
  const apis = await readApis([`${FOLDER}${file}`]);
  return examine({ gateway: gatewayOf(nameOf(file)), apis, templates: [file], probes: [], discoveries: [] });
}

async function findingsWith(behaviour: (typeof UNWELL)[string]) {
  const probes = await probeIssuers(SHOP, issuerThat(behaviour));
  return {
    probes,
    findings: examine({ gateway: SHOP, apis: [], probes, discoveries: [] }).filter(({ check }) => check !== "native-authorizer-would-do"),
  };
}

describe("templates", () => {
  it.each(HEALTHY)("%s has nothing wrong with it", async (file) => {
    expect(await findingsOf(file)).toEqual([]);
  });

  it.each(BROKEN)("%s has what its name says, and nothing else", async (file) => {
    const findings = await findingsOf(file);
    expect([...new Set(findings.map(({ check }) => check))]).toEqual([checkOf(file)]);
    for (const { where, why, fix } of findings) {
      expect(where).toMatch(/\w/);
      expect(why).toMatch(/[.]$/);
      expect(fix).toMatch(/[.]$/);
    }
  });

  it("are read alike whatever tool wrote them", async () => {
    const [[sam], [plain]] = [await readApis([`${FOLDER}healthy-sam-http.yaml`]), await readApis([`${FOLDER}healthy-http.json`])];
    const outline = (api: typeof sam) => ({
      kind: api?.kind,
      routes: api?.routes.map(({ key, authorizer }) => [key, authorizer !== null]).toSorted(),
      authorizers: api?.authorizers.map(({ kind, payload, isSimple, ttl, identitySources, isCallable }) => ({
        kind,
        payload,
        isSimple,
        ttl,
        identitySources,
        isCallable,
      })),
    });
    expect(outline(sam)).toEqual(outline(plain));
  });

  it("tell what Serverless makes of authorizers that are declared with one name and different settings", () => {
    const event = (resultTtlInSeconds: number) => ({ http: { authorizer: { name: "sallyport", type: "token", resultTtlInSeconds } } });
    const state = (...ttls: readonly number[]) => ({ service: { functions: { orders: { events: ttls.map(event) } } } });
    const template = { Resources: { RestApi: { Type: "AWS::ApiGateway::RestApi", Properties: {} } } };
    const found = (...ttls: readonly number[]) => {
      const apis = readTemplate("template.json", template, state(...ttls));
      return examine({ gateway: gatewayOf(""), apis, probes: [], discoveries: [] }).map(({ check }) => check);
    };
    expect(found(300, 300)).not.toContain("authorizers-collapse");
    expect(found(300, 0)).toContain("authorizers-collapse");
  });

  it("tell functions that are handed the caller's body, whatever describes the integration", () => {
    const uri =
      "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:f/invocations";
    const described = (type: string, to = uri) => ({
      Api: {
        Type: "AWS::ApiGateway::RestApi",
        Properties: { Body: { paths: { "/orders": { get: { "x-amazon-apigateway-integration": { type, uri: to } } } } } },
      },
    });
    const socket = (IntegrationType: string) => ({
      Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { ProtocolType: "WEBSOCKET" } },
      Send: { Type: "AWS::ApiGatewayV2::Integration", Properties: { ApiId: { Ref: "Api" }, IntegrationType, IntegrationUri: uri } },
      Route: {
        Type: "AWS::ApiGatewayV2::Route",
        Properties: { ApiId: { Ref: "Api" }, RouteKey: "send", Target: { "Fn::Sub": "integrations/${Send}" } },
      },
    });
    const isMapped = (Resources: object) => readTemplate("template.json", { Resources }, undefined)[0]?.routes[0]?.isMapped;
    expect([described("aws"), described("AWS"), socket("AWS")].map(isMapped)).toEqual([true, true, true]);
    const others = [described("aws_proxy"), described("aws", "arn:aws:apigateway:eu-west-1:sqs:path/queue"), socket("AWS_PROXY")];
    expect(others.map(isMapped)).toEqual([false, false, false]);
  });

  it("are read alike whether routes are resources or an OpenAPI document", async () => {
    const [[described], [plain]] = [await readApis([`${FOLDER}healthy-openapi.yaml`]), await readApis([`${FOLDER}healthy-http.json`])];
    expect(described?.routes.map(({ key }) => key)).toEqual(plain?.routes.map(({ key }) => key));
    expect(described?.authorizers[0]).toMatchObject({
      kind: "REQUEST",
      payload: "2.0",
      ttl: 300,
      isCallable: true,
      functionId: "Authorizer",
    });
  });

  it("tell routes that are added to another stack's API", async () => {
    const [api, ...others] = await readApis([`${FOLDER}healthy-shared-api.json`]);
    expect(others).toEqual([]);
    expect([api?.kind, api?.routes.length, api?.authorizers.length]).toEqual(["http", 3, 1]);
  });

  it("tell where a REST API's paths are, through their chain of resources", async () => {
    const [api] = await readApis([`${FOLDER}healthy-cdk-rest.json`]);
    expect(api?.routes.map(({ key }) => key)).toEqual(["GET /health", "GET /orders", "POST /orders", "ANY /orders/{orderId}"]);
  });
});

describe("issuers", () => {
  it("that are well have nothing wrong with them", async () => {
    const { findings, probes } = await findingsWith({});
    expect(findings).toEqual([]);
    expect(probes).toMatchObject([{ issuer: "shop", isUsable: true, status: 200, latency: 40, clockDifference: 0 }]);
  });

  it.each(Object.entries(UNWELL))("are found out by %s, and nothing else", async (check, behaviour) => {
    expect((await findingsWith(behaviour)).findings.map((finding) => finding.check)).toEqual([check]);
  });

  it("that answer with something else than keys are unreachable", async () => {
    expect((await findingsWith({ keys: [] })).findings).toMatchObject([{ check: "issuer-unreachable" }]);
    expect((await findingsWith({ status: 404 })).findings.map(({ check }) => check)).toContain("issuer-unreachable");
  });

  it("are asked how they write themselves, even where their keys are at a fixed address", async () => {
    const gateway = defineGateway({
      issuers: {
        one: oidc({ issuer: "https://one.example", audience: "api", jwksUri: "https://one.example/keys" }),
        two: oidc({ issuer: "https://two.example/realm", audience: "api", jwksUri: "https://two.example/keys" }),
        three: oidc({ issuer: "https://three.example", audience: "api", jwksUri: "https://three.example/keys" }),
      },
      routes: { "GET /orders": "authenticated" },
    });
    const documents = new Map([
      ["https://one.example/.well-known/openid-configuration", { issuer: "https://one.example/" }],
      ["https://two.example/realm/.well-known/openid-configuration", { issuer: "https://two.example/realm" }],
    ]);
    const fetch = async (url: string) => (documents.has(url) ? Response.json(documents.get(url)) : new Response("", { status: 404 }));
    const discoveries = await discoverIssuers(gateway, fetch);
    expect(discoveries.map(({ issuer }) => issuer)).toEqual(["one", "two"]);
    const findings = examine({ gateway, apis: [], probes: [], discoveries });
    expect(findings.map(({ check, where }) => [check, where])).toEqual([
      ["discovery-issuer", "issuer one, https://one.example/.well-known/openid-configuration"],
    ]);
    expect(findings[0]?.why).toContain("trailing slash");
  });

  it("have a reason for every key that is not used", async () => {
    const short = { kty: "RSA", kid: "short", n: Buffer.alloc(128, 3).toString("base64url"), e: "AQAB" };
    const keys = [KEY, short, { kty: "oct", kid: "shared", k: "AAAA" }, { ...KEY, kid: undefined }, { kty: "XYZ", kid: "odd" }];
    const { probes } = await findingsWith({ keys });
    expect(probes[0]?.keys.map(({ fault }) => fault)).toEqual([
      null,
      "it is shorter than 2048 bits",
      "it holds a private or symmetric key",
      "it has no key id",
      "its type is not supported",
    ]);
  });
});

describe("checks", () => {
  it("have an example each", () => {
    const shown = [...new Set(BROKEN.map(checkOf)), ...Object.keys(UNWELL)];
    expect(CHECKS.map(({ id }) => id).toSorted()).toEqual(shown.toSorted());
    expect(existsSync(FOLDER)).toBe(true);
  });

  it("put errors first", async () => {
    const apis = await readApis(
      ["cache-shared-by-routes.yaml", "authorizer-unused.yaml", "public-behind-authorizer.yaml"].map((file) => FOLDER + file),
    );
    const findings = examine({ gateway: gatewayOf(""), apis, probes: [], discoveries: [] });
    expect(findings.map(({ severity }) => severity)).toEqual(["error", "warning", "info"]);
    expect(renderExamination({ findings, apis, probes: [] })).toMatch(/1 error, 1 warning, 1 for information\.$/);
  });
});
