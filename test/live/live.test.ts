import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guard, type ProblemResult } from "../../src/guard/index.ts";
import {
  allOf,
  anyOf,
  cognito,
  ConfigurationError,
  defineGateway,
  describeRule,
  type Gateway,
  httpAuthorizer,
  introspect,
  live,
  type LiveCheck,
  oidc,
  restRequestAuthorizer,
  role,
  scope,
  verifyingGuard,
} from "../../src/index.ts";
import { cognitoLive, type CognitoLiveOptions } from "../../src/sessions/index.ts";
import { createTestTokens, type TestTokens, testPrincipal } from "../../src/testing/index.ts";
import { httpAuthorizerEvent, httpProxyEvent } from "../events/http-api.ts";
import { incoming } from "../events/incoming.ts";
import { restProxyEvent, restRequestEvent } from "../events/rest.ts";
import { makeClock, NOW_SECONDS } from "../sessions/kit.ts";

const ROUTES = {
  "GET /me": "authenticated",
  "GET /orders": scope("orders:read"),
  "POST /payout": live(),
  "POST /payout/{id}": allOf(scope("orders:read"), live()),
} as const;

/** What the issuer answers, and how often it was asked. */
function fakeIssuer() {
  const state = { answer: true as boolean | Error, asked: 0 };
  const liveCheck: LiveCheck = {
    check: () => {},
    open: () => ({
      async isLive() {
        state.asked++;
        if (state.answer instanceof Error) throw state.answer;
        return state.answer;
      },
    }),
  };
  return { state, liveCheck };
}

let tokens: TestTokens;
const define = (liveCheck: LiveCheck | null, routes: object = ROUTES): Gateway =>
  defineGateway({
    issuers: {
      pool: cognito({ userPoolId: "eu-west-1_SamplePool", clientIds: ["web"], liveCheck }),
      shop: oidc({ issuer: "https://shop.example", audience: "api", jwksUri: "https://shop.example/keys" }),
    },
    routes: routes as typeof ROUTES,
  });

beforeAll(async () => void (tokens = await createTestTokens(define(fakeIssuer().liveCheck), { clock: makeClock() })));
afterAll(() => {});

const CLAIMS = {
  pool: { sub: "u1", client_id: "web", token_use: "access", scope: "orders:read" },
  shop: { sub: "u2", aud: "api", client_id: "web" },
};
const tokenOf = async (issuer: keyof typeof CLAIMS = "pool") => tokens.sign(issuer, { claims: CLAIMS[issuer] });

function make() {
  const { state, liveCheck } = fakeIssuer();
  const clock = makeClock();
  const gateway = define(liveCheck);
  const codes: unknown[] = [];
  const common = { clock, jwks: tokens.jwks, log: (entry: object) => void codes.push((entry as { code: unknown }).code) };
  const authorizer = { http: httpAuthorizer(gateway, common), rest: restRequestAuthorizer(gateway, common) };
  const guarded = guard(gateway, async () => "in", { clock, log: common.log });
  return { state, clock, gateway, codes, common, authorizer, guarded };
}

const request = (token: string, method: string, path: string, routeKey = `${method} ${path}`) =>
  incoming({ method, path, routeKey, headers: [["Authorization", `Bearer ${token}`]] });
const asText = (context: object) => Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));

describe("a live route", () => {
  it("asks each time, remembers nothing, and asks on no other route", async () => {
    const { authorizer, state } = make();
    const token = await tokenOf();
    await authorizer.http(httpAuthorizerEvent(request(token, "GET", "/orders")));
    expect(state.asked).toBe(0);
    for (const _ of [1, 2]) {
      expect(await authorizer.http(httpAuthorizerEvent(request(token, "POST", "/payout")))).toMatchObject({ isAuthorized: true });
    }
    expect(state.asked).toBe(2);
  });

  it("is a 401 for a user who is gone, and a failure where nobody answers", async () => {
    const { authorizer, state, codes } = make();
    const event = httpAuthorizerEvent(request(await tokenOf(), "POST", "/payout"));
    state.answer = false;
    await expect(authorizer.http(event)).rejects.toThrow(/^Unauthorized$/);
    state.answer = new Error("down");
    await expect(authorizer.http(event)).rejects.toMatchObject({ code: "introspection_unavailable" });
    expect(codes).toEqual(["token_inactive", "introspection_unavailable"]);
  });

  it("asks only where everything else holds", async () => {
    const { authorizer, state } = make();
    const noScope = await tokens.sign("pool", { claims: { ...CLAIMS.pool, scope: "other" } });
    const event = httpAuthorizerEvent(request(noScope, "POST", "/payout/7", "POST /payout/{id}"));
    expect(await authorizer.http(event)).toMatchObject({ isAuthorized: false, context: { reason: "rule_denied" } });
    expect(state.asked).toBe(0);
  });

  it("is closed to issuers that nobody can ask", async () => {
    const { authorizer, codes } = make();
    await expect(authorizer.http(httpAuthorizerEvent(request(await tokenOf("shop"), "POST", "/payout")))).rejects.toThrow(/^Unauthorized$/);
    expect(codes).toEqual(["token_inactive"]);
  });

  it("behind a verifying guard is asked about right there", async () => {
    const { gateway, state, common } = make();
    const direct = verifyingGuard(gateway, async () => "in", common);
    const headers = { authorization: `Bearer ${await tokenOf()}` };
    const event = { version: "2.0", rawPath: "/payout", headers, requestContext: { stage: "$default", http: { method: "POST" } } };
    expect(await direct(event)).toBe("in");
    state.answer = false;
    expect(await direct(event)).toMatchObject({ statusCode: 401 });
  });
});

describe("a policy, which API Gateway keeps", () => {
  const granted = (answer: { policyDocument: object }) => JSON.stringify(answer.policyDocument);

  it("for another route does not open a live one", async () => {
    const { authorizer } = make();
    const policy = granted(await authorizer.rest(restRequestEvent(request(await tokenOf(), "GET", "/me"))));
    expect(policy).toContain("GET/orders");
    expect(policy).not.toContain("payout");
  });

  it("for a live route opens that one, and no other live one", async () => {
    const { authorizer } = make();
    const policy = granted(await authorizer.rest(restRequestEvent(request(await tokenOf(), "POST", "/payout"))));
    expect(policy).toMatch(/POST\/payout"/);
    expect(policy).not.toMatch(/POST\/payout\//);
  });

  it("for a live route whose user is gone is none", async () => {
    const { authorizer, state } = make();
    state.answer = false;
    await expect(authorizer.rest(restRequestEvent(request(await tokenOf(), "POST", "/payout")))).rejects.toThrow(/^Unauthorized$/);
  });
});

describe.each(["http", "rest"] as const)("the guard behind an answer of a %s API", (kind) => {
  async function answered(world: ReturnType<typeof make>, method = "POST", path = "/payout") {
    const token = await tokenOf();
    const asked = request(token, method, path);
    const live = request(token, "POST", "/payout");
    if (kind === "http") {
      const { context } = await world.authorizer.http(httpAuthorizerEvent(asked));
      return httpProxyEvent(live, context);
    }
    return restProxyEvent(live, asText((await world.authorizer.rest(restRequestEvent(asked))).context));
  }

  it("lets a fresh one in, and a cached one no longer than seconds", async () => {
    const world = make();
    const event = await answered(world);
    expect(await world.guarded(event)).toBe("in");
    world.clock.forward(15_000);
    expect(await world.guarded(event)).toBe("in");
    world.clock.forward(1_000);
    expect((await world.guarded(event)) as ProblemResult).toMatchObject({ statusCode: 503 });
    expect(world.codes).toEqual(["introspection_unavailable"]);
  });

  it("does not take another route's answer for a live one", async () => {
    const world = make();
    expect(await world.guarded(await answered(world, "GET", "/me"))).toMatchObject({ statusCode: 503 });
  });

  it.each([{ liveAt: "soon" }, { liveAt: "" }, { liveAt: String(NOW_SECONDS + 60) }, { liveAt: null }])(
    "does not take %j for a check",
    async (mark) => {
      const world = make();
      const event = (await answered(world)) as { requestContext: { authorizer: { lambda?: object } } };
      const { authorizer } = event.requestContext;
      const changed = authorizer.lambda === undefined ? { ...authorizer, ...mark } : { lambda: { ...authorizer.lambda, ...mark } };
      expect(await world.guarded({ ...event, requestContext: { ...event.requestContext, authorizer: changed } })).toMatchObject({
        statusCode: 503,
      });
    },
  );
});

describe("Cognito", () => {
  const failure = (name: string, message = "no") => Object.assign(new Error(message), { name });
  const user = testPrincipal({ subject: "u1", claims: { username: "una" } });

  async function ask(as: CognitoLiveOptions["as"], answer: object | Error, principal = user) {
    const asked: unknown[] = [];
    const send = async (command: object) => {
      asked.push([command.constructor.name, (command as { input: unknown }).input]);
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const issuer = cognitoLive({ userPoolId: "eu-west-1_SamplePool", as, client: { send } }).open();
    const outcome = await issuer.isLive("the.access.token", principal).catch((error: Error) => error.name);
    return { asked, outcome };
  }

  it("GetUser with the caller's token", async () => {
    expect(await ask("user", { Username: "una" })).toEqual({
      asked: [["GetUserCommand", { AccessToken: "the.access.token" }]],
      outcome: true,
    });
  });

  it("AdminGetUser by the user's name", async () => {
    const { asked, outcome } = await ask("admin", { Enabled: true, UserStatus: "CONFIRMED" });
    expect(asked).toEqual([["AdminGetUserCommand", { UserPoolId: "eu-west-1_SamplePool", Username: "una" }]]);
    expect(outcome).toBe(true);
    const unnamed = await ask("admin", { Enabled: true, UserStatus: "EXTERNAL_PROVIDER" }, testPrincipal({ subject: "u1", claims: {} }));
    expect(unnamed.asked).toMatchObject([["AdminGetUserCommand", { Username: "u1" }]]);
    expect(unnamed.outcome).toBe(true);
  });

  it.each([
    ["admin", { Enabled: false, UserStatus: "CONFIRMED" }],
    ["admin", { UserStatus: "CONFIRMED" }],
    ["admin", { Enabled: true, UserStatus: "RESET_REQUIRED" }],
    ["admin", { Enabled: true, UserStatus: "FORCE_CHANGE_PASSWORD" }],
    ["admin", { Enabled: true }],
    ["admin", failure("UserNotFoundException")],
    ["user", failure("NotAuthorizedException", "Access Token has been revoked")],
    ["user", failure("NotAuthorizedException", "User is disabled.")],
    ["user", failure("PasswordResetRequiredException")],
  ] as const)("as %s: %j is not live", async (as, answer) => expect((await ask(as, answer)).outcome).toBe(false));

  it.each([
    failure("TooManyRequestsException"),
    failure("NotAuthorizedException", "Access Token does not have required scopes"),
    failure("AccessDeniedException"),
  ])("%s is no answer", async (error) => expect((await ask("user", error)).outcome).toBe(error.name));

  it("is not asked about machines, which are no users", async () => {
    expect(await ask("admin", { Enabled: true, UserStatus: "CONFIRMED" }, testPrincipal({ kind: "client" }))).toEqual({
      asked: [],
      outcome: false,
    });
  });
});

describe("the configuration", () => {
  const paths = (work: () => unknown): readonly string[] => {
    try {
      work();
    } catch (error) {
      if (error instanceof ConfigurationError) return error.problems.map(({ path }) => path);
      throw error;
    }
    return [];
  };

  it("prints", () => expect(describeRule(allOf(role("admin"), live()))).toBe("role admin and live"));

  it("a live route needs an issuer that can be asked", () => {
    expect(paths(() => define(null))).toEqual(['routes["POST /payout"]', 'routes["POST /payout/{id}"]']);
  });

  it("introspection will do", () => {
    const introspection = introspect({ url: "https://shop.example/introspect", clientId: "a", clientSecret: "b", tokens: "jwt" });
    const issuers = { shop: oidc({ issuer: "https://shop.example", audience: "api", introspection }) };
    expect(paths(() => defineGateway({ issuers, routes: ROUTES }))).toEqual([]);
  });

  it("live is not one of several ways in", () => {
    const { liveCheck } = fakeIssuer();
    expect(paths(() => define(liveCheck, { "GET /me": anyOf(role("admin"), live()) }))).toEqual(['routes["GET /me"]']);
    expect(paths(() => define(liveCheck, { "GET /me": allOf(anyOf(role("a"), allOf(live())), role("b")) }))).not.toEqual([]);
  });

  it.each([
    [{ userPoolId: "pool", as: "user" }, "userPoolId"],
    [{ userPoolId: "eu-west-1_SamplePool" }, "as"],
    [Object.assign(Object.create({ as: "admin" }), { userPoolId: "eu-west-1_SamplePool" }), "as"],
    [{ userPoolId: "eu-west-1_SamplePool", as: "user", region: "eu-west-1" }, "region"],
  ])("%j is a mistake", (options, name) => {
    expect(paths(() => define(cognitoLive(options as CognitoLiveOptions)))).toEqual([`issuers.pool.liveCheck.${name}`]);
  });
});
