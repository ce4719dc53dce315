import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineRoutes, guard, resolverGuard } from "../../src/guard/index.ts";
import { withoutCredentials } from "../../src/guard/guarded-event.ts";
import { encodeText } from "../../src/principal/codec.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import { spyOnStdout } from "../observe/stdout.ts";

const NOW = Date.now();
const principal = testPrincipal({ expiresAt: NOW / 1_000 + 600 });
const routes = defineRoutes({ "GET /me": "authenticated" });

const lines: Record<string, unknown>[] = [];
beforeEach(() => void spyOnStdout((line) => void lines.push(JSON.parse(line) as never)));
afterEach(() => {
  vi.restoreAllMocks();
  lines.length = 0;
});

const throwing = (reason: unknown) => async () => {
  throw reason;
};
const event = (authorizer: unknown) => ({ version: "2.0", routeKey: "GET /me", requestContext: { requestId: "r-1", authorizer } });

describe("a guard that is given no log", () => {
  it("writes a line on stdout: level, words, time and service", async () => {
    await guard(routes, async () => null, { stopwatch: () => 0 })(event(undefined));
    expect(lines).toEqual([
      {
        level: "WARN",
        message: "Request refused",
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
        service: "sallyport",
        correlation_id: "r-1",
        code: "principal_missing",
        route: "GET /me",
        durationMs: 0,
      },
    ]);
  });

  it.each([
    [new RangeError("secret"), "RangeError"],
    ["secret", "unknown"],
  ])("says of a handler that threw %s by what name, and the caller learns the request's id", async (reason, error) => {
    const answer = await guard(routes, throwing(reason))(event(authorizerContext(principal, "http")));
    expect(lines).toMatchObject([{ level: "ERROR", message: "Handler failed", service: "sallyport", correlation_id: "r-1", error }]);
    expect(answer).toMatchObject({ statusCode: 500 });
    expect(JSON.parse((answer as { body: string }).body)).toEqual({
      type: "about:blank",
      status: 500,
      title: "Internal Server Error",
      correlationId: "r-1",
    });
  });
});

describe("a resolver's guard that is given no log", () => {
  const resolve = (handler: () => Promise<unknown>, context: unknown = encodeText(principal)) =>
    resolverGuard("authenticated", handler)({ identity: { resolverContext: context } });

  it("writes refusals on stdout", async () => {
    await expect(resolve(async () => null, null)).rejects.toThrow(/^Unauthorized$/);
    expect(lines).toMatchObject([{ level: "WARN", code: "principal_missing", service: "sallyport" }]);
  });

  it.each([
    [new RangeError("secret"), "RangeError"],
    ["secret", "unknown"],
  ])("says of a handler that threw %s by what name, and the caller learns nothing", async (reason, error) => {
    await expect(resolve(throwing(reason))).rejects.toThrow(/^Internal error$/);
    expect(lines).toMatchObject([{ level: "ERROR", message: "Handler failed", service: "sallyport", error }]);
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  it("takes nothing out of an argument that is called like a credential's header", async () => {
    const given: unknown[] = [];
    const handler = resolverGuard("authenticated", async (seen) => void given.push(seen));
    const args = { headers: { authorization: "mine" }, cookies: ["oat"] };
    await handler({ identity: { resolverContext: encodeText(principal) }, arguments: args });
    expect(given).toEqual([{ arguments: args }]);
  });
});

it("a query keeps its empty parts, where nothing in it is a credential", () => {
  expect(withoutCredentials({ rawQueryString: "a=1&&b=2&" })).toEqual({ rawQueryString: "a=1&&b=2&" });
});
