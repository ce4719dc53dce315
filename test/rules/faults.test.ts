import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { defineRoutes, guard, identity, resolverGuard } from "../../src/guard/index.ts";
import {
  allOf,
  anyOf,
  appSyncAuthorizer,
  custom,
  type Gateway,
  httpAuthorizer,
  httpPolicyAuthorizer,
  type Metrics,
  restRequestAuthorizer,
  restTokenAuthorizer,
  type RuleInput,
  scope,
  verifyingGuard,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { encodeText } from "../../src/principal/codec.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import { clock, createSample, gateway as base, NOW_SECONDS, type Sample } from "../authorize/sample.ts";
import { evaluatePolicy } from "../gateway/iam.ts";

const broken = custom("broken", () => {
  throw new RangeError("secret");
});
const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live";

let sample: Sample;
let token: string;
beforeAll(async () => {
  sample = await createSample();
  token = await sample.good();
});

const entries: object[] = [];
const counts: string[] = [];
const metrics: Metrics = { count: (name) => void counts.push(name), duration: () => {}, flush: () => {} };
const log = (entry: object) => void entries.push(entry);
afterEach(() => {
  entries.length = 0;
  counts.length = 0;
});

const gatewayWith = (rule: RuleInput): Gateway => ({
  ...base,
  ...defineRoutes({ "GET /broken": rule, "GET /fine": scope("orders:read"), $connect: rule }),
});
const principal = testPrincipal({ scopes: ["orders:read"], expiresAt: NOW_SECONDS + 60 });

type Ask = (rule: RuleInput) => Promise<unknown>;
const given = () => ({ clock, jwks: sample.jwks, log, metrics });
const request = (route: string) => ({ type: "REQUEST", methodArn: `${STAGE}/${route}`, headers: { authorization: `Bearer ${token}` } });
const routed = () => ({ ...request("GET/broken"), version: "2.0", routeKey: "GET /broken" });

const AUTHORIZERS: Readonly<Record<string, Ask>> = {
  httpAuthorizer: (rule) => httpAuthorizer(gatewayWith(rule), given())(routed()),
  "httpAuthorizer that leaves refusals to the guard": (rule) =>
    httpAuthorizer(gatewayWith(rule), { ...given(), denials: "guard" })(routed()),
  httpPolicyAuthorizer: (rule) => httpPolicyAuthorizer(gatewayWith(rule), given())({ ...request("GET/broken"), version: "1.0" }),
  restRequestAuthorizer: (rule) => restRequestAuthorizer(gatewayWith(rule), given())(request("GET/broken")),
  restTokenAuthorizer: (rule) =>
    restTokenAuthorizer(
      gatewayWith(rule),
      given(),
    )({
      type: "TOKEN",
      methodArn: `${STAGE}/GET/broken`,
      authorizationToken: `Bearer ${token}`,
    }),
  webSocketAuthorizer: (rule) => webSocketAuthorizer(gatewayWith(rule), given())(request("$connect")),
  appSyncAuthorizer: (rule) =>
    appSyncAuthorizer(base, { ...given(), rule })({ authorizationToken: token, requestContext: { apiId: "api1234567" } }),
};

const proxied = () => ({ version: "2.0", routeKey: "GET /broken", requestContext: { authorizer: authorizerContext(principal, "http") } });
const reached = async () => "reached";
const guarding = { clock, log, metrics };

const GUARDS: Readonly<Record<string, Ask>> = {
  guard: (rule) => guard(gatewayWith(rule), reached, guarding)(proxied()),
  identity: async (rule) => identity(gatewayWith(rule), guarding).before({ event: proxied(), context: {} }) ?? "reached",
  verifyingGuard: (rule) =>
    verifyingGuard(
      gatewayWith(rule),
      reached,
      given(),
    )({
      version: "2.0",
      rawPath: "/broken",
      headers: { authorization: `Bearer ${token}` },
      requestContext: { stage: "$default", http: { method: "GET" } },
    }),
};

/** One line, one failure, no refusal, and nothing of what was thrown. */
function expectFailure(): void {
  expect(entries).toMatchObject([{ level: "ERROR", message: "Request failed", code: "internal_error" }]);
  expect(counts).toEqual(expect.arrayContaining(["failed", "internal_error"]));
  expect(counts).not.toContain("refused");
  expect(JSON.stringify(entries)).not.toMatch(/secret|RangeError/);
}

const RULES: readonly (readonly [string, RuleInput])[] = [
  ["alone", broken],
  ["as one way in of several", anyOf(broken, "authenticated")],
  ["beside what holds", allOf(scope("orders:read"), broken)],
];

describe.each(RULES)("a rule of one's own that throws, %s, is a failure", (_, rule) => {
  it.each(Object.entries(AUTHORIZERS))("at %s", async (_name, ask) => {
    await expect(ask(rule)).rejects.toMatchObject({ code: "internal_error", message: expect.not.stringContaining("secret") });
    expectFailure();
  });

  it.each(Object.entries(GUARDS))("at %s", async (_name, ask) => {
    expect(await ask(rule)).toMatchObject({ statusCode: 500, body: expect.not.stringContaining("secret") });
    expectFailure();
  });

  it("at resolverGuard", async () => {
    const answer = resolverGuard(rule, reached, guarding)({ identity: { resolverContext: encodeText(principal) } });
    await expect(answer).rejects.toThrow("Unauthorized");
    expectFailure();
  });
});

it.each(Object.entries({ ...AUTHORIZERS, ...GUARDS }))("is none at %s where another way in was found before", async (_name, ask) => {
  expect(await ask(anyOf("authenticated", broken))).not.toMatchObject({ statusCode: 500 });
  expect(entries).toEqual([]);
});

it.each([
  ["restRequestAuthorizer", restRequestAuthorizer],
  [
    "httpPolicyAuthorizer",
    (gateway: Gateway, options: object) => httpPolicyAuthorizer(gateway, options) as ReturnType<typeof restRequestAuthorizer>,
  ],
] as const)("a policy of %s for another route leaves out a route whose rule throws, and is made all the same", async (name, create) => {
  const event = { ...request("GET/fine"), ...(name === "httpPolicyAuthorizer" && { version: "1.0" }) };
  const { policyDocument } = await create(gatewayWith(broken), given())(event);
  const may = (path: string) => evaluatePolicy(policyDocument, `${STAGE}/GET/${path}`);
  expect(may("fine")).toBe("allow");
  expect(may("broken")).not.toBe("allow");
  expect([entries, counts]).toEqual([[], expect.arrayContaining(["allowed"])]);
});
