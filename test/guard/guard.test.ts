import middy from "@middy/core";
import { describe, expect, it } from "vitest";
import { defineRoutes, guard, identity, type ProblemResult } from "../../src/guard/index.ts";
import { multiFactor, scope } from "../../src/rules/rule.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";

const NOW = 1_795_176_000_000;
const options = { clock: () => NOW, log: () => {} };
const routes = defineRoutes({
  "GET /me": "authenticated",
  "GET /orders/{id}": scope("orders:read"),
  "POST /transfer": multiFactor({ within: "15m" }),
  $default: "authenticated",
  sendMessage: scope("orders:read"),
});
const reader = testPrincipal({ scopes: ["orders:read"], expiresAt: NOW / 1_000 + 60 });

const events = {
  http: (authorizer: unknown, routeKey = "GET /orders/{id}") => ({
    version: "2.0",
    routeKey,
    headers: { authorization: "Bearer secret.token.here", "x-user": "admin", accept: "*/*" },
    cookies: ["session=secret"],
    identitySource: ["Bearer secret.token.here"],
    requestContext: { http: { method: "GET" }, authorizer },
  }),
  rest: (authorizer: unknown, routeKey = "GET /orders/{id}") => ({
    httpMethod: routeKey.split(" ")[0],
    resource: routeKey.split(" ")[1],
    headers: { Authorization: "Bearer secret.token.here", "X-User": "admin", Accept: "*/*" },
    multiValueHeaders: { Authorization: ["Bearer secret.token.here"], Accept: ["*/*"] },
    requestContext: { authorizer },
  }),
  websocket: (authorizer: unknown, routeKey = "sendMessage") => ({
    requestContext: { connectionId: "c", routeKey, authorizer },
    body: "{}",
  }),
};

const seen = guard(routes, async (event, { principal }) => ({ event, principal }), options);
const refusedWith = async (event: unknown) => (await seen(event)) as ProblemResult;

describe.each(["http", "rest", "websocket"] as const)("on a %s API", (api) => {
  it("the handler gets a principal that cannot be changed", async () => {
    const { principal } = (await seen(events[api](authorizerContext(reader, api)))) as { principal: typeof reader };
    expect([principal, principal.scopes, principal.claims].map(Object.isFrozen)).toEqual([true, true, true]);
  });

  it("the handler gets the principal and an event without credentials or authorizer context", async () => {
    const result = (await seen(events[api](authorizerContext(reader, api)))) as { event: object; principal: unknown };
    expect(result.principal).toEqual(reader);
    expect(JSON.stringify(result.event)).not.toMatch(/secret|authorizer/);
  });

  it.each([
    undefined,
    null,
    {},
    { lambda: null },
    { lambda: {} },
    { claims: { sub: "admin" } },
    { jwt: { claims: { sub: "admin" } } },
    { principal: "admin" },
    { lambda: { principal: "admin" } },
  ])("an authorizer context of %j is a 401 with a challenge", async (authorizer) => {
    const result = await refusedWith(events[api](authorizer));
    expect(result).toMatchObject({
      statusCode: 401,
      headers: { "content-type": "application/problem+json", "www-authenticate": 'Bearer error="invalid_token"' },
    });
  });

  it("an expired principal is a 401, also at the very second", async () => {
    for (const expiresAt of [NOW / 1_000, NOW / 1_000 - 1]) {
      expect(await refusedWith(events[api](authorizerContext({ ...reader, expiresAt }, api)))).toMatchObject({ statusCode: 401 });
    }
  });

  it("a rule that does not hold is a 403 that does not say why", async () => {
    const result = await refusedWith(events[api](authorizerContext({ ...reader, scopes: ["orders:reader"] }, api)));
    expect(result).toMatchObject({ statusCode: 403, headers: { "www-authenticate": 'Bearer error="insufficient_scope"' } });
    expect(JSON.parse(result.body)).toEqual({ type: "about:blank", status: 403, title: "Forbidden" });
  });

  it("a route that is not in the table is a 403", async () => {
    expect(await refusedWith(events[api](authorizerContext(reader, api), "GET /elsewhere"))).toMatchObject({ statusCode: 403 });
  });
});

it("a step-up is a 401 that says how recent the sign-in must be", async () => {
  const result = await refusedWith(events.http(authorizerContext(reader, "http"), "POST /transfer"));
  expect(result).toMatchObject({
    statusCode: 401,
    headers: { "www-authenticate": 'Bearer error="insufficient_user_authentication", max_age="900"' },
  });
});

it("a token in the query does not reach the handler, in any form of the query", async () => {
  const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
  const query = {
    queryStringParameters: { t: token, page: "2" },
    multiValueQueryStringParameters: { t: [token], page: ["2"] },
    rawQueryString: `t=${token}&page=2`,
  };
  const result = (await seen({ ...events.http(authorizerContext(reader, "http")), ...query })) as { event: object };
  expect(JSON.stringify(result.event)).not.toContain(token);
  expect(result.event).toMatchObject({
    queryStringParameters: { page: "2" },
    multiValueQueryStringParameters: { page: ["2"] },
    rawQueryString: "page=2",
  });
});

it("a name or a token that is percent-encoded in the query is still one", async () => {
  const jws = "eyJhbGciOiJSUzI1NiJ9%2EeyJzdWIiOiJhIn0%2Ec2lnbmF0dXJl";
  const rawQueryString = `access%5Ftoken=hidden-1&%61ccess_token=hidden-2&t=${jws}&q=a%2Bb&bad=%E0%A4%A&page=2`;
  const result = (await seen({ ...events.http(authorizerContext(reader, "http")), rawQueryString })) as { event: object };
  expect(result.event).toMatchObject({ rawQueryString: "q=a%2Bb&bad=%E0%A4%A&page=2" });
});

describe("a WebSocket's handshake", () => {
  const table = defineRoutes({ $connect: "authenticated", send: "authenticated" });
  const event = (routeKey: string) => ({
    queryStringParameters: { token: "opaque-secret", room: "7" },
    multiValueQueryStringParameters: { token: ["opaque-secret"], room: ["7"] },
    requestContext: { connectionId: "c", routeKey, authorizer: authorizerContext(reader, "websocket") },
  });
  const given = async (options: object, routeKey = "$connect") =>
    (await guard(table, async (one) => one, { clock: () => NOW, log: () => {}, ...options })(event(routeKey))) as object;

  it("keeps its query to itself: one of the parameters may be an opaque token", async () => {
    expect(await given({})).toEqual(expect.objectContaining({ queryStringParameters: {}, multiValueQueryStringParameters: {} }));
  });

  it("hands on what was named as harmless, and nothing else", async () => {
    const kept = { queryStringParameters: { room: "7" }, multiValueQueryStringParameters: { room: ["7"] } };
    expect(await given({ connectQuery: ["room"] })).toMatchObject(kept);
    expect(JSON.stringify(await given({ connectQuery: ["room"] }))).not.toContain("opaque-secret");
  });
});

it("identity headers of the client are never read", async () => {
  const event = { ...events.http(undefined), headers: { "x-principal": JSON.stringify(authorizerContext(reader, "http")) } };
  expect(await refusedWith(event)).toMatchObject({ statusCode: 401 });
});

it.each([undefined, null, "text", 1, []])("an event that is %j is a 401, not a TypeError", async (event) => {
  expect(await refusedWith(event)).toMatchObject({ statusCode: 401 });
});

it("what a handler throws becomes a 500 that repeats none of it", async () => {
  const lines: object[] = [];
  const failing = guard(routes, () => Promise.reject(new Error("secret detail")), { ...options, log: (entry) => void lines.push(entry) });
  const result = await failing(events.http(authorizerContext(reader, "http")));
  expect(result).toMatchObject({ statusCode: 500 });
  expect(JSON.stringify([result, lines])).not.toContain("secret");
  expect(lines).toHaveLength(1);
});

it("the log line and the answer of a refusal, and of a failing handler, carry the request's id; one that is none is left out", async () => {
  const lines: object[] = [];
  const watched = { ...options, log: (line: object) => void lines.push(line), stopwatch: () => 0 };
  const failing = guard(routes, () => Promise.reject(new TypeError("secret")), watched);
  const eventOf = (requestId: string, authorizer: unknown) => {
    const event = events.http(authorizer);
    return { ...event, requestContext: { ...event.requestContext, requestId } };
  };
  const answers = [];
  for (const authorizer of [undefined, authorizerContext(reader, "http")])
    for (const id of ["JKJaXmPLvHcESHA=", "a b"]) answers.push(await failing(eventOf(id, authorizer)));
  const common = { service: "sallyport", route: "GET /orders/{id}", durationMs: 0 };
  const refused = { ...common, level: "WARN", message: "Request refused", code: "principal_missing" };
  const thrown = { error: "TypeError", stack: expect.any(Array) as unknown };
  const failed = { ...common, level: "ERROR", message: "Handler failed", code: "internal_error", issuer: "test", ...thrown };
  const known = { correlation_id: "JKJaXmPLvHcESHA=" };
  expect(lines).toEqual([{ ...refused, ...known }, refused, { ...failed, ...known }, failed]);
  const ids = answers.map(({ body }) => (JSON.parse(body) as { correlationId?: string }).correlationId);
  expect(ids).toEqual(["JKJaXmPLvHcESHA=", undefined, "JKJaXmPLvHcESHA=", undefined]);
});

it("a failure that the authorizer left to the guard is logged as one", async () => {
  const lines: object[] = [];
  const logging = guard(routes, async () => null, { ...options, log: (line) => void lines.push(line) });
  expect(await logging(events.http({ lambda: { reason: "keys_unavailable" } }))).toMatchObject({ statusCode: 503 });
  expect(lines).toMatchObject([{ level: "ERROR", message: "Request failed", code: "keys_unavailable" }]);
});

describe("the middy middleware", () => {
  const handler = middy(async (event: unknown, context: object) => ({ event, context })).use(identity(routes, options));
  const invoke = handler as unknown as (event: unknown, context: object) => Promise<Record<string, unknown>>;

  it("puts the principal on the context and takes the credentials away", async () => {
    const result = await invoke(events.http(authorizerContext(reader, "http")), {});
    expect(result["context"]).toMatchObject({ principal: reader });
    expect(JSON.stringify(result["event"])).not.toMatch(/secret|authorizer/);
  });

  it("answers early without a principal, with a line for the log", async () => {
    const lines: object[] = [];
    const logging = middy(async () => null).use(identity(routes, { ...options, log: (line) => void lines.push(line) }));
    expect(await (logging as unknown as typeof invoke)(events.http(undefined), {})).toMatchObject({ statusCode: 401 });
    expect(lines).toMatchObject([{ level: "WARN", code: "principal_missing", route: "GET /orders/{id}" }]);
  });
});
