import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse, type ScalarTag } from "yaml";
import { gatewayResponses } from "../../src/index.ts";
import { createTestGateway } from "../gateway/gateway.ts";
import { sentencesIn } from "../config/problems.ts";
import { generated, ORIGIN } from "./kit.ts";

const ORIGIN_PROBLEM =
  "gatewayResponses.origin is no web page's origin. Write scheme and host, such as https://app.example, or `*`, or null for none.";
const URL_PROBLEM = "gatewayResponses.resourceMetadata is not a URL. Write the whole address.";

const root = fileURLToPath(new URL("../..", import.meta.url));
const ref: ScalarTag = { tag: "!Ref", resolve: (text) => ({ Ref: text }) };
const others: ScalarTag[] = ["!GetAtt", "!Sub"].map((tag) => ({ tag, resolve: (text) => text }));

it("the REST example deploys what is generated", () => {
  const text = readFileSync(`${root}examples/rest/serverless.yml`, "utf8").replaceAll("${self:custom.webOrigin}", ORIGIN);
  const { resources } = parse(text, { customTags: [ref, ...others], merge: true }) as {
    resources: { Resources: Record<string, { Type: string }> };
  };
  const found = Object.entries(resources.Resources).filter(([, { Type }]) => Type === "AWS::ApiGateway::GatewayResponse");
  expect(Object.fromEntries(found)).toEqual(gatewayResponses({ origin: ORIGIN }));
});

describe("a generated gateway response", () => {
  const all = Object.entries(gatewayResponses({ origin: ORIGIN, reasons: true, resourceMetadata: "https://api.example/meta" }));

  it.each(all)("%s is a problem document that takes nothing from the request but its id", (_, { Properties }) => {
    const template = Properties.ResponseTemplates["application/json"];
    expect(JSON.parse(template)).toMatchObject({ type: "about:blank", correlationId: "$context.requestId" });
    const variables = [...JSON.stringify(Properties).matchAll(/(?:\$?context|method|stageVariables|\$input)\.[\w.]+/g)].map(
      ([name]) => name,
    );
    const known = ["$context.requestId", "$context.authorizer.reason", "context.authorizer.challenge"];
    expect(variables.filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(all)("%s can be read by the web page and by no other", (_, { Properties }) => {
    expect(Properties.ResponseParameters["gatewayresponse.header.Access-Control-Allow-Origin"]).toBe(`'${ORIGIN}'`);
  });

  it("without a web page there are no headers for one", () => {
    expect(JSON.stringify(gatewayResponses({ origin: null }))).not.toContain("Access-Control");
  });

  it("names the API's own description in the challenge", () => {
    const { UnauthorizedResponse } = Object.fromEntries(all);
    expect(UnauthorizedResponse?.Properties.ResponseParameters["gatewayresponse.header.WWW-Authenticate"]).toBe(
      `'Bearer resource_metadata="https://api.example/meta"'`,
    );
  });

  it("belongs to the API that is named", () => {
    expect(gatewayResponses({ origin: null, restApi: "Api" })["ForbiddenResponse"]?.Properties.RestApiId).toEqual({ Ref: "Api" });
  });

  it.each([
    "https://a.example'",
    "'",
    "a.example",
    "https://a.example/",
    "https://a.example,https://b.example",
    "null",
    "javascript:x",
    "",
  ])("refuses %j as an origin", (origin) => {
    expect(sentencesIn(() => gatewayResponses({ origin }))).toEqual([ORIGIN_PROBLEM]);
  });

  it("refuses a list of origins, which as text would be one", () => {
    const origin = [ORIGIN] as unknown as string;
    expect(sentencesIn(() => gatewayResponses({ origin }))).toEqual([ORIGIN_PROBLEM]);
  });

  it.each(["nonsense", "https://api.example/'", 'https://api.example/"', "https://api.example/ x"])(
    "refuses %j as a URL",
    (resourceMetadata) => {
      expect(sentencesIn(() => gatewayResponses({ origin: null, resourceMetadata }))).toEqual([URL_PROBLEM]);
    },
  );
});

it("a request that is too long or has a body that is refused is not quoted", async () => {
  const api = createTestGateway({
    api: "rest",
    stage: "prod",
    routes: [{ key: "GET /orders", function: () => ({ statusCode: 200 }) }],
    gatewayResponses: generated(),
    clock: () => 0,
  });
  const { body, headers, status } = await api.request({ path: `/${"<script>".repeat(300)}` });
  expect(status).toBe(414);
  expect(body).not.toContain("script");
  expect(headers).toMatchObject({ "content-type": "application/problem+json" });
});

it("tells callers the reason only where that was asked for", async () => {
  const denied = (options: object) => {
    const policyDocument = { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect: "Deny", Resource: "*" }] };
    return createTestGateway({
      api: "rest",
      stage: "prod",
      routes: [{ key: "GET /orders", function: () => ({ statusCode: 200 }), authorizer: "main" }],
      authorizers: {
        main: {
          type: "REQUEST",
          payload: "1.0",
          identitySources: ["method.request.header.Authorization"],
          handler: () => ({ principalId: "x", policyDocument, context: { reason: "rule_denied" } }),
        },
      },
      gatewayResponses: generated(options),
      clock: () => 0,
    }).request({ path: "/orders", headers: [["Authorization", "x"]] });
  };
  expect(JSON.parse((await denied({ reasons: true })).body)).toMatchObject({ code: "rule_denied" });
  expect((await denied({})).body).not.toContain("rule_denied");
});

describe("sallyport gateway-responses", () => {
  const run = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [`${root}cli/main.ts`, "gateway-responses", ...args]).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    );

  it("prints resources that a template can include", async () => {
    const { code, stdout } = await run("--origin", ORIGIN, "--api", "Api");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ Resources: gatewayResponses({ origin: ORIGIN, restApi: "Api" }) });
  });

  it.each([[[]], [["--origin", "nonsense"]], [["--orgin", ORIGIN]]])("%j: says what is wrong", async (args) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^sallyport: /);
  });
});

describe("what each answer of API Gateway's own says", () => {
  const options = { origin: ORIGIN, restApi: "Api", resourceMetadata: "https://api.example/meta", reasons: true };
  const seen = (given: Parameters<typeof gatewayResponses>[0]) =>
    Object.entries(gatewayResponses(given)).map(([id, { Properties: properties }]) => {
      const { type, status, title, code, correlationId } = JSON.parse(properties.ResponseTemplates["application/json"]) as Body;
      const headers = Object.keys(properties.ResponseParameters).map((name) => name.replace("gatewayresponse.header.", ""));
      expect([type, correlationId, properties.StatusCode]).toEqual(["about:blank", "$context.requestId", status?.toString()]);
      return [id, properties.ResponseType, status, title, code, headers.includes("WWW-Authenticate"), headers.includes(EXPOSE)];
    });
  type Body = Readonly<Record<"type" | "title" | "code" | "correlationId", string>> & { readonly status?: number };
  const EXPOSE = "Access-Control-Expose-Headers";
  const none = undefined;

  it("to a web page, with reasons", () => {
    expect(seen(options)).toEqual([
      ["UnauthorizedResponse", "UNAUTHORIZED", 401, "Unauthorized", none, true, true],
      ["ForbiddenResponse", "ACCESS_DENIED", 403, "Forbidden", "$context.authorizer.reason", true, true],
      ["NotFoundResponse", "MISSING_AUTHENTICATION_TOKEN", 404, "Not Found", none, false, false],
      ["AuthorizerFailureResponse", "AUTHORIZER_FAILURE", 500, "Internal Server Error", none, false, false],
      ["AuthorizerConfigurationResponse", "AUTHORIZER_CONFIGURATION_ERROR", 500, "Internal Server Error", none, false, false],
      ["ClientErrorResponse", "DEFAULT_4XX", none, "The request was refused.", none, false, false],
      ["ServerErrorResponse", "DEFAULT_5XX", none, "The request failed.", none, false, false],
    ]);
  });

  it("to nobody's page, without reasons, the headers it needs and no more", () => {
    const plain = gatewayResponses({ origin: null });
    expect(plain["ForbiddenResponse"]?.Properties.ResponseParameters).toEqual({
      "gatewayresponse.header.Content-Type": "'application/problem+json'",
      "gatewayresponse.header.Cache-Control": "'no-store'",
      "gatewayresponse.header.WWW-Authenticate": "context.authorizer.challenge",
    });
    expect(plain["NotFoundResponse"]?.Properties).toEqual({
      RestApiId: { Ref: "ApiGatewayRestApi" },
      ResponseType: "MISSING_AUTHENTICATION_TOKEN",
      StatusCode: "404",
      ResponseParameters: {
        "gatewayresponse.header.Content-Type": "'application/problem+json'",
        "gatewayresponse.header.Cache-Control": "'no-store'",
      },
      ResponseTemplates: {
        "application/json": '{"type":"about:blank","title":"Not Found","status":404,"correlationId":"$context.requestId"}',
      },
    });
    expect(seen({ origin: null }).map(([, , , , code]) => code)).toEqual(Array(7).fill(none));
  });

  it.each(["*", "http://localhost:5173", "https://app.example:8443"])("may be read by %s", (origin) => {
    expect(JSON.stringify(gatewayResponses({ origin }))).toContain(`"'${origin}'"`);
  });

  it.each(["**", "https://app.example:", "xhttps://app.example", "ftp://app.example", "https://app.example:a"])("not by %s", (origin) => {
    expect(sentencesIn(() => gatewayResponses({ origin }))).toEqual([ORIGIN_PROBLEM]);
  });

  it("says in words what is no URL", () => {
    expect(sentencesIn(() => gatewayResponses({ origin: null, resourceMetadata: "meta" }))).toEqual([URL_PROBLEM]);
  });
});
