import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { guard } from "../../src/guard/index.ts";
import {
  assurance,
  type Denials,
  defineRoutes,
  type Gateway,
  httpAuthorizer,
  type LogEntry,
  SallyportError,
  scope,
} from "../../src/index.ts";
import type { Revocations } from "../../src/sessions/revocations.ts";
import { authorizerContext, testPrincipal, type TestTokens } from "../../src/testing/index.ts";
import { testClock } from "../gateway/fixtures.ts";
import { createTestGateway } from "../gateway/gateway.ts";
import type { Lambda } from "../gateway/types.ts";
import { gatewayWith, createIssuer, ISSUED_AT } from "./kit.ts";

const READ = scope("orders:read");
const [BY_TOKEN, BY_ROUTE] = ["$request.header.Authorization", "$context.routeKey"] as const;

let issuer: TestTokens;
beforeAll(async () => {
  issuer = await createIssuer();
});

async function bearer(claims: object = {}): Promise<readonly [readonly [string, string]]> {
  const now = ISSUED_AT / 1_000;
  const all = { sub: "user-1", aud: "https://api.orders.example", client_id: "web", scope: "orders:read", iat: now, exp: now + 600 };
  return [["Authorization", `Bearer ${await issuer.sign("shop", { claims: { ...all, ...claims } })}`]];
}

interface Settings {
  readonly sources?: readonly string[];
  readonly jwks?: TestTokens["jwks"];
  readonly denials?: Denials;
  readonly revocations?: Revocations;
}

/** `GET /orders` for readers and `POST /orders` for writers, behind an authorizer that leaves refusals to the guard. */
function deploy({ sources = [BY_TOKEN, BY_ROUTE], jwks = issuer.jwks, denials = "guard", revocations }: Settings = {}) {
  const clock = testClock(ISSUED_AT);
  const gateway = {
    ...gatewayWith(READ),
    ...(revocations && { revocations: { open: () => revocations } as unknown as NonNullable<Gateway["revocations"]> }),
    ...defineRoutes({ "GET /orders": READ, "POST /orders": scope("orders:write"), "GET /bare": READ }),
  };
  const bare: unknown[] = [];
  const entries: LogEntry[] = [];
  const authorizer = httpAuthorizer(gateway, { clock, jwks, denials, log: (entry) => void entries.push(entry) });
  const guarded = guard(gateway, async () => ({ statusCode: 200, body: "in" }), { clock, log: () => {} }) as Lambda;
  const unguarded: Lambda = (event: { requestContext: { authorizer?: unknown } }) => {
    bare.push(event.requestContext.authorizer);
    return { statusCode: 200, body: "in" };
  };
  const api = createTestGateway({
    api: "http",
    stage: "$default",
    routes: ["GET /orders", "POST /orders", "GET /bare"].map((key) => ({
      key,
      function: key === "GET /bare" ? unguarded : guarded,
      authorizer: "main",
    })),
    authorizers: {
      main: {
        type: "REQUEST",
        payload: "2.0",
        simple: true,
        identitySources: sources,
        ttl: denials === "guard" ? 300 : 0,
        handler: authorizer,
      },
    },
    clock,
  });
  const ask = async (method: string, headers: Awaited<ReturnType<typeof bearer>>, path = "/orders") =>
    (await api.request({ method, path, headers })).status;
  return { api, ask, bare, clock, entries, calls: () => api.invocations.filter(({ kind }) => kind === "authorizer").length };
}

describe("an authorizer that leaves refusals to the guard", () => {
  it("gives a function without a guard no principal, and nothing of the token", async () => {
    const { ask, bare } = deploy();
    await ask("GET", await bearer({ scope: "other" }), "/bare");
    expect(bare).toEqual([{ lambda: { reason: "rule_denied" } }]);
  });

  it("does not let a cached refusal in, where the cache is keyed wrongly too", async () => {
    const { ask, calls } = deploy({ sources: [BY_TOKEN] });
    const headers = await bearer();
    expect(await ask("POST", headers)).toBe(403);
    expect(await ask("GET", headers)).toBe(403);
    expect(calls()).toBe(1);
  });

  it("does not let a cached permission through on a stricter route", async () => {
    const { ask, calls } = deploy({ sources: [BY_TOKEN] });
    const headers = await bearer();
    expect(await ask("GET", headers)).toBe(200);
    expect(await ask("POST", headers)).toBe(403);
    expect(calls()).toBe(1);
  });

  it("keeps refusals of one token from another, and those of one route from the next", async () => {
    const { ask } = deploy();
    const [reader, writer] = [await bearer(), await bearer({ scope: "orders:write" })];
    for (let round = 0; round < 2; round++) {
      expect(await ask("GET", reader)).toBe(200);
      expect(await ask("POST", reader)).toBe(403);
      expect(await ask("POST", writer)).toBe(200);
      expect(await ask("GET", writer)).toBe(403);
    }
  });

  it("caches lasting refusals", async () => {
    const { ask, calls } = deploy();
    const expired = await bearer({ exp: ISSUED_AT / 1_000 - 600, iat: ISSUED_AT / 1_000 - 1_200 });
    expect([await ask("GET", expired), await ask("GET", expired)]).toEqual([401, 401]);
    expect(calls()).toBe(1);
  });

  it("caches no failure: keys that return serve the next request", async () => {
    const jwks: Record<string, (typeof issuer.jwks)[string]> = {};
    const { ask } = deploy({ jwks });
    const headers = await bearer();
    expect(await ask("GET", headers)).toBe(500);
    Object.assign(jwks, issuer.jwks);
    expect(await ask("GET", headers)).toBe(200);
  });

  it("caches no refusal of a request that is kept for the same token elsewhere: the query is no part of the key", async () => {
    const { ask, api } = deploy();
    const headers = await bearer();
    expect((await api.request({ method: "GET", path: "/orders?access_token=x", headers })).status).toBe(401);
    expect(await ask("GET", headers)).toBe(200);
  });

  it("caches no refusal that time can mend", async () => {
    const { ask, clock } = deploy();
    const early = await bearer({ nbf: ISSUED_AT / 1_000 + 90 });
    expect(await ask("GET", early)).toBe(401);
    clock.advance(60);
    expect(await ask("GET", early)).toBe(200);
  });

  it.each(["revoked", "token_inactive"] as const)("caches no refusal that can be undone: %s", async (code) => {
    let isUndone = false;
    const check = async () => {
      if (!isUndone) throw new SallyportError(code);
    };
    const { ask } = deploy({ revocations: { check } });
    const headers = await bearer();
    expect(await ask("GET", headers)).toBe(401);
    isUndone = true;
    expect(await ask("GET", headers)).toBe(200);
  });

  it("without a cache leaves failures to the guard too", async () => {
    const { ask } = deploy({ jwks: {}, denials: "guard-uncached", sources: [] });
    expect(await ask("GET", await bearer())).toBe(503);
  });

  it("still writes down every refusal that it is asked for, with issuer and route", async () => {
    const { ask, entries } = deploy();
    await ask("POST", await bearer());
    expect(entries).toMatchObject([{ level: "WARN", code: "rule_denied", issuer: "shop", route: "POST /orders" }]);
  });
});

describe("the guard, about what comes in the place of a principal", () => {
  const routes = defineRoutes({ "GET /orders": READ });
  const served: unknown[] = [];
  beforeEach(() => void served.splice(0));
  const options = { clock: () => ISSUED_AT, log: () => {} };
  const handler = guard(
    routes,
    async () => {
      served.push(1);
      return { statusCode: 200, headers: {}, body: "" };
    },
    options,
  );
  const ask = (lambda: unknown) =>
    handler({ version: "2.0", routeKey: "GET /orders", requestContext: { requestId: "r-1", authorizer: { lambda } } });

  it.each([
    ["rule_denied", 403],
    ["token_expired", 401],
    ["keys_unavailable", 503],
    ["internal_error", 500],
    ["allowed", 401],
    ["__proto__", 401],
    ["constructor", 401],
    ["", 401],
    [0, 401],
    [null, 401],
    [{ reason: "rule_denied" }, 401],
    [["rule_denied"], 401],
  ])("the reason %j is a %i, never a way in", async (reason, status) => {
    expect(await ask({ reason, isAuthorized: true, allow: true })).toMatchObject({ statusCode: status });
    expect(served).toEqual([]);
  });

  it("says what a stronger sign-in would have to be, and repeats nothing that does not belong there", async () => {
    expect(await ask({ reason: "step_up_required", maxAge: 900, acr: "urn:example:gold" })).toMatchObject({
      headers: { "www-authenticate": 'Bearer error="insufficient_user_authentication", acr_values="urn:example:gold", max_age="900"' },
    });
    const odd = await ask({ reason: "step_up_required", maxAge: "900\r\nx: y", acr: 'a"\r\nSet-Cookie: x=y' });
    expect(odd).toMatchObject({
      headers: { "www-authenticate": 'Bearer error="insufficient_user_authentication", acr_values="aSet-Cookie:x=y"' },
    });
  });

  it("names the request in the answer", async () => {
    expect(JSON.parse(((await ask({ reason: "rule_denied" })) as { body: string }).body)).toEqual({
      type: "about:blank",
      status: 403,
      title: "Forbidden",
      correlationId: "r-1",
    });
  });

  it("judges a principal by itself, whatever reason stands beside it: the answer may have been given for another route", async () => {
    const { lambda } = authorizerContext(testPrincipal({ scopes: ["orders:read"] }), "http");
    expect(await ask({ ...(lambda as object), reason: "rule_denied" })).toMatchObject({ statusCode: 200 });
    const { lambda: other } = authorizerContext(testPrincipal({ scopes: [] }), "http");
    expect(await ask({ ...(other as object), reason: "allowed" })).toMatchObject({ statusCode: 403 });
  });

  it("a rule's own name for an assurance stays one value in the challenge", async () => {
    const strict = defineRoutes({ "GET /orders": assurance("gold") });
    const answer = await guard(
      strict,
      async () => null,
      options,
    )({
      version: "2.0",
      routeKey: "GET /orders",
      requestContext: { authorizer: authorizerContext(testPrincipal(), "http") },
    });
    expect(answer).toMatchObject({ headers: { "www-authenticate": 'Bearer error="insufficient_user_authentication", acr_values="gold"' } });
  });
});
