import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routes } from "../../gateway.routes.ts";
import { EXAMPLE_ENVIRONMENT, REVOCATIONS_TABLE } from "../../local/environment.ts";
import { packageServices } from "../../scripts/package.ts";
import { runCli } from "../cli/run-cli.ts";
import { readTemplate, type Statement, type Template } from "./template.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const BUNDLES = ".build/package-test";
const SERVICES = ["http", "rest", "websocket"] as const;
const templates = new Map<string, Template>();
let out: string;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "sallyport-package-"));
  await packageServices({ bundles: BUNDLES, out });
  for (const name of SERVICES) templates.set(name, await readTemplate(join(out, name)));
}, 120_000);
afterAll(() => Promise.all([out, join(root, BUNDLES)].map((path) => rm(path, { recursive: true, force: true }))));

function template(name: (typeof SERVICES)[number]): Template {
  const found = templates.get(name);
  if (found === undefined) throw new Error(`${name} was not packaged.`);
  return found;
}

const httpRoutes = [...routes.routes.values()].filter(({ key }) => !key.startsWith("$"));
/** The REST example goes without the routes that end sessions. */
const restRoutes = httpRoutes.filter(({ segments }) => segments[0] !== "session");
const expectedAuthorizers = (authorizerOf: (method: string | null) => string, expected = httpRoutes) =>
  Object.fromEntries(expected.map(({ key, method, rule }) => [key, rule.kind === "public" ? "none" : authorizerOf(method)]));

const variablesOf = (name: (typeof SERVICES)[number], id: string): Readonly<Record<string, string>> =>
  template(name).get<{ Environment?: { Variables: Record<string, string> } }>(id).Properties.Environment?.Variables ?? {};

/** The one user pool, and no other. */
const POOL_ARN = {
  "Fn::Sub": `arn:\${AWS::Partition}:cognito-idp:*:\${AWS::AccountId}:userpool/${EXAMPLE_ENVIRONMENT["CUSTOMERS_POOL_ID"]}`,
};

/** The HTTP service's table of revocations, as the other services name it. */
const REVOCATIONS_ARN = {
  "Fn::Sub": `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${REVOCATIONS_TABLE}`,
};

const FAILURES_ARN = { "Fn::GetAtt": ["UserEventsFailures", "Arn"] };

/** Who looks up what was revoked. */
const READERS = ["Authorizer", "TokenAuthorizer", "RequestAuthorizer", "Me", "ListOrders", "GetOrder", "CreateOrder", "Connect", "Message"];

interface Authorized {
  readonly AuthorizationType?: string;
  readonly AuthorizerId?: { readonly Ref: string };
}
const authorizerOf = ({ AuthorizationType = "NONE", AuthorizerId }: Authorized) =>
  AuthorizationType === "CUSTOM" ? (AuthorizerId?.Ref ?? "missing") : AuthorizationType === "NONE" ? "none" : AuthorizationType;

describe("the HTTP API", () => {
  it("has the routes of gateway.routes.ts, with the authorizer on each that is not public", () => {
    const found = template("http").all<Authorized & { RouteKey: string }>("AWS::ApiGatewayV2::Route");
    expect(Object.fromEntries(found.map(({ Properties }) => [Properties.RouteKey, authorizerOf(Properties)]))).toEqual(
      expectedAuthorizers(() => "HttpApiAuthorizerSallyport"),
    );
  });

  it("has one authorizer, whose answers are kept for one credential on one route", () => {
    const authorizers = template("http").all("AWS::ApiGatewayV2::Authorizer");
    expect(authorizers).toHaveLength(1);
    expect(authorizers[0]?.Properties).toMatchObject({
      AuthorizerType: "REQUEST",
      AuthorizerPayloadFormatVersion: "2.0",
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 300,
      IdentitySource: ["$request.header.Authorization", "$context.routeKey"],
    });
    expect(JSON.stringify(authorizers[0]?.Properties["AuthorizerUri"])).toContain('["AuthorizerLambdaFunction","Arn"]');
  });

  it("sends payload format 2.0 to every function", () => {
    const integrations = template("http").all("AWS::ApiGatewayV2::Integration");
    expect(integrations).toHaveLength(httpRoutes.length);
    for (const { Properties } of integrations)
      expect(Properties).toMatchObject({ PayloadFormatVersion: "2.0", IntegrationType: "AWS_PROXY" });
  });

  it("gives the configuration to those who verify tokens, and to nobody else", () => {
    const functions = template("http").all<{ Environment?: { Variables: object } }>("AWS::Lambda::Function");
    const tables = ["ORDERS_TABLE", "REVOCATIONS_TABLE"];
    const holders = functions.filter(({ Properties }) =>
      Object.keys(Properties.Environment?.Variables ?? {}).some((name) => !tables.includes(name)),
    );
    const verifiers = ["AuthorizerLambdaFunction", "BackchannelLogoutLambdaFunction"];
    const pool = ["SignOut", "SignOutEverywhere", "UserEvents"];
    expect(holders.map(({ id }) => id).toSorted()).toEqual([...verifiers, ...pool.map((id) => `${id}LambdaFunction`)].toSorted());
    for (const id of pool)
      expect(Object.keys(variablesOf("http", `${id}LambdaFunction`))).toEqual(["CUSTOMERS_POOL_ID", "REVOCATIONS_TABLE"]);
  });

  it("keeps what the function for user events could do nothing with", () => {
    const [configured, ...others] = template("http").all("AWS::Lambda::EventInvokeConfig");
    expect(others).toEqual([]);
    expect(configured?.Properties).toMatchObject({
      FunctionName: { Ref: "UserEventsLambdaFunction" },
      DestinationConfig: { OnFailure: { Destination: { "Fn::GetAtt": ["UserEventsFailures", "Arn"] } } },
    });
    expect(template("http").get("UserEventsFailures").Properties).toMatchObject({ SqsManagedSseEnabled: true });
  });

  it("removes no table with the stack", () => {
    const tables = template("http").all("AWS::DynamoDB::Table");
    expect(tables.map(({ id }) => id).toSorted()).toEqual(["OrdersTable", "RevocationsTable"]);
    for (const table of tables) expect(table).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
  });

  it("keeps revocations until they have outlived every token, and then forgets them", () => {
    expect(template("http").get("RevocationsTable").Properties).toMatchObject({
      TableName: REVOCATIONS_TABLE,
      KeySchema: [{ AttributeName: "target", KeyType: "HASH" }],
      TimeToLiveSpecification: { AttributeName: "removeAt", Enabled: true },
      SSESpecification: { SSEEnabled: true },
    });
  });

  it("logs no header, token or body", () => {
    const { Format } = template("http").get<{ AccessLogSettings: { Format: string } }>("HttpApiStage").Properties.AccessLogSettings;
    expect(() => JSON.parse(Format)).not.toThrow();
    expect(Format).not.toMatch(/header|authorization|identity\.|body/i);
  });
});

describe("the REST API", () => {
  const authorizers = { GET: "TokenAuthorizerApiGatewayAuthorizer", POST: "RequestAuthorizerApiGatewayAuthorizer" };

  interface Method extends Authorized {
    readonly HttpMethod: string;
    readonly ResourceId: { readonly Ref: string };
    readonly Integration: { readonly Type: string };
  }
  const pathOf = (rest: Template, id: string): string => {
    const { PathPart, ParentId } = rest.get<{ PathPart: string; ParentId: { Ref?: string } }>(id).Properties;
    return `${ParentId.Ref === undefined ? "" : pathOf(rest, ParentId.Ref)}/${PathPart}`;
  };

  it("has the routes of gateway.routes.ts, with an authorizer on each that is not public", () => {
    const rest = template("rest");
    const methods = rest.all<Method>("AWS::ApiGateway::Method").filter(({ Properties }) => Properties.HttpMethod !== "OPTIONS");
    const found = methods.map(({ Properties }) => [
      `${Properties.HttpMethod} ${pathOf(rest, Properties.ResourceId.Ref)}`,
      authorizerOf(Properties),
    ]);
    expect(Object.fromEntries(found)).toEqual(expectedAuthorizers((method) => authorizers[method as keyof typeof authorizers], restRoutes));
  });

  it("answers OPTIONS by itself, with no authorizer", () => {
    const options = template("rest")
      .all<Method>("AWS::ApiGateway::Method")
      .filter(({ Properties }) => Properties.HttpMethod === "OPTIONS");
    expect(options.length).toBeGreaterThan(0);
    for (const { Properties } of options) expect([authorizerOf(Properties), Properties.Integration.Type]).toEqual(["none", "MOCK"]);
  });

  it("has both kinds of authorizer, of different names, with the credential as their only source", () => {
    const found = template("rest").all("AWS::ApiGateway::Authorizer");
    expect(new Set(found.map(({ Properties }) => Properties["Name"])).size).toBe(2);
    const common = { IdentitySource: "method.request.header.Authorization", AuthorizerResultTtlInSeconds: 300 };
    expect(template("rest").get(authorizers.GET).Properties).toMatchObject({ ...common, Type: "TOKEN" });
    expect(template("rest").get(authorizers.POST).Properties).toMatchObject({ ...common, Type: "REQUEST" });
  });

  it("lets every well-formed credential through its pre-filter, and nothing else", () => {
    const { IdentityValidationExpression } = template("rest").get<{ IdentityValidationExpression: string }>(authorizers.GET).Properties;
    const filter = new RegExp(IdentityValidationExpression);
    for (const good of ["Bearer eyJ.eyJ.a-b_c", "bearer a.b.c", "BEARER opaque"]) expect(good).toMatch(filter);
    for (const bad of ["", "Bearer", "Bearer ", "Bearer  a.b.c", "Basic YTpi", "Bearer a.b.c, Bearer d.e.f", "Bearer a b"])
      expect(bad).not.toMatch(filter);
  });

  it.each([
    ["UNAUTHORIZED", "401"],
    ["ACCESS_DENIED", "403"],
    ["MISSING_AUTHENTICATION_TOKEN", "404"],
    ["AUTHORIZER_FAILURE", "500"],
    ["AUTHORIZER_CONFIGURATION_ERROR", "500"],
    ["DEFAULT_4XX", undefined],
    ["DEFAULT_5XX", undefined],
  ])("answers %s with a problem document that a web page can read", (kind, status) => {
    interface GatewayResponse {
      readonly ResponseType: string;
      readonly StatusCode?: string;
      readonly ResponseParameters: Readonly<Record<string, string>>;
      readonly ResponseTemplates: Readonly<Record<string, string>>;
    }
    const found = template("rest")
      .all<GatewayResponse>("AWS::ApiGateway::GatewayResponse")
      .filter(({ Properties }) => Properties.ResponseType === kind);
    expect(found).toHaveLength(1);
    const { StatusCode, ResponseParameters = {}, ResponseTemplates } = found[0]?.Properties ?? {};
    expect(StatusCode).toBe(status);
    expect(ResponseParameters["gatewayresponse.header.Content-Type"]).toBe("'application/problem+json'");
    expect(ResponseParameters["gatewayresponse.header.Access-Control-Allow-Origin"]).toBe("'https://app.example'");
    const body = JSON.parse(ResponseTemplates?.["application/json"] ?? "") as { title: string; status?: number };
    expect(body.title).not.toBe("");
    expect(body.status?.toString()).toBe(status);
    const challenge = ResponseParameters["gatewayresponse.header.WWW-Authenticate"];
    expect(challenge).toBe({ UNAUTHORIZED: "'Bearer'", ACCESS_DENIED: "context.authorizer.challenge" }[kind]);
  });
});

describe("the WebSocket API", () => {
  it("asks the authorizer at $connect, the only place where API Gateway can", () => {
    const found = template("websocket").all<Authorized & { RouteKey: string }>("AWS::ApiGatewayV2::Route");
    expect(Object.fromEntries(found.map(({ Properties }) => [Properties.RouteKey, authorizerOf(Properties)]))).toEqual({
      $connect: "AuthorizerWebsocketsAuthorizer",
      $default: "none",
    });
    expect(routes.routes.get("$connect")?.rule.kind).not.toBe("public");
    expect(template("websocket").get("AuthorizerWebsocketsAuthorizer").Properties).toMatchObject({
      AuthorizerType: "REQUEST",
      IdentitySource: ["route.request.header.Authorization"],
    });
  });
});

describe.each(SERVICES)("every function of the %s service", (name) => {
  interface LambdaFunction {
    readonly FunctionName: string;
    readonly Handler: string;
    readonly Runtime: string;
    readonly Architectures: readonly string[];
    readonly Role: { readonly "Fn::GetAtt": readonly string[] };
  }
  const functions = () => template(name).all<LambdaFunction>("AWS::Lambda::Function");
  const shortName = (id: string) => id.replace(/LambdaFunction$/, "");

  it("is its bundle and nothing else", async () => {
    for (const { Properties } of functions()) {
      const file = Properties.FunctionName.split("-").at(-1) ?? "";
      const bundle = dirname(Properties.Handler);
      const code = (await readdir(join(root, bundle))).filter((entry) => entry.endsWith(".mjs")).map((entry) => `${bundle}/${entry}`);
      expect((await template(name).filesOf(file)).toSorted()).toEqual(code.toSorted());
      expect(code).toContain(Properties.Handler.replace(/\.handler$/, ".mjs"));
    }
  });

  it("is told the one table of revocations, except for the health check", () => {
    const told = Object.fromEntries(functions().map(({ id }) => [shortName(id), variablesOf(name, id)["REVOCATIONS_TABLE"]]));
    const expected = Object.keys(told).map((id) => [id, id === "Health" ? undefined : REVOCATIONS_TABLE]);
    expect(told).toEqual(Object.fromEntries(expected));
  });

  it("runs on Node 24 on arm64", () => {
    for (const { Properties } of functions()) expect(Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"] });
  });

  it("may be invoked by this API, or by its own rule, only", () => {
    const permissions = template(name).all<{ FunctionName: unknown; SourceArn?: unknown }>("AWS::Lambda::Permission");
    const invocable = permissions.map(({ Properties }) => (Properties.FunctionName as { "Fn::GetAtt": string[] })["Fn::GetAtt"][0]);
    expect(invocable.toSorted()).toEqual(
      functions()
        .map(({ id }) => id)
        .toSorted(),
    );
    for (const { Properties } of permissions)
      expect(JSON.stringify(Properties.SourceArn)).toMatch(/HttpApi|ApiGatewayRestApi|WebsocketsApi|userEvents-rule/);
  });

  it("has a role of its own, with its own log group and the calls it makes", () => {
    const calls: Record<string, readonly string[]> = {
      ListOrders: ["dynamodb:Query"],
      GetOrder: ["dynamodb:GetItem"],
      CreateOrder: ["dynamodb:PutItem", "dynamodb:GetItem"],
    };
    const read = ["dynamodb:BatchGetItem"];
    const write = ["dynamodb:UpdateItem"];
    const revocationsArn = name === "http" ? { "Fn::GetAtt": ["RevocationsTable", "Arn"] } : REVOCATIONS_ARN;
    /** Of the table of revocations, which is the HTTP service's. */
    const revocationCalls: Record<string, readonly string[]> = {
      ...Object.fromEntries(READERS.map((id) => [id, read])),
      ...Object.fromEntries(["SignOut", "UserEvents"].map((id) => [id, write])),
      // It looks whether the caller's own token was revoked.
      SignOutEverywhere: [...read, ...write],
      BackchannelLogout: ["dynamodb:GetItem", "dynamodb:PutItem", ...write],
    };
    for (const { id, Properties } of functions()) {
      const own = shortName(id);
      const role = Properties.Role["Fn::GetAtt"][0] ?? "";
      expect(role).toBe(`${own}Role`);
      const found = template(name).get<{ Policies: { PolicyDocument: { Statement: Statement[] } }[]; ManagedPolicyArns?: unknown }>(
        role,
      ).Properties;
      expect(found.ManagedPolicyArns).toBeUndefined();
      const tableCalls = calls[own];
      const revoking = revocationCalls[own];
      expect(
        found.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(({ Action, ...rest }) => ({
          ...rest,
          Action: [Action].flat(),
        })),
      ).toEqual([
        { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: { "Fn::GetAtt": [`${own}LogGroup`, "Arn"] } },
        ...(revoking === undefined ? [] : [{ Effect: "Allow", Action: revoking, Resource: revocationsArn }]),
        ...(own === "UserEvents" ? [{ Effect: "Allow", Action: ["sqs:SendMessage"], Resource: FAILURES_ARN }] : []),
        ...(own === "SignOutEverywhere" ? [{ Effect: "Allow", Action: ["cognito-idp:AdminUserGlobalSignOut"], Resource: POOL_ARN }] : []),
        ...(tableCalls === undefined ? [] : [{ Effect: "Allow", Action: tableCalls, Resource: { "Fn::GetAtt": ["OrdersTable", "Arn"] } }]),
      ]);
    }
  });

  it("keeps its logs for 30 days", () => {
    const groups = template(name).all("AWS::Logs::LogGroup");
    expect(groups.length).toBeGreaterThanOrEqual(functions().length);
    for (const { Properties } of groups) expect(Properties["RetentionInDays"]).toBe(30);
  });
});

it.each(["http", "rest"] as const)(
  "the table of the %s service is billed by request, restorable, encrypted and never deleted with the stack",
  (name) => {
    const table = template(name).get("OrdersTable");
    expect(table).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
    expect(table.Properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      KeySchema: [
        { AttributeName: "owner", KeyType: "HASH" },
        { AttributeName: "id", KeyType: "RANGE" },
      ],
    });
  },
);

it("the doctor finds no error in what is packaged", async () => {
  const files = SERVICES.flatMap((name) => ["--template", join(out, name, "cloudformation-template-update-stack.json")]);
  const { stdout, code } = await runCli(["doctor", "--offline", "--json", ...files], { cwd: root, env: EXAMPLE_ENVIRONMENT });
  const { findings, apis } = JSON.parse(stdout) as { findings: { check: string }[]; apis: { kind: string }[] };
  // The example's clients set the header themselves, as its README says.
  expect(findings.map(({ check }) => check)).toEqual(["handshake-unreachable"]);
  expect(apis.map(({ kind }) => kind)).toEqual(SERVICES);
  expect(code).toBe(0);
});

it("a variable of the configuration that is not set stops a deployment, example values or not", () => {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !Object.hasOwn(EXAMPLE_ENVIRONMENT, name)));
  const args = [join(root, "node_modules", "serverless", "bin", "serverless.js"), "package", "--package", join(out, "unset")];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, env: environment, encoding: "utf8" });
  expect(status).not.toBe(0);
  const places = Object.keys(EXAMPLE_ENVIRONMENT).map((name) =>
    name === "REVOCATIONS_TABLE" ? "custom.revocationsTable" : `environment.${name}`,
  );
  for (const place of places) expect(stdout + stderr).toContain(`${place}"`);
});
