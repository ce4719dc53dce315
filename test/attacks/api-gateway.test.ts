import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { routes as projectRoutes } from "../../gateway.routes.ts";
import { authorize } from "../../src/authorize.ts";
import { SallyportError } from "../../src/errors.ts";
import { guard } from "../../src/guard/index.ts";
import { createKeys } from "../../src/keys/create-keys.ts";
import {
  defineGateway,
  httpAuthorizer,
  oidc,
  type ReasonCode,
  restRequestAuthorizer,
  restTokenAuthorizer,
  verifyingGuard,
} from "../../src/index.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import { evaluatePolicy } from "../gateway/iam.ts";
import { refused } from "./kit.ts";
import { AUDIENCE, CLOCK, createServers, gateway, mint, NOW, serversThat } from "./lab.ts";
import { assertAllowed, assertRefused, createPlace, type Expected, type Options } from "./witness.ts";

const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live";
const reader = mint();
const admin = mint({ claims: { roles: ["admin"] } });

/** The REST answer to one request of a token that verifies: it is let in, or denied for a reason. */
async function answerTo(resource: string, code: ReasonCode | null = null, token = reader, stage = STAGE) {
  const event = { type: "TOKEN", methodArn: `${stage}/${resource}`, authorizationToken: `Bearer ${token}` };
  const expected = { token, fetches: 1, arn: event.methodArn };
  const ask = (options: object) => restTokenAuthorizer(gateway, options)(event);
  const answer = await (code === null ? assertAllowed(ask, expected) : assertRefused(ask, code, expected));
  return { ...answer, allows: (other: string) => evaluatePolicy(answer.policyDocument, `${stage}/${other}`) === "allow" };
}

/** What the HTTP API's authorizer is asked about a good token. */
const httpQuestion =
  (changes: object = {}) =>
  (options: object) =>
    httpAuthorizer(
      gateway,
      options,
    )({ version: "2.0", type: "REQUEST", routeKey: "GET /orders", headers: { authorization: `Bearer ${reader}` }, ...changes });

/** Whoever is behind a context that a function is asked with. */
const SUBJECT = "canary-subject-0003";
const contextOf = (changes: object) =>
  authorizerContext(testPrincipal({ subject: SUBJECT, scopes: ["orders:read"], expiresAt: NOW + 600, ...changes }), "http");

/** A business function of the lab, asked with a context: it runs, or refuses for a reason, and fetches nothing. */
async function assertFunction(
  context: object | undefined,
  code: ReasonCode | null,
  routeKey = "GET /orders",
  clock = CLOCK,
): Promise<void> {
  const expected = { place: createPlace(createServers(), clock), secrets: [SUBJECT] };
  const event = { version: "2.0", routeKey, requestContext: context === undefined ? {} : { authorizer: context } };
  await assertGuarded(event, code, expected);
}
async function assertGuarded(event: object, code: ReasonCode | null, expected: Expected): Promise<void> {
  const ask = ({ clock, log }: Options) => guard(gateway, async () => ({ statusCode: 200, body: "" }), { clock, log })(event);
  await (code === null ? assertAllowed(ask, expected) : assertRefused(ask, code, expected));
}

it("F1 uses a cached answer on another method or path", async () => {
  const { allows } = await answerTo("GET/orders");
  expect(["GET/orders", "GET/health"].map(allows)).toEqual([true, true]);
  expect(["POST/orders", "DELETE/orders/1", "GET/files/secret", "GET/orders/x", "GET/anything", "PUT/orders"].some(allows)).toBe(false);
  // HTTP APIs: the route is part of the cache key; where somebody left it out, the fence stands behind.
  await assertFunction(contextOf({}), "rule_denied", "DELETE /orders/{id}");
});

it("F2 is locked out by a cached answer that names one path only", async () => {
  const { allows } = await answerTo("GET/nowhere", "route_unknown");
  expect(["GET/nowhere", "GET/health", "GET/orders"].map(allows)).toEqual([false, true, true]);
  const forAdmin = await answerTo("GET/files/a/b.txt", null, admin);
  expect(["GET/files/other/deeper/c.txt", "DELETE/orders/7", "GET/orders"].map((resource) => forAdmin.allows(resource))).toEqual([
    true,
    true,
    true,
  ]);
});

it("F3 has the answer cached by another value than the one that was verified", async () => {
  const ask = (identitySource: string[]) => httpQuestion({ identitySource });
  await assertRefused(ask(["Bearer another", "GET /orders"]), "credential_ambiguous", { token: reader });
  await assertRefused(ask(["GET /orders"]), "credential_ambiguous", { token: reader });
  await assertAllowed(ask([`Bearer ${reader}`, "GET /orders"]), { token: reader, fetches: 1 });
});

it("F4 uses a cached answer after the token has expired", async () => {
  const context = contextOf({ expiresAt: NOW });
  await assertFunction(context, null, "GET /orders", () => (NOW - 1) * 1_000);
  await assertFunction(context, "principal_expired");
});

it("F5 is revoked while an answer is cached: the next question is refused, and no template caches for more than five minutes", async () => {
  const revocations = { check: async () => Promise.reject(new SallyportError("revoked")) };
  const route = gateway.routes.get("GET /orders") ?? null;
  const ask = async ({ fetch }: { fetch: (url: string) => Promise<Response> }) =>
    authorize({ credential: () => reader, route }, { gateway, keys: createKeys({ clock: CLOCK, fetch }), clock: CLOCK, revocations });
  await assertRefused(ask, "revoked", { token: reader, fetches: 1 });
  // What is cached all the same is flushed by hand.
  const runbook = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
  for (const command of [
    "aws apigateway flush-stage-authorizers-cache --rest-api-id ",
    "aws apigatewayv2 reset-authorizers-cache --api-id ",
  ])
    expect(runbook).toContain(command);
  for (const file of TEMPLATES) {
    const lifetimes = [...readFileSync(file, "utf8").matchAll(/resultTtlInSeconds: (\d+)/g)].map(([, seconds]) => Number(seconds));
    expect(lifetimes.every((seconds) => seconds <= 300)).toBe(true);
  }
});

describe("F6 writes wildcards, colons, escapes and empty segments into the path", () => {
  it.each([
    "GET//",
    "GET//orders",
    "GET/orders/*",
    "GET/*",
    "GET/**",
    "GET/?",
    "GET/orders?x=1",
    "GET/a:b:c",
    "GET/%2f",
    "GET/%2e%2e/files",
    "GET/${*}",
    "GET/$default",
    "DELETE/*",
    "GET/../DELETE/orders/1",
  ])("%s", async (resource) => {
    const { allows, policyDocument } = await answerTo(resource, "route_unknown");
    expect(["DELETE/orders/1", "POST/orders", "GET/files/x", "GET/other"].some(allows)).toBe(false);
    expect(JSON.stringify(policyDocument.Statement.filter(({ Effect }) => Effect === "Allow"))).not.toContain("*");
  });

  it.each(["aws-cn", "aws-us-gov"])("in the partition %s", async (partition) => {
    const stage = STAGE.replace("arn:aws:", `arn:${partition}:`);
    expect((await answerTo("GET/orders", null, reader, stage)).allows("GET/orders")).toBe(true);
  });

  it.each([
    "",
    "arn:aws:execute-api:eu-west-1",
    STAGE,
    `${STAGE}/$connect`,
    `${STAGE}/GET`,
    `${STAGE}/FETCH/orders`,
    STAGE.replace("execute-api", "s3"),
  ])("an ARN that is none of a method: %j", async (methodArn) => {
    const event = { type: "TOKEN", methodArn, authorizationToken: `Bearer ${reader}` };
    await assertRefused((options) => restTokenAuthorizer(gateway, options)(event), "event_unsupported", { token: reader });
  });
});

it("F7 asks for a path so long that no policy may name it", async () => {
  const { policyDocument } = await answerTo(`GET/files/${"x".repeat(900)}`, null, admin);
  for (const { Resource } of policyDocument.Statement) expect(Math.max(...Resource.map(({ length }) => length))).toBeLessThanOrEqual(512);
});

describe("F8 spells a path so that two readers see two routes", () => {
  const PATHS = [
    "/files/x/",
    "//files/x",
    "/Files/x",
    "/files/%2e%2e/orders",
    "/./files/x",
    "/files/../orders",
    "/files;x/y",
    "/%66iles/x",
    "/files%2fx",
    "/orders/../files/x",
    "/files\\x",
    "/orders/",
    "//orders",
    "/ORDERS",
  ];
  /** What is below `/files/` as it stands has that route's rule, which the reader does not meet; dot segments are no path in a function. */
  const direct = (path: string) => (path === "/files/x/" ? "rule_denied" : "route_unknown");
  const onRest = (path: string) => (path.startsWith("/files/") ? "rule_denied" : "route_unknown");
  it.each(PATHS)("%s, with no authorizer in front", async (rawPath) => {
    const requestContext = { stage: "$default", http: { method: "GET" } };
    const event = { version: "2.0", rawPath, headers: { authorization: `Bearer ${reader}` }, requestContext };
    const ask = (options: object) => verifyingGuard(gateway, async () => ({ statusCode: 200 }), options)(event);
    await assertRefused(ask, direct(rawPath), { token: reader, fetches: 1 });
  });
  it.each(PATHS)("%s, on a REST API", async (path) => {
    expect((await answerTo(`GET${path}`, onRest(path))).allows(`GET${path}`)).toBe(false);
  });
  it("so that API Gateway takes a route without an authorizer: the function refuses", async () => {
    await assertFunction(undefined, "principal_missing");
  });
});

describe("F9 reaches a function without an authorizer's context, or with an empty one", () => {
  it.each([
    undefined,
    {},
    { lambda: null },
    { lambda: {} },
    { lambda: [] },
    { principalId: SUBJECT },
    { claims: { sub: SUBJECT } },
    { jwt: { claims: { sub: SUBJECT } } },
  ])("%j", async (context) => assertFunction(context, "principal_missing"));
  it("or with nothing in its place", async () => assertFunction({ lambda: { principal: null } }, "principal_malformed"));
});

it("F10 names claims like members of the context, or like something every object has", async () => {
  const names = ["principalId", "integrationLatency", "__proto__", "constructor", "a:b", "a.b", "a/b", "principal", "issuer"];
  const open = defineGateway({
    issuers: { shop: oidc({ issuer: "https://shop.example", audience: AUDIENCE, jwksUri: "https://shop.example/keys" }) },
    routes: { "GET /orders": "authenticated" },
    forward: names,
  });
  const token = mint({
    claims: JSON.stringify({
      iss: "https://shop.example",
      aud: AUDIENCE,
      sub: "user-1",
      exp: NOW + 60,
      client_id: "web",
      ...Object.fromEntries(names.map((name) => [name, "x"])),
      ["__proto__"]: "x",
    }),
  });
  const event = { type: "REQUEST", methodArn: `${STAGE}/GET/orders`, headers: { authorization: `Bearer ${token}` } };
  const ask = (options: object) => restRequestAuthorizer(open, options)(event);
  const { context, principalId } = await assertAllowed(ask, { token, fetches: 1, arn: event.methodArn });
  expect(Object.keys(context).toSorted()).toEqual(Object.keys((await answerTo("GET/orders")).context).toSorted());
  expect(principalId).toBe("shop|user-1");
  expect(context["issuer"]).toBe("shop");
});

it("F11 has lists and objects for claims, which a REST API's context cannot carry", async () => {
  const { context } = await answerTo(
    "GET/orders",
    null,
    mint({ claims: { groups: ["a", "b"], roles: ["c"], nested: { list: [1, { a: 2 }] } } }),
  );
  expect(Object.values(context).every((value) => typeof value === "string")).toBe(true);
});

it("F12 profits from values that became text on the way", async () => {
  const principal = testPrincipal({ subject: SUBJECT, scopes: ["orders:read"], expiresAt: NOW + 600, groupsComplete: false });
  const text = Object.fromEntries(Object.entries(authorizerContext(principal, "rest")).map(([name, value]) => [name, String(value)]));
  const ask = (authorizer: object) => {
    const handler = guard(gateway, async (_event, { principal: read }) => ({ statusCode: 200, read }), { clock: CLOCK });
    return handler({ httpMethod: "GET", resource: "/orders", requestContext: { authorizer } });
  };
  expect(await assertAllowed(() => ask(text), { secrets: [SUBJECT] })).toEqual({ statusCode: 200, read: principal });
  for (const wrong of ['"expiresAt":"4102444800"', '"groupsComplete":"false"', '"scopes":"orders:read"']) {
    const name = wrong.split(":")[0] ?? "";
    const principalText = (text["principal"] ?? "").replace(new RegExp(`${name}:(\\[[^\\]]*\\]|[^,}]+)`), wrong);
    expect(principalText).toContain(wrong);
    await assertGuarded(
      { httpMethod: "GET", resource: "/orders", requestContext: { authorizer: { ...text, principal: principalText } } },
      "principal_malformed",
      { secrets: [SUBJECT] },
    );
  }
});

it("F13 brings more groups than a context can hold: denied, never cut", async () => {
  // Two letters each: in the context every one of them costs two characters more than in the token.
  const many = Array.from({ length: 1_060 }, (_, index) => index.toString(36).padStart(2, "0"));
  const answer = await answerTo("GET/orders", "principal_too_large", mint({ claims: { groups: many } }));
  expect(answer.context).toMatchObject({ reason: "principal_too_large" });
  expect(answer.context["principal"]).toBeUndefined();
});

describe("F14 has a subject that a principal id cannot hold", () => {
  it.each(["x".repeat(1_000), "user\u00e9", "user with spaces", "\u{1f600}"])("%#", async (sub) => {
    const { principalId } = await answerTo("GET/orders", null, mint({ claims: { sub } }));
    expect(principalId).toMatch(/^shop\|sha256:[\w-]{43}$/);
  });
  it("and a usual one stays readable", async () => expect((await answerTo("GET/orders")).principalId).toBe("shop|canary-subject-0001"));
});

it("F15 chooses a usage plan by a claim: the answer never names a key", async () => {
  const { allows: _allows, ...answer } = await answerTo("GET/orders", null, mint({ claims: { usageIdentifierKey: "key", apiKey: "key" } }));
  expect(Object.keys(answer).toSorted()).toEqual(["context", "policyDocument", "principalId"]);
});

it("F16 sends a preflight, which carries no credential: no keys are fetched, and nobody is let in", async () => {
  // A deployed API answers OPTIONS by itself, without an authorizer: see test/package.
  await refused({ route: "OPTIONS /orders" }, "credential_missing");
  await refused({ token: reader, route: "OPTIONS /orders" }, "route_unknown", 1);
});

it("F17 goes on using a WebSocket after the token has expired", async () => {
  const principal = testPrincipal({ subject: SUBJECT, scopes: ["orders:read"], expiresAt: NOW + 60 });
  const event = { requestContext: { connectionId: "c1", routeKey: "$connect", authorizer: authorizerContext(principal, "websocket") } };
  const at = (second: number) => ({ place: createPlace(createServers(), () => second * 1_000), secrets: [SUBJECT] });
  await assertGuarded(event, null, at(NOW + 59));
  await assertGuarded(event, "principal_expired", at(NOW + 60));
});

it("F18 invokes a function directly with a context of its own making: IAM decides who may, and the fence still holds the rule", async () => {
  // Whoever may invoke the function could also change it; test/package checks that only this API may.
  await assertFunction(contextOf({ expiresAt: NOW }), "principal_expired");
  await assertFunction(contextOf({ scopes: [] }), "rule_denied");
  await assertFunction({ lambda: { principal: { v: 1, id: SUBJECT } } }, "principal_malformed");
});

it("F19 makes keys unavailable, or the issuer slow, so that a good token looks bad: that is a failure, not a 401", async () => {
  const servers = () => createServers({ "https://shop.example/keys": new Response("down", { status: 500 }) });
  await refused({ token: reader, servers }, "keys_unavailable", 1);
  // The runtime ends an authorizer after ten seconds; the deadline for keys is well below.
  const silent = createPlace(serversThat(async () => new Promise<never>(() => {})));
  await assertRefused(httpQuestion(), "keys_unavailable", { token: reader, fetches: 1, place: silent });
});

const TEMPLATES = ["serverless.yml", "examples/rest/serverless.yml", "examples/websocket/serverless.yml"].map(
  (path) => new URL(`../../${path}`, import.meta.url),
);
interface HttpEvent {
  readonly method: string;
  readonly path: string;
  readonly authorizer?: unknown;
}
interface Service {
  readonly functions: Record<string, { readonly events?: readonly Record<string, HttpEvent>[] }>;
}

describe("F20 finds a route that was deployed without an authorizer", () => {
  it.each(TEMPLATES.slice(0, 2))("%s", (file) => {
    const { functions } = parse(readFileSync(file, "utf8"), { logLevel: "silent" }) as Service;
    const events = Object.values(functions).flatMap(({ events: own = [] }) => own.flatMap((event) => Object.values(event)));
    const open = events.filter(
      ({ method, path, authorizer }) => typeof method === "string" && typeof path === "string" && authorizer === undefined,
    );
    const keyOf = ({ method, path }: HttpEvent) => `${method.toUpperCase()} /${path.replace(/^\//, "")}`;
    const unguarded = open.map(keyOf).filter((key) => projectRoutes.routes.get(key)?.rule.kind !== "public");
    expect(events.length).toBeGreaterThan(3);
    // Logout endpoints of identity providers carry a signed token of their own and no credential.
    expect(unguarded.filter((key) => !key.startsWith("POST /sessions/"))).toEqual([]);
  });
  it("and reaches its function, which refuses", async () => assertFunction({ lambda: {} }, "principal_missing", "POST /orders"));
});

describe("F21 overrides the identity with a mapping template or a header mapping: no template has one", () => {
  it.each(TEMPLATES)("%s", (file) => {
    expect(readFileSync(file, "utf8")).not.toMatch(
      /requestTemplates|integration\.request|overwrite:header|append:header|requestParameters|\$util\.|#set\(/i,
    );
  });
  it("and where a customer's own has one, the function reads none of what it writes", async () => {
    const mapped = { principal: SUBJECT, "x-principal": SUBJECT, principalId: SUBJECT };
    const event = { version: "2.0", routeKey: "GET /orders", headers: mapped, body: JSON.stringify(mapped), ...mapped };
    await assertGuarded({ ...event, requestContext: { ...mapped } }, "principal_missing", { secrets: [SUBJECT] });
  });
});

it("F22 answers with something that is only nearly a boolean", async () => {
  // A text such as "false" would be no answer here: see `decisionIn`.
  const expected = { token: reader, fetches: 1 };
  expect((await assertAllowed(httpQuestion(), expected)).isAuthorized).toBe(true);
  expect((await assertRefused(httpQuestion({ routeKey: "POST /orders" }), "rule_denied", expected)).isAuthorized).toBe(false);
  expect((await assertRefused(httpQuestion({ routeKey: "GET /nowhere" }), "route_unknown", expected)).isAuthorized).toBe(false);
});
