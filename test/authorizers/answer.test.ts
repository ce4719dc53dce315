import { beforeAll, describe, expect, it } from "vitest";
import { type ApiType, createAuthorizer, createRuntime, type Outcome, type Refusal } from "../../src/gateway/authorizer.ts";
import { encodeOnce } from "../../src/gateway/encode-once.ts";
import { answerWithPolicy } from "../../src/gateway/iam-answer.ts";
import { parseArn } from "../../src/gateway/arn.ts";
import { placeOf } from "../../src/gateway/place.ts";
import {
  authenticatedWithin,
  defineGateway,
  group,
  live,
  type LiveCheck,
  type LogEntry,
  oidc,
  SallyportError,
  scope,
} from "../../src/index.ts";
import { encodeNative } from "../../src/principal/codec.ts";
import type { Principal } from "../../src/principal/principal.ts";
import type { Revocations } from "../../src/sessions/revocations.ts";
import { createTestTokens, testPrincipal } from "../../src/testing/index.ts";

const NOW = 1_800_000_000;
const liveCheck: LiveCheck = { check: () => {}, open: () => ({ isLive: async () => true }) };
const gateway = defineGateway({
  issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api", jwksUri: "https://shop.example/keys", liveCheck }) },
  routes: {
    "GET /health": "public",
    "GET /me": "authenticated",
    "GET /orders": scope("orders:read"),
    "GET /groups": group("buyers"),
    "GET /recent": authenticatedWithin("5m"),
    "POST /payout": live(),
    "POST /other": live(),
  },
});
type Key = "GET /health" | "GET /me" | "GET /orders" | "GET /groups" | "GET /recent" | "POST /payout" | "GET /nowhere";

let jwks: Readonly<Record<string, { keys: readonly unknown[] }>>;
let good: string;
let old: string;
beforeAll(async () => {
  const tokens = await createTestTokens(gateway, { clock: () => NOW * 1_000 });
  ({ jwks } = tokens as { jwks: typeof jwks });
  const claims = { sub: "user-1", aud: "api", scope: "orders:read", jti: "t1", iat: NOW - 10 };
  good = await tokens.sign("shop", { claims });
  old = await tokens.sign("shop", { claims: { ...claims, exp: NOW - 3_600 } });
});

interface Event {
  readonly key: Key;
  readonly token: string;
}
interface Answer extends Outcome {
  readonly reached: readonly string[];
}

const usual: ApiType<Event, Answer | string> = {
  read: ({ key, token }) => ({ route: gateway.routes.get(key) ?? null, credential: () => token }),
  encode: ({ id }) => ({ id }),
  answer: (_event, outcome) => ({ ...outcome, reached: [...gateway.routes.values()].filter(outcome.reaches).map((route) => route.key) }),
};

/** An authorizer of an API type of the test's own, and the lines it wrote. */
function build(api: Partial<ApiType<Event, Answer | string>> = {}, revocations: Revocations | null = null) {
  const lines: LogEntry[] = [];
  const options = { clock: () => NOW * 1_000 + 999, jwks: jwks as never, log: (entry: LogEntry) => void lines.push(entry) };
  const config = revocations === null ? gateway : { ...gateway, revocations: { open: () => revocations } };
  const handler = createAuthorizer(config as typeof gateway, options, { ...usual, ...api });
  const ask = async (key: Key, token = good, more: object = {}) => (await handler({ key, token, ...more })) as Answer;
  return { ask, lines };
}

const failing = (error: unknown) => () => {
  throw error;
};

describe("what an answer is made of", () => {
  it("is the principal, its context, and the routes it reaches without a live check", async () => {
    const { ask } = build();
    expect(await ask("GET /me")).toMatchObject({
      isAllowed: true,
      principal: { id: "shop|user-1" },
      context: { id: "shop|user-1" },
      reached: ["GET /health", "GET /me", "GET /orders"],
    });
  });

  it("is nobody on a public route, who reaches the public ones", async () => {
    const { ask } = build();
    expect(await ask("GET /health", "nonsense")).toMatchObject({ isAllowed: true, principal: null, context: {}, reached: ["GET /health"] });
  });

  it("is the requested route too, where a live check opened it, and when", async () => {
    const { reached, context } = await build().ask("POST /payout");
    expect(reached).toEqual(["GET /health", "GET /me", "GET /orders", "POST /payout"]);
    expect(context).toEqual({ id: "shop|user-1", liveAt: NOW });
  });

  it("is a denial with its reason, and what the principal reaches all the same", async () => {
    const { ask, lines } = build();
    const answer = await ask("GET /groups");
    expect(answer).toMatchObject({ isAllowed: false, context: { id: "shop|user-1", reason: "rule_denied" } });
    expect(answer.reached).toEqual(["GET /health", "GET /me", "GET /orders"]);
    expect(await ask("GET /nowhere")).toMatchObject({ isAllowed: false, context: { reason: "route_unknown" } });
    expect(lines.map(({ code, route }) => [code, route])).toEqual([
      ["rule_denied", "GET /groups"],
      ["route_unknown", null],
    ]);
  });

  it("is a denial that reaches nothing, where the principal does not fit", async () => {
    const { ask } = build({ encode: failing(new SallyportError("principal_too_large")) });
    const answer = await ask("GET /me");
    expect(answer).toMatchObject({ isAllowed: false, context: { reason: "principal_too_large" }, reached: [] });
    expect(answer.context).toEqual({ reason: "principal_too_large" });
    expect(await ask("GET /groups")).toMatchObject({ isAllowed: false, context: { reason: "rule_denied" }, reached: [] });
  });

  it("holds the token's marks where revocations are looked up", async () => {
    const { context } = await build({}, { check: async () => {} }).ask("GET /me");
    expect(context).toMatchObject({ id: "shop|user-1" });
    expect(JSON.stringify(context)).toContain("t1");
    expect(JSON.stringify((await build().ask("GET /me")).context)).not.toContain("t1");
  });

  it("says for which API and stage it is, where the event does, and never of a public route", async () => {
    const place = { requestContext: { apiId: "abc123", stage: "prod" } };
    expect((await build().ask("GET /me", good, place)).context).toEqual({ id: "shop|user-1", api: "abc123/prod" });
    expect((await build().ask("GET /health", good, place)).context).toEqual({});
  });
});

describe("a challenge goes with the answer", () => {
  it.each([
    ["GET /me", 'Bearer error="insufficient_scope"'],
    ["GET /groups", 'Bearer error="insufficient_scope"'],
    ["GET /recent", 'Bearer error="insufficient_user_authentication", max_age="300"'],
  ] as const)("of %s where denials can be explained", async (key, challenge) => {
    expect((await build({ explainsDenials: true }).ask(key)).context["challenge"]).toBe(challenge);
  });

  it("but not of a route that is unknown, for which none helps, nor where none can be sent", async () => {
    expect((await build({ explainsDenials: true }).ask("GET /nowhere")).context).not.toHaveProperty("challenge");
    expect((await build().ask("GET /groups")).context).not.toHaveProperty("challenge");
  });

  it("and where denials cannot be explained, a sign-in that is too old is a 401", async () => {
    await expect(build().ask("GET /recent")).rejects.toThrow(/^Unauthorized$/);
  });
});

describe("nobody is let in", () => {
  it("without a good token: 401, or the API type's own answer", async () => {
    await expect(build().ask("GET /me", old)).rejects.toThrow(/^Unauthorized$/);
    expect(await build({ unauthenticated: () => "no" }).ask("GET /me", old)).toBe("no");
    expect(await build({ unauthenticated: () => "no" }).ask("GET /recent")).toBe("no");
  });

  it("by a 401 that carries no stack", async () => {
    const error = (await build()
      .ask("GET /me", old)
      .catch((reason: unknown) => reason)) as Error;
    expect([error.message, error.stack]).toEqual(["Unauthorized", "Unauthorized"]);
  });

  it("but for the guard to refuse, where the API type says so", async () => {
    const seen: Refusal["kind"][] = [];
    const leaveToGuard = (refusal: Refusal) => {
      seen.push(refusal.kind);
      return refusal.kind === "unavailable" ? null : "guard";
    };
    const { ask } = build({ leaveToGuard });
    expect([await ask("GET /me", old), await ask("GET /groups")]).toEqual(["guard", "guard"]);
    expect(await ask("GET /me")).toMatchObject({ isAllowed: true });
    expect(seen).toEqual(["unauthenticated", "deny"]);
  });

  it.each<[string, Partial<ApiType<Event, Answer | string>>, string]>([
    ["an event that cannot be read", { read: failing(new TypeError("private")) }, "event_unsupported"],
    ["an event of another API type", { read: failing(new SallyportError("event_unsupported")) }, "event_unsupported"],
    ["a principal that cannot be written", { encode: failing(new TypeError("private")) }, "internal_error"],
    ["a principal that must not be written", { encode: failing(new SallyportError("internal_error")) }, "internal_error"],
    ["an answer that cannot be made", { answer: failing(new TypeError("private")) }, "internal_error"],
    ["an answer that was refused", { answer: failing(new SallyportError("event_unsupported")) }, "event_unsupported"],
  ])("by %s, which says nothing of itself", async (_what, api, code) => {
    const error = (await build(api)
      .ask("GET /me")
      .catch((reason: unknown) => reason)) as SallyportError;
    expect(error).toBeInstanceOf(SallyportError);
    expect(error.code).toBe(code);
    expect(`${error.message} ${String(error.stack)}`).not.toContain("private");
  });

  it("by a failure of ours, which is written down as one, and no refusal is", async () => {
    const broken = build({ answer: failing(new TypeError("private")) });
    await expect(broken.ask("GET /me")).rejects.toThrow();
    expect(broken.lines).toMatchObject([{ level: "ERROR", code: "internal_error", route: "GET /me" }]);
    const refused = build();
    await expect(refused.ask("GET /me", old)).rejects.toThrow();
    expect(refused.lines).toMatchObject([{ level: "WARN", code: "token_expired", issuer: "shop" }]);
    const unreadable = build({ read: failing(new TypeError("private")) });
    await expect(unreadable.ask("GET /me")).rejects.toThrow();
    expect(unreadable.lines).toMatchObject([{ level: "ERROR", code: "event_unsupported", route: null }]);
  });
});

it("revocations are opened with the runtime's clock, and with somebody to tell of failures where there is one", () => {
  const worlds: object[] = [];
  const open = (world: object) => {
    worlds.push(world);
    return { check: async () => {} };
  };
  const [clock, unavailable] = [() => NOW * 1_000, () => {}];
  const config = { ...gateway, revocations: { open } as unknown as NonNullable<typeof gateway.revocations> };
  createRuntime(config, { clock, prefetch: false });
  createRuntime(config, { clock, prefetch: false }, undefined, unavailable);
  expect(worlds).toStrictEqual([{ clock }, { clock, unavailable }]);
});

it("an encoder encodes a frozen principal once, and freezes what it made; any other one anew", () => {
  let times = 0;
  const encode = encodeOnce(({ id }: Principal) => ({ id, times: ++times, list: [] }));
  const principal = { ...testPrincipal() };
  expect([encode(principal)["times"], encode(principal)["times"]]).toEqual([1, 2]);
  expect(Object.isFrozen(encode(principal))).toBe(false);
  Object.freeze(principal);
  const context = encode(principal);
  expect(encode(principal)).toBe(context);
  expect([Object.isFrozen(context), Object.isFrozen(context["list"])]).toEqual([true, true]);
});

describe("the principal's id in an IAM answer", () => {
  const idOf = (id: string | null) => {
    const principal = id === null ? null : { ...testPrincipal(), issuer: "shop", id };
    const outcome = { isAllowed: true, principal, context: {}, gateway, reaches: () => true };
    return answerWithPolicy(parseArn("arn:aws:execute-api:r:1:abc/prod/GET/me"), outcome, () => ({ Version: "2012-10-17", Statement: [] }))
      .principalId;
  };

  it.each(["shop|user-1", "!", "~".repeat(128)])("is %s itself", (id) => expect(idOf(id)).toBe(id));
  it.each(["", "~".repeat(129), "a b", "a\nb", "a\n", "é", "a\u007f", "\u0000"])("is a digest in place of %j", (id) => {
    expect(idOf(id)).toMatch(/^shop\|sha256:[\w-]{43}$/);
    expect(idOf(id)).not.toBe(idOf(`${id}x y`));
  });
  it("is anonymous for nobody", () => expect(idOf(null)).toBe("anonymous"));
});

describe("the place of an event", () => {
  const ARN = "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abc123/$default/GET/x";
  it.each([
    [{ methodArn: ARN }, "abc123/$default"],
    [{ routeArn: ARN }, "abc123/$default"],
    [{ methodArn: ARN, requestContext: { apiId: "other", stage: "prod" } }, "abc123/$default"],
    [{ methodArn: "arn:aws:execute-api:r-1:local:abc123/my_stage-1/$connect" }, "abc123/my_stage-1"],
    [{ methodArn: "arn:aws:s3:::bucket", requestContext: { apiId: "abc123", stage: "prod" } }, "abc123/prod"],
    [{ methodArn: 7, requestContext: { apiId: "abc123", stage: "prod" } }, "abc123/prod"],
    [{ requestContext: { apiId: "abc123", stage: "$default" } }, "abc123/$default"],
    [{ requestContext: { apiId: "abc123" } }, null],
    [{ requestContext: { apiId: "ABC", stage: "prod" } }, null],
    [{ requestContext: { apiId: " abc", stage: "prod" } }, null],
    [{ requestContext: { apiId: "abc_", stage: "prod" } }, null],
    [{ requestContext: { apiId: 7, stage: "prod" } }, null],
    [{ requestContext: { apiId: "abc", stage: 7 } }, null],
    [{ requestContext: null }, null],
    [{ methodArn: `x${ARN}` }, null],
    [{ methodArn: ARN.replace("abc123", "ABC") }, null],
    [{ methodArn: ARN.replace("$default", "*") }, null],
    [{ methodArn: ARN.replace("execute-api", "lambda") }, null],
    [{ methodArn: "arn:aws:execute-api:r:1:abc/prod" }, null],
    [{}, null],
  ])("%j is %s", (event, place) => expect(placeOf(event)).toBe(place));
});

it("a sign-in that the token says nothing of takes no room in the context", () => {
  const authentication = { at: null, methods: [], context: null, federatedBy: null };
  expect(encodeNative(testPrincipal({ authentication }))["principal"]).toHaveProperty("authentication", {});
});
