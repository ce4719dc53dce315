import { beforeEach, describe, expect, it } from "vitest";
import { allOf, authenticatedWithin, live, resolverGuard, scope } from "../../src/guard/index.ts";
import { encodeText } from "../../src/principal/codec.ts";
import { testPrincipal } from "../../src/testing/index.ts";

const NOW = 1_795_420_700;
const principal = testPrincipal({
  scopes: ["orders:read"],
  expiresAt: NOW + 60,
  authentication: { at: NOW - 600, methods: [], context: null, federatedBy: null },
});

let logged: Readonly<Record<string, unknown>>[] = [];
beforeEach(() => void (logged = []));

const event = (resolverContext: unknown) => ({
  arguments: { id: "7" },
  identity: { resolverContext },
  request: { headers: { authorization: "Bearer secret", cookie: "secret", accept: "*/*" }, domainName: null },
  info: { fieldName: "order" },
});
const options = { clock: () => NOW * 1000, log: (entry: Readonly<Record<string, unknown>>) => void logged.push(entry) };
const seen = resolverGuard(scope("orders:read"), async (given, context) => ({ given, ...context }), options);

describe("a resolver behind the AppSync authorizer", () => {
  it("gets the principal, and an event without credentials and without the context", async () => {
    expect(await seen(event(encodeText(principal)))).toEqual({
      given: { arguments: { id: "7" }, request: { headers: { accept: "*/*" }, domainName: null }, info: { fieldName: "order" } },
      principal,
    });
  });

  it("gets a principal that cannot be changed", async () => {
    const { principal: passed } = (await seen(event(encodeText(principal)))) as { principal: typeof principal };
    expect([passed, passed.scopes, passed.claims].map(Object.isFrozen)).toEqual([true, true, true]);
  });

  it.each([
    ["no context", undefined, "principal_missing"],
    ["an empty context", {}, "principal_missing"],
    ["a context that is no principal", { principal: "{}" }, "principal_malformed"],
    ["an expired principal", encodeText({ ...principal, expiresAt: NOW }), "principal_expired"],
    ["a principal without the right", encodeText({ ...principal, scopes: [] }), "rule_denied"],
  ])("refuses %s", async (_, context, code) => {
    await expect(seen(event(context))).rejects.toThrow(/^Unauthorized$/);
    expect(logged).toEqual([expect.objectContaining({ code })]);
  });

  it.each([
    null,
    undefined,
    "x",
    {},
    { identity: null },
    { identity: { claims: { sub: "root" } } },
    { resolverContext: encodeText(principal) },
  ])("refuses an event that is not its own: %j", async (given) => {
    await expect(seen(given)).rejects.toThrow(/^Unauthorized$/);
  });

  it("asks a rule that is stricter than the authorizer's", async () => {
    const strict = resolverGuard(authenticatedWithin("5m"), async () => "reached", options);
    await expect(strict(event(encodeText(principal)))).rejects.toThrow("Unauthorized");
    expect(logged[0]).toMatchObject({ code: "step_up_required", issuer: "test" });
  });

  it.each([
    [{ liveAt: NOW - 5 }, true],
    [{ liveAt: `${NOW - 5}` }, true],
    [{ liveAt: NOW - 60 }, false],
    [{}, false],
  ])("where its rule wants a live check, %j is one: %s", async (marks, isLive) => {
    const strict = resolverGuard(allOf(scope("orders:read"), live()), async () => "reached", options);
    const answer = strict(event({ ...encodeText(principal), ...marks }));
    if (isLive) await expect(answer).resolves.toBe("reached");
    else await expect(answer).rejects.toThrow("Unauthorized");
    expect(logged.map(({ code }) => code)).toEqual(isLive ? [] : ["introspection_unavailable"]);
  });

  it("says in its lines which field was asked for and in which invocation, and how long it took", async () => {
    let elapsed = 0;
    const watched = { ...options, stopwatch: () => (elapsed += 1.25) };
    const invocation = { awsRequestId: "invocation-1" };
    const info = { parentTypeName: "Query", fieldName: "order" };
    const known = { service: "sallyport", correlation_id: "invocation-1", issuer: "test", route: "Query.order" };
    const failing = resolverGuard(scope("orders:read"), () => Promise.reject(new TypeError("secret")), watched);
    for (const scopes of [[], principal.scopes])
      await failing({ ...event(encodeText({ ...principal, scopes })), info }, invocation).catch(() => null);
    expect(logged).toEqual([
      { ...known, level: "WARN", message: "Request refused", code: "rule_denied", durationMs: 1.25 },
      {
        ...known,
        level: "ERROR",
        message: "Handler failed",
        code: "internal_error",
        durationMs: 2.5,
        error: "TypeError",
        stack: expect.any(Array) as unknown,
      },
    ]);
  });

  it.each([
    undefined,
    null,
    { parentTypeName: "Query" },
    { parentTypeName: "Query", fieldName: ["order"] },
    { parentTypeName: "Query", fieldName: "or der" },
    { parentTypeName: "Que\nry", fieldName: "order" },
    { parentTypeName: "Query", fieldName: "o".repeat(129) },
  ])("says nothing of a field that has no name: %j", async (info) => {
    await expect(seen({ ...event(null), info })).rejects.toThrow("Unauthorized");
    expect(logged[0]).not.toHaveProperty("route");
    expect(logged[0]).not.toHaveProperty("correlation_id");
  });

  it.each([
    ["an expired principal", { ...principal, expiresAt: NOW }],
    ["one without the right", { ...principal, scopes: [] }],
  ])("names the issuer of %s", async (_, given) => {
    await expect(seen(event(encodeText(given)))).rejects.toThrow("Unauthorized");
    expect(logged[0]).toMatchObject({ issuer: "test" });
  });

  it("a handler's failure tells the caller nothing", async () => {
    const failing = resolverGuard(scope("orders:read"), () => Promise.reject(new TypeError("secret")), options);
    await expect(failing(event(encodeText(principal)))).rejects.toThrow(/^Internal error$/);
    expect(JSON.stringify(logged)).toContain("TypeError");
    expect(JSON.stringify(logged)).not.toContain("secret");
  });

  it("asks for revocations where there are some", async () => {
    const revoked = {
      open: () => ({
        check: async () => {
          throw new Error("store down");
        },
      }),
    };
    const guarded = resolverGuard(scope("orders:read"), async () => "reached", { ...options, revocations: revoked as never });
    await expect(guarded(event(encodeText(principal)))).rejects.toThrow("Unauthorized");
    expect(logged[0]).toMatchObject({ code: "internal_error" });
  });

  it("does not start with a rule that is none", () => {
    expect(() => resolverGuard({ kind: "scope", name: "" }, async () => null)).toThrow(/rule/);
    expect(() => resolverGuard({ kind: "nothing" } as never, async () => null)).toThrow(/rule/);
  });
});
