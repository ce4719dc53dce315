import middy from "@middy/core";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guard, identity, type ProblemResult } from "../../src/guard/index.ts";
import {
  ConfigurationError,
  createVerifier,
  defineGateway,
  type Gateway,
  httpAuthorizer,
  oidc,
  restRequestAuthorizer,
  verifyingGuard,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { revocationTable, type RevocationTableOptions } from "../../src/sessions/revocation-table.ts";
import { createRevoker } from "../../src/sessions/revoker.ts";
import { httpAuthorizerEvent, httpProxyEvent } from "../events/http-api.ts";
import { restProxyEvent, restRequestEvent } from "../events/rest.ts";
import { incoming } from "../events/incoming.ts";
import { AUDIENCE, createSample, gateway as plain, type Sample } from "../authorize/sample.ts";
import { makeClock, NOW_SECONDS, startTable, TABLE, watched } from "./kit.ts";

const CAUSE = { by: "operator", why: "test" };

let database: Awaited<ReturnType<typeof startTable>>;
let sample: Sample;
beforeAll(async () => {
  database = await startTable();
  sample = await createSample();
});
afterAll(async () => database.stop());

interface Entry {
  readonly level: string;
  readonly message: string;
  readonly code?: string | null;
}

function make(options: Partial<RevocationTableOptions> = {}) {
  const clock = makeClock();
  const client = watched(database.client);
  const revocations = revocationTable({ table: TABLE, onUnavailable: "deny", client, ...options });
  const gateway: Gateway = Object.freeze({ ...plain, revocations });
  const entries: Entry[] = [];
  const log = (entry: object) => void entries.push(entry as Entry);
  const common = { jwks: sample.jwks, clock, log };
  const guarded = guard(plain, async (_event, { principal }) => principal, { revocations, clock, log });
  const revoke = createRevoker(revocations, { clock, audit: () => {} }).revoke;
  return { clock, client, gateway, revocations, entries, common, guarded, revoke };
}

/** A token of a session of its own, and its ids. */
async function session() {
  const ids = { sub: randomUUID(), sid: randomUUID(), jti: randomUUID() };
  return { ...ids, token: await sample.good("shop", { claims: { ...ids, iat: NOW_SECONDS - 60 } }) };
}

const request = (token: string, path = "/me") =>
  incoming({ path, headers: [["Authorization", `Bearer ${token}`]], now: NOW_SECONDS * 1_000 });

/** Each kind of API: what its authorizer says, and the request that then reaches the function. */
const APIS = {
  http: (world: ReturnType<typeof make>) => {
    const authorizer = httpAuthorizer(world.gateway, world.common);
    return {
      ask: async (token: string) => authorizer(httpAuthorizerEvent(request(token))),
      reach: (token: string, answer: unknown) => httpProxyEvent(request(token), (answer as { context: Record<string, unknown> }).context),
    };
  },
  rest: (world: ReturnType<typeof make>) => {
    const authorizer = restRequestAuthorizer(world.gateway, world.common);
    return {
      ask: async (token: string) => authorizer(restRequestEvent(request(token))),
      reach: (token: string, answer: unknown) => restProxyEvent(request(token), asText((answer as { context: object }).context)),
    };
  },
  websocket: (world: ReturnType<typeof make>) => {
    const authorizer = webSocketAuthorizer(world.gateway, world.common);
    const arn = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/$connect";
    return {
      ask: async (token: string) => authorizer({ type: "REQUEST", methodArn: arn, headers: { Authorization: `Bearer ${token}` } }),
      reach: (_token: string, answer: unknown) => ({
        requestContext: { connectionId: "c", routeKey: "$connect", authorizer: asText((answer as { context: object }).context) },
      }),
    };
  },
} as const;

/** REST and WebSocket APIs hand every value on as text. */
const asText = (context: object) => Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));

describe.each(["http", "rest", "websocket"] as const)("a revoked token on a %s API", (kind) => {
  it("is a 401 through a fresh authorizer at once, and through a warm one when the remembered moment is over", async () => {
    const world = make();
    const { token, sid } = await session();
    const warm = APIS[kind](world);
    await warm.ask(token);
    await world.revoke({ issuer: "shop", kind: "session", value: sid }, CAUSE);
    await expect(APIS[kind](world).ask(token)).rejects.toThrow(/^Unauthorized$/);
    expect(world.entries.at(-1)).toMatchObject({ level: "WARN", code: "revoked", issuer: "shop" });
    await expect(warm.ask(token)).resolves.toBeDefined();
    world.clock.forward(5_000);
    await expect(warm.ask(token)).rejects.toThrow(/^Unauthorized$/);
  });

  it.each([
    ["session", "sid"],
    ["token", "jti"],
    ["subject", "sub"],
  ] as const)("is a 401 at the guard behind an answer that was cached before, revoked by %s", async (by, id) => {
    const world = make({ remember: "0s" });
    const ids = await session();
    const api = APIS[kind](world);
    const cached = await api.ask(ids.token);
    expect(await world.guarded(api.reach(ids.token, cached))).toMatchObject({ subject: ids.sub });
    await world.revoke({ issuer: "shop", kind: by, value: ids[id] }, CAUSE);
    const refused = (await world.guarded(api.reach(ids.token, cached))) as ProblemResult;
    expect(refused).toMatchObject({ statusCode: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } });
    expect(refused.body).not.toContain("revoked");
    expect(world.entries.at(-1)).toMatchObject({ level: "WARN", code: "revoked", issuer: "shop" });
  });

  it("with the table down: a failure where configured to deny, and let through with a line where configured to allow", async () => {
    const { token } = await session();
    const denying = make();
    const cached = await APIS[kind](denying).ask(token);
    denying.client.down = true;
    denying.clock.forward(5_000);
    await expect(APIS[kind](denying).ask(token)).rejects.toMatchObject({ code: "revocations_unavailable" });
    expect(await denying.guarded(APIS[kind](denying).reach(token, cached))).toMatchObject({ statusCode: 503 });
    expect(denying.entries.slice(-2)).toMatchObject([
      { level: "ERROR", code: "revocations_unavailable" },
      { level: "ERROR", code: "revocations_unavailable" },
    ]);
    const allowing = make({ onUnavailable: "allow" });
    allowing.client.down = true;
    const answer = await APIS[kind](allowing).ask(token);
    expect(await allowing.guarded(APIS[kind](allowing).reach(token, answer))).toHaveProperty("subject");
    expect(allowing.entries).toMatchObject([
      { level: "ERROR", message: "Request allowed", code: "revocations_unavailable" },
      { level: "ERROR", message: "Request allowed", code: "revocations_unavailable" },
    ]);
  });

  it("without revocations in the configuration nothing more crosses the wall", async () => {
    const world = make();
    const { token } = await session();
    const bare = { ...world, gateway: plain };
    const answer = (await APIS[kind](bare).ask(token)) as { context: object };
    expect(Object.keys(answer.context)).not.toContain("tokenId");
    expect(Object.keys(answer.context)).not.toContain("issuedAt");
    expect(world.client.sent).toEqual([]);
  });
});

it("a table that is down is counted, by what became of the request", async () => {
  const { token } = await session();
  for (const onUnavailable of ["deny", "allow"] as const) {
    const world = make({ onUnavailable });
    const counted: string[] = [];
    const metrics = { count: (name: string) => void counted.push(name), duration: () => {}, flush: () => {} };
    world.client.down = true;
    const authorizer = httpAuthorizer(world.gateway, { ...world.common, metrics });
    await authorizer(httpAuthorizerEvent(request(token))).catch(() => {});
    expect(counted).toContain(`revocationsUnavailable.${onUnavailable}`);
  }
});

describe("the other ways in", () => {
  it("a verifier and a verifying guard refuse it", async () => {
    const world = make({ remember: "0s" });
    const { token, sid } = await session();
    const verifier = createVerifier(world.gateway, world.common);
    const direct = verifyingGuard(world.gateway, async () => "in", world.common);
    const event = {
      version: "2.0",
      rawPath: "/me",
      headers: { authorization: `Bearer ${token}` },
      requestContext: { stage: "$default", http: { method: "GET" } },
    };
    expect([await verifier.verify(token).then(() => "in"), await direct(event)]).toEqual(["in", "in"]);
    await world.revoke({ issuer: "shop", kind: "session", value: sid }, CAUSE);
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: "revoked" });
    expect(await direct(event)).toMatchObject({ statusCode: 401 });
  });

  it("the middleware refuses it", async () => {
    const world = make({ remember: "0s" });
    const { token, sid } = await session();
    const api = APIS.http(world);
    const event = api.reach(token, await api.ask(token));
    const handler = middy()
      .use(identity(plain, { clock: world.clock, revocations: world.revocations }))
      .handler(async () => "in");
    const call = async () => (handler as unknown as (event: unknown, context: object) => Promise<unknown>)(structuredClone(event), {});
    expect(await call()).toBe("in");
    await world.revoke({ issuer: "shop", kind: "session", value: sid }, CAUSE);
    expect(await call()).toMatchObject({ statusCode: 401 });
  });

  it("a context whose marks were tampered with is refused", async () => {
    const world = make();
    const { token } = await session();
    const api = APIS.rest(world);
    const event = api.reach(token, await api.ask(token)) as { requestContext: { authorizer: object } };
    for (const marks of [{ issuedAt: "soon" }, { issuedAt: "-1" }, { tokenId: "" }]) {
      const authorizer = { ...event.requestContext.authorizer, ...marks };
      expect(await world.guarded({ ...event, requestContext: { ...event.requestContext, authorizer } })).toMatchObject({ statusCode: 401 });
    }
  });

  it("a token id of unreasonable length is refused, not cut", async () => {
    const world = make();
    const token = await sample.good("shop", { claims: { jti: "j".repeat(200) } });
    const answer = await httpAuthorizer(world.gateway, world.common)(httpAuthorizerEvent(request(token)));
    expect(answer).toMatchObject({ isAuthorized: false, context: { reason: "principal_too_large" } });
  });
});

describe("the configuration", () => {
  const issuers = (maxLifetime?: string | null) => ({
    shop: oidc({ issuer: "https://shop.example", audience: AUDIENCE, ...(maxLifetime !== undefined && { maxLifetime }) }),
  });
  const define = (revocations: unknown, maxLifetime?: string | null) => () =>
    defineGateway({ issuers: issuers(maxLifetime), routes: {}, revocations: revocations as null });

  it.each([
    [revocationTable({ table: "", onUnavailable: "deny" }), undefined, "revocations.table"],
    [revocationTable({ table: TABLE, onUnavailable: "deny", keep: "1d" }), undefined, "revocations.keep"],
    [revocationTable({ table: TABLE, onUnavailable: "deny", keep: "1d" }), "24h", "revocations.keep"],
    [revocationTable({ table: TABLE, onUnavailable: "deny" }), null, "revocations.keep"],
    [{ table: TABLE }, undefined, "revocations: "],
    ["table", undefined, "revocations: "],
  ])("case %#: refuses to start, and names the path", (revocations, maxLifetime, path) => {
    expect(define(revocations, maxLifetime)).toThrow(ConfigurationError);
    expect(define(revocations, maxLifetime)).toThrow(path);
  });

  it("a revocation may go when every token it concerns has gone", () => {
    expect(define(revocationTable({ table: TABLE, onUnavailable: "deny", keep: "25h" }), "24h")).not.toThrow();
    expect(define(null, null)().revocations).toBeUndefined();
  });

  it("a guard refuses to start with a wrong one", () => {
    const options = { revocations: revocationTable({ table: TABLE } as RevocationTableOptions) };
    expect(() => guard(plain, async () => "in", options)).toThrow("revocations.onUnavailable");
  });
});
