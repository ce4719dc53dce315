import { describe, expect, it } from "vitest";
import { defineRoutes } from "../../src/guard/index.ts";
import { sessionGuard } from "../../src/guard/session-guard.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";

const NOW = 1_795_176_000_000;
const routes = defineRoutes({ "POST /out": "authenticated" });
const authorizer = authorizerContext(testPrincipal({ expiresAt: NOW / 1_000 + 60 }), "rest");

/** The token that a function which ends sessions is handed. */
async function tokenOf(event: object): Promise<unknown> {
  const guarded = sessionGuard(routes, async (_event, { accessToken }) => accessToken, { clock: () => NOW, log: () => {} });
  return guarded({ httpMethod: "POST", resource: "/out", requestContext: { authorizer }, ...event });
}

describe("the caller's token", () => {
  it.each([
    { headers: { authorization: "Bearer a.b.c" } },
    { headers: { accept: "*/*", AUTHORIZATION: "bearer a.b.c", "x-other": "Bearer d" } },
    { headers: null, multiValueHeaders: { Accept: ["*/*", "x"], Authorization: ["Bearer a.b.c"] } },
    { headers: { Authorization: "Bearer a.b.c" }, multiValueHeaders: { Authorization: ["Bearer a.b.c"] } },
  ])("is in %j", async (event) => expect(await tokenOf(event)).toBe("a.b.c"));

  it.each([
    {},
    { headers: { accept: "Bearer a.b.c" } },
    { headers: { authorization: 7 } },
    { headers: { authorization: "x Bearer a.b.c" } },
    { headers: { authorization: "Bearer a.b.c d" } },
    { headers: { authorization: "Bearer  a" } },
    { headers: { authorization: "Bearer a", Authorization: "Bearer a" } },
    { multiValueHeaders: { Authorization: ["Bearer a", "Bearer a"] } },
    { headers: { authorization: "Bearer a" }, multiValueHeaders: { Authorization: ["Bearer b"] } },
  ])("is not in %j", async (event) => expect(await tokenOf(event)).toBeNull());
});
