import { beforeAll, describe, expect, it, vi } from "vitest";
import { type ApiType, createAuthorizer } from "../../src/gateway/authorizer.ts";
import { httpAuthorizer, type LogEntry, type Metrics, restTokenAuthorizer, scope, verifyingGuard } from "../../src/index.ts";
import type { RouteTable } from "../../src/rules/route-table.ts";
import type { TestTokens } from "../../src/testing/index.ts";
import { problemsIn } from "../config/problems.ts";
import { createIssuer, gatewayWith, ISSUED_AT } from "../denials/kit.ts";
import { spyOnStdout } from "./stdout.ts";

const gateway = gatewayWith(scope("orders:read"));
const MINUTE = 60_000;
let issuer: TestTokens;
beforeAll(async () => {
  issuer = await createIssuer();
});

async function token(claims: object = {}): Promise<string> {
  const now = ISSUED_AT / 1_000;
  const all = { sub: "user-1", aud: "https://api.orders.example", client_id: "web", scope: "orders:read", iat: now, exp: now + 86_400 };
  return `Bearer ${await issuer.sign("shop", { claims: { ...all, ...claims } })}`;
}

/** An authorizer whose keys come over a network that can fail, on clocks that only the test moves. */
function observed(options: object = {}) {
  const state = { now: ISSUED_AT, up: true, elapsed: 0 };
  const entries: LogEntry[] = [];
  const counts: Record<string, number> = {};
  const flushes: boolean[] = [];
  const metrics: Metrics = {
    count: (name, about = null) => {
      for (const each of about === null ? [name] : [name, `${name}.${about}`]) counts[each] = (counts[each] ?? 0) + 1;
    },
    duration: (milliseconds) => void (counts["durations"] = (counts["durations"] ?? 0) + milliseconds),
    flush: (_, force = false) => void flushes.push(force),
  };
  const authorizer = httpAuthorizer(gateway, {
    clock: () => state.now,
    fetch: async () => new Response(state.up ? JSON.stringify(issuer.jwks["shop"]) : "", { status: state.up ? 200 : 500 }),
    stopwatch: () => (state.elapsed += 1.25),
    log: (entry) => void entries.push(entry),
    metrics,
    ...options,
  });
  const ask = (authorization: string, requestId = "request-1") =>
    authorizer({
      version: "2.0",
      type: "REQUEST",
      routeKey: "GET /orders",
      headers: { authorization },
      requestContext: { requestId },
    } as never).catch(() => null);
  return { state, entries, counts, flushes, ask };
}

describe("the log", () => {
  it("has one line for a refusal and for a failure, told apart by level", async () => {
    const { state, entries, ask } = observed();
    await ask(await token({ scope: "other" }));
    await ask(await token({ aud: "https://other.example" }));
    await ask("Bearer nonsense");
    expect(entries).toEqual([
      { ...REFUSED, code: "rule_denied", issuer: "shop", keySource: "network" },
      { ...REFUSED, code: "audience_mismatch", issuer: "shop", keySource: "memory" },
      { ...REFUSED, code: "token_opaque", issuer: null, keySource: null },
    ]);
    const failing = observed();
    failing.state.up = false;
    await failing.ask(await token());
    expect(failing.entries).toMatchObject([{ level: "ERROR", message: "Request failed", code: "keys_unavailable", keySource: "network" }]);
    expect(state.up).toBe(true);
  });

  it("has no line for a request that was let in, unless a sample is wanted", async () => {
    const silent = observed({ random: () => 0 });
    await silent.ask(await token());
    expect(silent.entries).toEqual([]);
    const chances = [0.04, 0.05, 0.9, 0];
    const sampling = observed({ sampleAllowed: 0.05, random: () => chances.shift() ?? 1 });
    for (let call = 0; call < 4; call++) await sampling.ask(await token(), `request-${call}`);
    expect(sampling.entries.map(({ requestId }) => requestId)).toEqual(["request-0", "request-3"]);
    expect(sampling.entries[1]).toEqual({
      ...REFUSED,
      level: "INFO",
      message: "Request allowed",
      code: null,
      issuer: "shop",
      requestId: "request-3",
      keySource: "memory",
    });
  });

  it.each([0, 1, 0.05, undefined])("takes %s for the share of a sample", (sampleAllowed) => {
    expect(problemsIn(() => httpAuthorizer(gateway, { sampleAllowed } as object))).toEqual([]);
  });

  it.each([
    [5, "is not between 0 and 1."],
    [-1, "is not between 0 and 1."],
    [1.01, "is not between 0 and 1."],
    [Number.NaN, "is not between 0 and 1."],
    ["0.5", "is a string, not a number."],
    [null, "is null, not a number."],
    [true, "is a boolean, not a number."],
  ])("does not start with a sample of %o", (sampleAllowed, message) => {
    const fix = "Give a number from 0 to 1, or leave it out.";
    const options = { sampleAllowed } as object;
    expect(problemsIn(() => httpAuthorizer(gateway, options))).toEqual([{ path: "httpAuthorizer.sampleAllowed", message, fix }]);
    const inline = () => verifyingGuard(gateway, async () => null, options);
    expect(problemsIn(inline)).toEqual([{ path: "verifyingGuard.sampleAllowed", message, fix }]);
  });

  it("says where the key came from: a snapshot, a store", async () => {
    const { keys } = issuer.jwks["shop"] ?? { keys: [] };
    const fetchedAt = ISSUED_AT - MINUTE;
    const url = "https://id.shop.example/keys";
    const pinned = observed({ snapshot: { shop: { [url]: { keys, fetchedAt } } }, sampleAllowed: 1 });
    for (let call = 0; call < 2; call++) await pinned.ask(await token({ jti: String(call) }));
    expect(pinned.entries.map(({ keySource }) => keySource)).toEqual(["snapshot", "snapshot"]);
  });

  it("takes the invocation's id where the event has none of the request", async () => {
    const entries: LogEntry[] = [];
    const options = { clock: () => ISSUED_AT, jwks: issuer.jwks, log: (entry: LogEntry) => void entries.push(entry) };
    const event = {
      type: "TOKEN",
      methodArn: "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/orders",
      authorizationToken: "x",
    };
    await expect(restTokenAuthorizer(gateway, options)(event, { awsRequestId: "invocation-1" })).rejects.toThrow("Unauthorized");
    expect(entries).toMatchObject([{ requestId: "invocation-1" }]);
  });

  it("is by default one line of JSON in the shape of Powertools' logger", async () => {
    const written: string[] = [];
    spyOnStdout((line) => void written.push(line));
    await observed({ log: undefined, metrics: null }).ask("Bearer nonsense", "request-7");
    vi.restoreAllMocks();
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0] ?? "")).toEqual({
      level: "WARN",
      message: "Request refused",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: "sallyport",
      correlation_id: "request-7",
      code: "token_opaque",
      issuer: null,
      route: "GET /orders",
      keySource: null,
      durationMs: 1.25,
    });
  });
});

const REFUSED = {
  level: "WARN",
  message: "Request refused",
  issuer: null,
  route: "GET /orders",
  requestId: "request-1",
  durationMs: 1.25,
} as const;

describe("metrics", () => {
  it("count decisions by outcome, reason and issuer, and gather how long they took", async () => {
    const { counts, ask } = observed();
    await ask(await token());
    await ask(await token({ scope: "other" }));
    await ask("Bearer nonsense");
    expect(counts).toEqual({
      allowed: 1,
      "allowed.shop": 1,
      refused: 2,
      "refused.shop": 1,
      rule_denied: 1,
      "rule_denied.shop": 1,
      token_opaque: 1,
      keyRefreshes: 1,
      "keyRefreshes.shop": 1,
      durations: 3.75,
    });
  });

  it("count key refreshes, failed ones, and keys served stale", async () => {
    const { state, counts, ask } = observed();
    await ask(await token({ jti: "1" }));
    state.up = false;
    state.now += 20 * MINUTE;
    await ask(await token({ jti: "2" }));
    expect(counts).toMatchObject({
      keyRefreshes: 1,
      keyRefreshFailures: 1,
      "keyRefreshFailures.shop": 1,
      staleServes: 1,
      "staleServes.shop": 1,
      allowed: 2,
    });
    expect(counts).not.toHaveProperty("failed");
  });

  it("are asked to be written after every request, and at once before a failure", async () => {
    const { state, flushes, counts, ask } = observed();
    await ask(await token());
    await ask("Bearer nonsense");
    expect(flushes).toEqual([false, false]);
    const failing = observed();
    failing.state.up = false;
    await failing.ask(await token());
    expect(failing.flushes).toEqual([true]);
    expect(failing.counts).toMatchObject({ failed: 1, "failed.shop": 1, keys_unavailable: 1 });
    expect(counts).not.toHaveProperty("failed");
    expect(state.up).toBe(true);
  });
});

describe("a fault of this gateway's own while it answers", () => {
  it("is a failure with a line, not a decision that went well, and says nothing of its cause", async () => {
    const entries: LogEntry[] = [];
    const options = { clock: () => ISSUED_AT, jwks: issuer.jwks, log: (entry: LogEntry) => void entries.push(entry) };
    const credential = (await token()).slice("Bearer ".length);
    const api: ApiType<RouteTable, never> = {
      read: ({ routes }) => ({ route: routes.get("GET /orders") ?? null, credential: () => credential }),
      encode: () => ({}),
      answer: () => {
        throw new TypeError("secret");
      },
    };
    await expect(createAuthorizer(gateway, options, api)(gateway)).rejects.toMatchObject({
      code: "internal_error",
      message: expect.not.stringContaining("secret"),
    });
    expect(entries).toMatchObject([{ level: "ERROR", message: "Request failed", code: "internal_error", route: "GET /orders" }]);
  });
});
