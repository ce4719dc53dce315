import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { routes as projectRoutes } from "../../gateway.routes.ts";
import { authorize } from "../../src/authorize.ts";
import { SallyportError } from "../../src/errors.ts";
import { guard } from "../../src/guard/index.ts";
import { createKeys } from "../../src/keys/create-keys.ts";
import { defineGateway, httpAuthorizer, oidc, restRequestAuthorizer, restTokenAuthorizer, verifyingGuard } from "../../src/index.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import { evaluatePolicy } from "../gateway/iam.ts";
import { refused } from "./kit.ts";
import { AUDIENCE, CLOCK, createServers, gateway, mint, NOW } from "./lab.ts";

const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live";
const reader = mint();
const admin = mint({ claims: { roles: ["admin"] } });
const log = () => {};
const options = () => ({ clock: CLOCK, fetch: createServers().fetch, log });

/** The REST answer to one request. */
async function answerTo(resource: string, token = reader, stage = STAGE) {
  const answer = await restTokenAuthorizer(
    gateway,
    options(),
  )({ type: "TOKEN", methodArn: `${stage}/${resource}`, authorizationToken: `Bearer ${token}` });
  return {
    ...answer,
    allows: (other: string) => evaluatePolicy(answer.policyDocument, `${stage}/${other}`) === "allow",
  };
}
/** A business function of the lab, asked with a context. */
const business = (context: object | undefined, routeKey = "GET /orders", clock = CLOCK) => {
  const handler = guard(gateway, async () => ({ statusCode: 200, body: "" }), { clock, log });
  return handler({ version: "2.0", routeKey, requestContext: context === undefined ? {} : { authorizer: context } });
};
const contextOf = (changes: object) =>
  authorizerContext(testPrincipal({ scopes: ["orders:read"], expiresAt: NOW + 600, ...changes }), "http");

it("F1 uses a cached answer on another method or path", async () => {
  const { allows } = await answerTo("GET/orders");
  expect(["GET/orders", "GET/health"].map(allows)).toEqual([true, true]);
  expect(["POST/orders", "DELETE/orders/1", "GET/files/secret", "GET/orders/x", "GET/anything", "PUT/orders"].some(allows)).toBe(false);
  // HTTP APIs: the route is part of the cache key; where somebody left it out, the fence stands behind.
  expect(await business(contextOf({}), "DELETE /orders/{id}")).toMatchObject({ statusCode: 403 });
});

it("F2 is locked out by a cached answer that names one path only", async () => {
  const { allows } = await answerTo("GET/nowhere");
  expect(["GET/nowhere", "GET/health", "GET/orders"].map(allows)).toEqual([false, true, true]);
  const forAdmin = await answerTo("GET/files/a/b.txt", admin);
  expect(["GET/files/other/deeper/c.txt", "DELETE/orders/7", "GET/orders"].map((resource) => forAdmin.allows(resource))).toEqual([
    true,
    true,
    true,
  ]);
});

it("F3 has the answer cached by another value than the one that was verified", async () => {
  const ask = (identitySource: string[]) =>
    httpAuthorizer(
      gateway,
      options(),
    )({ version: "2.0", type: "REQUEST", routeKey: "GET /orders", headers: { authorization: `Bearer ${reader}` }, identitySource });
  await expect(ask(["Bearer another", "GET /orders"])).rejects.toThrow(/^Unauthorized$/);
  await expect(ask(["GET /orders"])).rejects.toThrow(/^Unauthorized$/);
  await expect(ask([`Bearer ${reader}`, "GET /orders"])).resolves.toMatchObject({ isAuthorized: true });
});

it("F4 uses a cached answer after the token has expired", async () => {
  const context = contextOf({ expiresAt: NOW });
  expect(await business(context, "GET /orders", () => (NOW - 1) * 1_000)).toMatchObject({ statusCode: 200 });
  expect(await business(context)).toMatchObject({ statusCode: 401 });
});

it("F5 is revoked while an answer is cached: the next question is refused, and no template caches for more than five minutes", async () => {
  const keys = createKeys({ clock: CLOCK, fetch: createServers().fetch });
  const revocations = { check: async () => Promise.reject(new SallyportError("revoked")) };
  const route = gateway.routes.get("GET /orders") ?? null;
  expect(await authorize({ credential: () => reader, route }, { gateway, keys, clock: CLOCK, revocations })).toMatchObject({
    kind: "unauthenticated",
    code: "revoked",
  });
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
    const { allows, policyDocument } = await answerTo(resource);
    expect(allows(resource)).toBe(false);
    expect(["DELETE/orders/1", "POST/orders", "GET/files/x", "GET/other"].some(allows)).toBe(false);
    expect(JSON.stringify(policyDocument.Statement.filter(({ Effect }) => Effect === "Allow"))).not.toContain("*");
  });

  it.each(["aws-cn", "aws-us-gov"])("in the partition %s", async (partition) => {
    const stage = STAGE.replace("arn:aws:", `arn:${partition}:`);
    expect((await answerTo("GET/orders", reader, stage)).allows("GET/orders")).toBe(true);
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
    await expect(restTokenAuthorizer(gateway, options())(event)).rejects.toMatchObject({ code: "event_unsupported" });
  });
});

it("F7 asks for a path so long that no policy may name it", async () => {
  const { allows, policyDocument } = await answerTo(`GET/files/${"x".repeat(900)}`, admin);
  expect(allows(`GET/files/${"x".repeat(900)}`)).toBe(true);
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
  it.each(PATHS)("%s, with no authorizer in front", async (rawPath) => {
    const handler = verifyingGuard(gateway, async () => ({ statusCode: 200 }), options());
    const answer = await handler({
      version: "2.0",
      rawPath,
      headers: { authorization: `Bearer ${reader}` },
      requestContext: { stage: "$default", http: { method: "GET" } },
    });
    expect(answer).toMatchObject({ statusCode: 403 });
  });
  it.each(PATHS)("%s, on a REST API", async (path) => {
    expect((await answerTo(`GET${path}`)).allows(`GET${path}`)).toBe(false);
  });
  it("so that API Gateway takes a route without an authorizer: the function refuses", async () => {
    expect(await business(undefined)).toMatchObject({ statusCode: 401 });
  });
});

describe("F9 reaches a function without an authorizer's context, or with an empty one", () => {
  it.each([
    undefined,
    {},
    { lambda: null },
    { lambda: {} },
    { lambda: { principal: null } },
    { lambda: [] },
    { principalId: "admin" },
    { claims: { sub: "admin" } },
    { jwt: { claims: { sub: "admin" } } },
  ])("%j", async (context) => expect(await business(context)).toMatchObject({ statusCode: 401 }));
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
  const { context, principalId } = await restRequestAuthorizer(
    open,
    options(),
  )({ type: "REQUEST", methodArn: `${STAGE}/GET/orders`, headers: { authorization: `Bearer ${token}` } });
  expect(Object.keys(context).toSorted()).toEqual(Object.keys((await answerTo("GET/orders")).context).toSorted());
  expect(principalId).toBe("shop|user-1");
  expect(context["issuer"]).toBe("shop");
});

it("F11 has lists and objects for claims, which a REST API's context cannot carry", async () => {
  const { context } = await answerTo("GET/orders", mint({ claims: { groups: ["a", "b"], roles: ["c"], nested: { list: [1, { a: 2 }] } } }));
  expect(Object.values(context).every((value) => typeof value === "string")).toBe(true);
});

it("F12 profits from values that became text on the way", async () => {
  const principal = testPrincipal({ scopes: ["orders:read"], expiresAt: NOW + 600, groupsComplete: false });
  const text = Object.fromEntries(Object.entries(authorizerContext(principal, "rest")).map(([name, value]) => [name, String(value)]));
  const handler = guard(gateway, async (_event, { principal: read }) => read, { clock: CLOCK, log });
  const event = { httpMethod: "GET", resource: "/orders", requestContext: { authorizer: text } };
  expect(await handler(event)).toEqual(principal);
  for (const wrong of ['"expiresAt":"4102444800"', '"groupsComplete":"false"', '"scopes":"orders:read"']) {
    const name = wrong.split(":")[0] ?? "";
    const principalText = (text["principal"] ?? "").replace(new RegExp(`${name}:(\\[[^\\]]*\\]|[^,}]+)`), wrong);
    expect(principalText).toContain(wrong);
    expect(await handler({ ...event, requestContext: { authorizer: { ...text, principal: principalText } } })).toMatchObject({
      statusCode: 401,
    });
  }
});

it("F13 brings more groups than a context can hold: denied, never cut", async () => {
  // Two letters each: in the context every one of them costs two characters more than in the token.
  const many = Array.from({ length: 1_060 }, (_, index) => index.toString(36).padStart(2, "0"));
  const answer = await answerTo("GET/orders", mint({ claims: { groups: many } }));
  expect(answer.allows("GET/orders")).toBe(false);
  expect(answer.context).toMatchObject({ reason: "principal_too_large" });
  expect(answer.context["principal"]).toBeUndefined();
});

describe("F14 has a subject that a principal id cannot hold", () => {
  it.each(["x".repeat(1_000), "user\u00e9", "user with spaces", "\u{1f600}"])("%#", async (sub) => {
    const { principalId } = await answerTo("GET/orders", mint({ claims: { sub } }));
    expect(principalId).toMatch(/^shop\|sha256:[\w-]{43}$/);
  });
  it("and a usual one stays readable", async () => expect((await answerTo("GET/orders")).principalId).toBe("shop|canary-subject-0001"));
});

it("F15 chooses a usage plan by a claim: the answer never names a key", async () => {
  const { allows: _allows, ...answer } = await answerTo("GET/orders", mint({ claims: { usageIdentifierKey: "key", apiKey: "key" } }));
  expect(Object.keys(answer).toSorted()).toEqual(["context", "policyDocument", "principalId"]);
});

it("F16 sends a preflight, which carries no credential: no keys are fetched, and nobody is let in", async () => {
  // A deployed API answers OPTIONS by itself, without an authorizer: see test/package.
  await refused({ route: "OPTIONS /orders" }, "credential_missing");
  await refused({ token: reader, route: "OPTIONS /orders" }, "route_unknown", 1);
});

it("F17 goes on using a WebSocket after the token has expired", async () => {
  const context = authorizerContext(testPrincipal({ scopes: ["orders:read"], expiresAt: NOW + 60 }), "websocket");
  const message = (clock: () => number) =>
    guard(gateway, async () => ({ statusCode: 200 }), { clock, log })({
      requestContext: { connectionId: "c1", routeKey: "$connect", authorizer: context },
    });
  expect(await message(() => (NOW + 59) * 1_000)).toMatchObject({ statusCode: 200 });
  expect(await message(() => (NOW + 60) * 1_000)).toMatchObject({ statusCode: 401 });
});

it("F18 invokes a function directly with a context of its own making: IAM decides who may, and the fence still holds the rule", async () => {
  // Whoever may invoke the function could also change it; test/package checks that only this API may.
  expect(await business(contextOf({ expiresAt: NOW }))).toMatchObject({ statusCode: 401 });
  expect(await business(contextOf({ scopes: [] }))).toMatchObject({ statusCode: 403 });
  expect(await business({ lambda: { principal: { v: 1, id: "admin" } } })).toMatchObject({ statusCode: 401 });
});

it("F19 makes keys unavailable, or the issuer slow, so that a good token looks bad: that is a failure, not a 401", async () => {
  const servers = () => createServers({ "https://shop.example/keys": new Response("down", { status: 500 }) });
  await refused({ token: reader, servers }, "keys_unavailable", 1);
  const slow = httpAuthorizer(gateway, { clock: CLOCK, log, fetch: async () => new Promise<never>(() => {}) });
  // The runtime ends an authorizer after ten seconds; the deadline for keys is well below.
  await expect(
    slow({ version: "2.0", type: "REQUEST", routeKey: "GET /orders", headers: { authorization: `Bearer ${reader}` } }),
  ).rejects.toMatchObject({
    code: "keys_unavailable",
  });
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
  it("and reaches its function, which refuses", async () =>
    expect(await business({ lambda: {} }, "POST /orders")).toMatchObject({ statusCode: 401 }));
});

describe("F21 overrides the identity with a mapping template or a header mapping: no template has one", () => {
  it.each(TEMPLATES)("%s", (file) => {
    expect(readFileSync(file, "utf8")).not.toMatch(
      /requestTemplates|integration\.request|overwrite:header|append:header|requestParameters|\$util\.|#set\(/i,
    );
  });
});

it("F22 answers with something that is only nearly a boolean", async () => {
  const ask = (routeKey: string) =>
    httpAuthorizer(gateway, options())({ version: "2.0", type: "REQUEST", routeKey, headers: { authorization: `Bearer ${reader}` } });
  expect((await ask("GET /orders")).isAuthorized).toBe(true);
  expect((await ask("POST /orders")).isAuthorized).toBe(false);
  expect((await ask("GET /nowhere")).isAuthorized).toBe(false);
});
