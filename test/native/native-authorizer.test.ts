import { afterEach, describe, expect, it, vi } from "vitest";
import { SallyportError } from "../../src/errors.ts";
import { guard, identity } from "../../src/guard/index.ts";
import {
  albOidc,
  cognito,
  defineGateway,
  defineRoutes,
  entraId,
  group,
  introspect,
  nativeAuthorizer,
  oidc,
  okta,
  scope,
} from "../../src/index.ts";
import type { NativeAuthorizerKind } from "../../src/native/native-event.ts";
import type { Principal } from "../../src/principal/principal.ts";
import { NATIVE_EVENTS, withAuthorizer } from "../events/native.ts";
import { gateway as samplesGateway, ISSUED_AT, samples } from "../e2e/sample-gateway.ts";

const NOW = 1_795_420_700;
const POOL = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Harbour1";
const ALB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/harbour/50dc6c495c0c9188";
const routes = defineRoutes({ "GET /orders/{id}": scope("orders/read"), "POST /orders": group("admins"), "GET /me": "authenticated" });
const gateway = defineGateway({
  issuers: {
    customers: cognito({ userPoolId: "us-east-1_Harbour1", clientIds: ["web"], tenantClaim: "custom:tenant" }),
    signins: cognito({ userPoolId: "us-east-1_Harbour2", clientIds: ["web"], tokenUse: "id" }),
    staff: oidc({ issuer: "https://id.staff.example", audience: "staff-api", rolesClaim: ["realm_access", "roles"] }),
    strict: oidc({ issuer: "https://id.strict.example", audience: "api", typ: "at+jwt" }),
    anybody: entraId({ tenants: null, audience: "api://orders" }),
    org: okta({ domain: "harbour.okta.com", authorizationServer: "org", audience: "https://harbour.okta.com" }),
    balancer: albOidc({ loadBalancers: [ALB], issuer: POOL, clientIds: ["web"] }),
  },
  routes,
  forward: ["username", "plan"],
});
const CLAIMS = {
  iss: POOL,
  sub: "d41c6a58-30b1-70d4-9a55-2f1d0c7be913",
  client_id: "web",
  origin_jti: "o-1",
  token_use: "access",
  auth_time: NOW - 500,
  exp: NOW + 600,
  iat: NOW - 20,
  jti: "j-1",
  version: 2,
  scope: "openid orders/read",
  username: "lila",
  "cognito:groups": ["admins"],
};

type Kind = NativeAuthorizerKind;
const KINDS = Object.keys(NATIVE_EVENTS) as Kind[];
const REQUEST = { method: "GET", path: "/orders/7", routeKey: "GET /orders/{id}", pathParameters: { id: "7" } };

interface Outcome {
  readonly status: number;
  readonly principal: Principal | null;
  readonly code: string | null;
}

type Options = Omit<Parameters<typeof nativeAuthorizer>[1], "kind" | "issuer"> & { readonly issuer?: string };

/** What a guarded function does with an event behind an authorizer of this kind. */
async function send(kind: Kind, event: unknown, { issuer = "customers", ...options }: Options = {}): Promise<Outcome> {
  const logged: { code?: string }[] = [];
  let principal: Principal | null = null;
  const business = guard(
    routes,
    async (_event, context) => {
      ({ principal } = context);
      return { statusCode: 200 };
    },
    {
      clock: () => NOW * 1000,
      log: (entry) => void logged.push(entry),
      from: nativeAuthorizer(gateway, { kind, issuer, ...options }),
    },
  );
  const { statusCode } = await business(event);
  return { status: statusCode, principal, code: logged[0]?.code ?? null };
}

const behind = (kind: Kind, claims: object, request: object = REQUEST) => NATIVE_EVENTS[kind](request, claims as Record<string, unknown>);
const sendClaims = (kind: Kind, claims: object, options: Options = {}) => send(kind, behind(kind, claims), options);

describe.each(KINDS)("behind %s", (kind) => {
  it("the function gets the principal that the token itself would have become", async () => {
    const { status, principal } = await sendClaims(kind, CLAIMS);
    expect(status).toBe(200);
    expect(principal).toEqual({
      id: `customers|${CLAIMS.sub}`,
      issuer: "customers",
      kind: "user",
      token: "access",
      subject: CLAIMS.sub,
      clientId: "web",
      tenant: null,
      actor: null,
      scopes: ["openid", "orders/read"],
      roles: [],
      groups: ["admins"],
      permissions: [],
      groupsComplete: true,
      authentication: { at: NOW - 500, methods: [], context: null, federatedBy: null },
      session: "o-1",
      expiresAt: NOW + 600,
      claims: { username: "lila" },
    });
  });

  it("the route's rule is asked", async () => {
    expect(await sendClaims(kind, { ...CLAIMS, scope: "openid" })).toMatchObject({ status: 403, code: "rule_denied" });
    const posted = { method: "POST", path: "/orders", routeKey: "POST /orders" };
    expect(await send(kind, behind(kind, CLAIMS, posted))).toMatchObject({ status: 200 });
    expect(await send(kind, behind(kind, CLAIMS, { ...posted, method: "PUT", routeKey: "PUT /orders" }))).toMatchObject({
      status: 403,
      code: "route_unknown",
    });
  });

  it.each([
    ["an expired token", { exp: NOW - 120 }, "token_expired"],
    ["a token that has expired within the skew", { exp: NOW - 5 }, "principal_expired"],
    ["a token from the future", { iat: NOW + 600 }, "token_not_yet_valid"],
    ["a token that lives too long", { exp: NOW + 40 * 86_400 }, "token_lifetime_too_long"],
    ["another pool of the same account", { iss: `${POOL}2` }, "issuer_unknown"],
    ["another issuer of the gateway", { iss: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Harbour2" }, "issuer_unknown"],
    ["another client of the pool", { client_id: "other" }, "client_not_allowed"],
    ["a token bound to another resource", { aud: "https://other.example" }, "audience_mismatch"],
    ["an ID token", { token_use: "id", aud: "web" }, "token_use_mismatch"],
    ["a token bound to a key", { cnf: { jkt: "x" } }, "token_bound"],
    ["no issuer", { iss: undefined }, "claim_missing"],
    ["no subject", { sub: undefined }, "claim_missing"],
    ["no expiry", { exp: undefined }, kind === "rest-cognito" ? "claim_malformed" : "claim_missing"],
  ])("%s is refused", async (_, changes, code) => {
    const claims = Object.fromEntries(
      Object.entries({ ...CLAIMS, ...changes }).filter(([name, value]) => value !== undefined || name === "exp"),
    );
    expect(await sendClaims(kind, claims)).toMatchObject({ status: 401, principal: null, code });
  });

  it("a route that lost its authorizer: 401", async () => {
    const event = behind(kind, CLAIMS) as { requestContext: object };
    const { requestContext } = event;
    for (const authorizer of [undefined, null]) {
      expect(await send(kind, withAuthorizer(event, authorizer))).toMatchObject({ status: 401, code: "principal_missing" });
    }
    const bare = Object.fromEntries(Object.entries(requestContext).filter(([name]) => name !== "authorizer"));
    expect(await send(kind, { ...event, requestContext: bare })).toMatchObject({ status: 401, code: "principal_missing" });
  });

  it.each([{}, { jwt: null }, { claims: null }, { scopes: ["orders/read"] }])(
    "an authorizer without claims, %j: 401",
    async (authorizer) => {
      const event = behind(kind, CLAIMS) as { requestContext: object };
      expect((await send(kind, withAuthorizer(event, authorizer))).status).not.toBe(200);
    },
  );

  it("claims where the client can write are not read", async () => {
    const event = behind(kind, CLAIMS) as { requestContext: object };
    const claims = JSON.stringify(CLAIMS);
    const forged = {
      ...withAuthorizer(event, undefined),
      headers: { authorizer: claims, claims, "sls-offline-authorizer-override": JSON.stringify({ jwt: { claims: CLAIMS } }) },
      queryStringParameters: { claims, "requestContext.authorizer.claims": claims },
      authorizer: { claims: CLAIMS, jwt: { claims: CLAIMS } },
      body: JSON.stringify({ requestContext: { authorizer: { claims: CLAIMS, jwt: { claims: CLAIMS } } } }),
    };
    expect(await send(kind, forged)).toMatchObject({ status: 401, code: "principal_missing" });
  });

  it("an inherited authorizer is none", async () => {
    const event = behind(kind, CLAIMS) as { requestContext: Record<string, unknown> };
    const { authorizer, ...requestContext } = event.requestContext;
    const inheriting = Object.assign(Object.create({ authorizer }), requestContext);
    expect(await send(kind, { ...event, requestContext: inheriting })).toMatchObject({ status: 401, code: "principal_missing" });
    const polluted = JSON.parse(
      JSON.stringify(withAuthorizer(event, 0)).replace('"authorizer":0', `"__proto__":${JSON.stringify({ authorizer })}`),
    );
    expect(await send(kind, polluted)).toMatchObject({ status: 401, code: "principal_missing" });
  });

  it.each(["lambda", "iam", "principal", "principalId", "jwt"])("%s beside the claims makes two answers of them: 500", async (member) => {
    const event = behind(kind, CLAIMS) as { requestContext: { authorizer: object } };
    const both = withAuthorizer(event, { ...event.requestContext.authorizer, [member]: { claims: CLAIMS } });
    if (member === "jwt" && kind === "http-jwt") return;
    expect(await send(kind, both)).toMatchObject({ status: 500, code: "event_unsupported", principal: null });
  });

  it.each(KINDS.filter((other) => other !== kind && !(kind.startsWith("rest") && other.startsWith("rest"))))(
    "an event of %s is not taken for one",
    async (other) => {
      expect(await send(kind, behind(other, CLAIMS))).toMatchObject({ status: 500, code: "event_unsupported", principal: null });
    },
  );

  it.each([
    null,
    undefined,
    "x",
    7,
    [],
    {},
    { requestContext: null },
    { version: "2.0", requestContext: { elb: {}, authorizer: { claims: CLAIMS } } },
  ])("%j is no event", async (event) => {
    expect(await send(kind, event)).toMatchObject({ status: 500, code: "event_unsupported" });
  });

  it("a claim named __proto__ is a claim like others", async () => {
    const claims = JSON.parse(JSON.stringify({ ...CLAIMS, scope: "openid" }).replace("}", ',"__proto__":{"scope":"orders/read"}}'));
    expect(Object.hasOwn(claims, "__proto__")).toBe(true);
    expect(await sendClaims(kind, claims)).toMatchObject({ status: 403, code: "rule_denied" });
  });
});

describe("without `from`, claims mean nothing", () => {
  it.each(KINDS)("%s", async (kind) => {
    const business = guard(routes, async () => ({ statusCode: 200 }), { clock: () => NOW * 1000, log: () => {} });
    expect(await business(behind(kind, CLAIMS))).toMatchObject({ statusCode: 401 });
  });
});

it("a token of another issuer is refused here, and not only where keys are located", () => {
  const lenient = gateway.issuers.map((issuer) => ({
    ...issuer,
    locateKeys: () => ({ kind: "jwks", url: "https://keys.example" }) as const,
  }));
  const from = nativeAuthorizer({ ...gateway, issuers: lenient }, { kind: "http-jwt", issuer: "customers" });
  const other = { ...CLAIMS, iss: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Harbour2" };
  expect(() => from(behind("http-jwt", other), NOW)).toThrow(expect.objectContaining({ code: "issuer_unknown" }));
});

it.each<readonly [Kind, string, object]>([
  ["http-jwt", "of another version", { version: "1.0" }],
  ["http-jwt", "of no version", { version: undefined }],
  ["http-jwt-1.0", "without a resource", { resource: undefined }],
  ["rest-jwt", "of a version", { version: "1.0" }],
])("an event for %s, %s, is of no kind", async (kind, _, changes) => {
  expect(await send(kind, { ...behind(kind, CLAIMS), ...changes })).toMatchObject({ status: 500, code: "event_unsupported" });
});

it("an event without a resource's id is no REST API's", async () => {
  const event = behind("rest-cognito", CLAIMS) as { requestContext: object };
  const balanced = { ...event, requestContext: { ...event.requestContext, resourceId: undefined, elb: { targetGroupArn: "arn" } } };
  expect(await send("rest-cognito", balanced)).toMatchObject({ status: 500, code: "event_unsupported" });
});

it("a token that only its issuer can verify is refused, whoever says to have verified it", async () => {
  const claims = {
    iss: "https://harbour.okta.com",
    sub: "x",
    uid: "00u1",
    cid: "web",
    aud: "https://harbour.okta.com",
    scp: ["orders/read"],
  };
  const sent = { ...claims, jti: "AT.1", exp: NOW + 60 };
  expect(await sendClaims("http-jwt", sent, { issuer: "org" })).toMatchObject({ status: 401, code: "token_not_for_api" });
});

it("an event of a WebSocket API is of no kind", async () => {
  const event = behind("rest-jwt", CLAIMS) as { requestContext: object };
  const connected = { ...event, requestContext: { ...event.requestContext, connectionId: "c-1" } };
  expect(await send("rest-jwt", connected)).toMatchObject({ status: 500, code: "event_unsupported" });
});

describe("lists that became text", () => {
  const groups = async (kind: Kind, value: unknown, options: Options = {}) => {
    const { principal, code } = await sendClaims(kind, { ...CLAIMS, "cognito:groups": value }, options);
    return principal?.groups ?? code;
  };

  it("in brackets between spaces, where no element can hold a space", async () => {
    expect(await groups("http-jwt", ["admins", "us-east-1_Harbour1_Google", "[x]"])).toEqual([
      "admins",
      "us-east-1_Harbour1_Google",
      "[x]",
    ]);
    expect(await groups("http-jwt", [])).toEqual([]);
    expect(await groups("http-jwt", ["a", "", "b"])).toBe("claim_ambiguous");
    expect(await groups("http-jwt", "admins")).toBe("claim_malformed");
  });

  it("between commas, where a group's name may hold one: only by configuration", async () => {
    expect(await groups("rest-cognito", ["admins"])).toEqual(["admins"]);
    expect(await groups("rest-cognito", ["admins", "beta"])).toBe("claim_ambiguous");
    expect(await groups("rest-cognito", ["admins", "beta"], { claimTypes: { "cognito:groups": "commas" } })).toEqual(["admins", "beta"]);
    expect(await groups("rest-cognito", "[admins beta]", { claimTypes: { "cognito:groups": "commas" } })).toBe("claim_ambiguous");
    expect(await groups("rest-cognito", ["admins", ""], { claimTypes: { "cognito:groups": "commas" } })).toBe("claim_ambiguous");
  });

  it("kept as lists where values are kept", async () => {
    expect(await groups("rest-jwt", ["a b", "c,d"])).toEqual(["a b", "c,d"]);
    expect(await groups("rest-jwt", "admins")).toBe("claim_malformed");
  });

  it("a text in brackets in any other claim is refused, unless the configuration says what it is", async () => {
    expect((await sendClaims("http-jwt", { ...CLAIMS, plan: "[gold silver]" })).code).toBe("claim_ambiguous");
    expect((await sendClaims("http-jwt", { ...CLAIMS, plan: "[gold]" })).code).toBe("claim_ambiguous");
    const read = async (type: "text" | "words" | "json", plan: string) =>
      (await sendClaims("http-jwt", { ...CLAIMS, plan }, { claimTypes: { plan: type } })).principal?.claims["plan"];
    expect(await read("text", "[gold silver]")).toBe("[gold silver]");
    expect(await read("words", "[gold silver]")).toEqual(["gold", "silver"]);
    expect(await read("json", '{"a":[1,null]}')).toEqual({ a: [1, null] });
    expect(await read("json", '{"a":1,"a":2}')).toBeUndefined();
  });

  it("names that people choose for themselves may have brackets", async () => {
    const { principal } = await sendClaims("http-jwt", { ...CLAIMS, name: "[admins]", "custom:motto": "[be kind]", username: "[x y]" });
    expect(principal?.claims).toEqual({ username: "[x y]" });
  });

  it("a custom attribute in brackets is one name, as it is in the token itself", () => {
    const teams = cognito({ userPoolId: "us-east-1_Harbour1", clientIds: ["web"], groupsClaim: "custom:teams" });
    const own = defineGateway({ issuers: { customers: teams }, routes });
    const from = nativeAuthorizer(own, { kind: "http-jwt", issuer: "customers" });
    expect(from(behind("http-jwt", { ...CLAIMS, "custom:teams": "[admins]" }), NOW).groups).toEqual(["[admins]"]);
    expect(from(behind("http-jwt", { ...CLAIMS, "custom:teams": "night shift" }), NOW).groups).toEqual(["night shift"]);
  });

  it("a number, a date or a boolean that is none is refused", async () => {
    const tampered = (claims: object) => {
      const event = behind("http-jwt", CLAIMS) as { requestContext: { authorizer: { jwt: { claims: object } } } };
      const { jwt } = event.requestContext.authorizer;
      return send("http-jwt", withAuthorizer(event, { jwt: { ...jwt, claims: { ...jwt.claims, ...claims } } }));
    };
    for (const exp of ["", "soon", "0x7fffffff", " 1795421300", "1795421300 ", "+1795421300", "Infinity", "1e99", "01795421300"]) {
      expect((await tampered({ exp })).code, exp).not.toBeNull();
    }
    expect((await tampered({ exp: String(NOW + 600) })).status).toBe(200);
    expect((await tampered({ email_verified: "yes" })).code).toBe("claim_malformed");
    expect((await tampered({ exp: NOW + 600 })).code).toBe("event_unsupported");
    expect((await tampered({ "cognito:groups": ["admins"] })).code).toBe("event_unsupported");
  });

  it.each(["Mon Feb 30 10:00:00 UTC 2026", "Mon Nov 23 10:00:00 CET 2026", "Mon Nov 23 10:00:00 UTC 2026 x", "2026-11-23"])(
    "%s is no date",
    async (exp) => {
      const event = behind("rest-cognito", CLAIMS) as { requestContext: { authorizer: { claims: object } } };
      const { claims } = event.requestContext.authorizer;
      expect((await send("rest-cognito", withAuthorizer(event, { claims: { ...claims, exp } }))).code).toBe("claim_malformed");
    },
  );

  it("audiences are a list where each is a URI, which a text in brackets cannot be", async () => {
    const staff = { iss: "https://id.staff.example", sub: "s-1", exp: NOW + 60, client_id: "web", scope: "orders/read" };
    const audience = (aud: unknown, options: Options = {}) => sendClaims("http-jwt", { ...staff, aud }, { issuer: "staff", ...options });
    expect(await audience("staff-api")).toMatchObject({ status: 200 });
    expect(await audience(["https://a.example", "urn:x"])).toMatchObject({ code: "audience_mismatch" });
    expect(await audience(["account", "staff-api"])).toMatchObject({ code: "claim_ambiguous" });
    expect(await audience(["account", "staff-api"], { claimTypes: { aud: "words" } })).toMatchObject({ status: 200 });
    expect(await audience("[account staff-api]x")).toMatchObject({ code: "audience_mismatch" });
  });

  it.each([
    ["client_credentials", "client"],
    [["client_credentials"], "client"],
    [["refresh_token", "password"], "user"],
  ])("the grants %j are words, alone or in a list", async (gty, kind) => {
    const claims = { iss: "https://id.staff.example", sub: "s-1", exp: NOW + 60, aud: "staff-api", azp: "web", scope: "orders/read" };
    expect(await sendClaims("http-jwt", { ...claims, gty }, { issuer: "staff" })).toMatchObject({ status: 200, principal: { kind } });
  });

  it("a nested claim is read out of its JSON", async () => {
    const claims = { iss: "https://id.staff.example", sub: "s-1", exp: NOW + 60, client_id: "web", aud: "staff-api", scope: "orders/read" };
    const { principal } = await sendClaims("http-jwt", { ...claims, realm_access: { roles: ["a b", "c"] } }, { issuer: "staff" });
    expect(principal?.roles).toEqual(["a b", "c"]);
    expect((await sendClaims("http-jwt", { ...claims, realm_access: "map[roles:[a b c]]" }, { issuer: "staff" })).code).toBe(
      "claim_malformed",
    );
  });
});

/** Lists whose elements hold spaces, and objects of which nothing says that they are, cannot come through; every other claim must. */
const READABLE: Readonly<Record<string, object>> = {
  cognito: { "cognito:groups": ["buyers", "münchen-[1]"] },
  oidc: { groups: ["north"], limits: undefined },
};
const CHANGES: Readonly<Record<string, object>> = {
  cognito: { groups: ["buyers", "münchen-[1]"] },
  oidc: { groups: ["north"], claims: { username: "bob" } },
};

describe.each(samples)("HTTP API with its own JWT authorizer x $provider", ({ provider, issuer, claims, principal }) => {
  it("the function gets the principal that the token itself would have become", () => {
    const from = nativeAuthorizer(samplesGateway, { kind: "http-jwt", issuer });
    const event = NATIVE_EVENTS["http-jwt"]({ routeKey: "GET /orders" }, { ...claims, ...READABLE[provider] });
    expect(from(event, ISSUED_AT / 1000)).toEqual({ ...principal, ...CHANGES[provider] });
  });
});

it("Entra's groups are read as object ids, and refused as names, which may hold spaces", () => {
  const entra = samples.find(({ provider }) => provider === "entraId");
  const from = nativeAuthorizer(samplesGateway, { kind: "http-jwt", issuer: "workforce" });
  const read = (groups: readonly string[]) =>
    from(NATIVE_EVENTS["http-jwt"]({ routeKey: "GET /orders" }, { ...entra?.claims, groups }), ISSUED_AT / 1000).groups;
  const ids = ["1f0e7d2c-0000-4000-8000-0000000000d4", "1f0e7d2c-0000-4000-8000-0000000000d5"];
  expect(read(ids)).toEqual(ids);
  expect(() => read(["Buyers North"])).toThrow(expect.objectContaining({ code: "claim_ambiguous" }));
});

it("a list of which two readings exist is refused", () => {
  const okta = samples.find(({ provider }) => provider === "okta");
  const from = nativeAuthorizer(samplesGateway, { kind: "http-jwt", issuer: "suppliers" });
  const event = NATIVE_EVENTS["http-jwt"]({ routeKey: "GET /orders" }, { ...okta?.claims, groups: ["Night Shift", "Everyone"] });
  expect(() => from(event, ISSUED_AT / 1000)).toThrow(expect.objectContaining({ code: "claim_ambiguous" }));
});

it("the middleware reads the same source", async () => {
  const from = nativeAuthorizer(gateway, { kind: "http-jwt", issuer: "customers" });
  const request = { event: behind("http-jwt", CLAIMS) as unknown, context: {} };
  expect(await identity(routes, { clock: () => NOW * 1000, from }).before(request)).toBeUndefined();
  expect(request.context).toMatchObject({ principal: { id: `customers|${CLAIMS.sub}` } });
  expect(JSON.stringify(request.event)).not.toContain(CLAIMS.sub);
});

it("the gateway's own revocations are looked up where the guard is given none: nobody in front did", async () => {
  const checks: string[] = [];
  const source = (name: string) => ({
    open: () => ({
      check: async () => {
        checks.push(name);
        throw new SallyportError("revoked");
      },
    }),
  });
  const from = nativeAuthorizer({ ...gateway, revocations: source("gateway") as never }, { kind: "http-jwt", issuer: "customers" });
  const sendTo = (options: object) =>
    guard(routes, async () => ({ statusCode: 200 }), { clock: () => NOW * 1000, log: () => {}, from, ...options })(
      behind("http-jwt", CLAIMS),
    );
  expect(await sendTo({})).toMatchObject({ statusCode: 401 });
  expect(await sendTo({ revocations: source("own") })).toMatchObject({ statusCode: 401 });
  expect(await sendTo({ revocations: null })).toMatchObject({ statusCode: 200 });
  expect(checks).toEqual(["gateway", "own"]);
  const request = { event: behind("http-jwt", CLAIMS) as unknown, context: {} };
  expect(await identity(routes, { clock: () => NOW * 1000, from }).before(request)).toMatchObject({ statusCode: 401 });
});

it.each(KINDS)("revocations are looked up by the token's own id and time behind %s", async (kind) => {
  const asked: unknown[] = [];
  const revocations = { open: () => ({ check: async (proof: unknown) => void asked.push(proof) }) };
  const from = nativeAuthorizer(gateway, { kind, issuer: "customers" });
  const guarded = guard(routes, async () => ({ statusCode: 200 }), { clock: () => NOW * 1000, from, revocations: revocations as never });
  expect(await guarded(behind(kind, CLAIMS))).toMatchObject({ statusCode: 200 });
  expect(asked).toEqual([expect.objectContaining({ tokenId: "j-1", issuedAt: NOW - 20 })]);
});

describe("does not start", () => {
  const problems = (options: unknown) => {
    try {
      nativeAuthorizer(gateway, options as never);
      return [];
    } catch (error) {
      return (error as { problems: { path: string }[] }).problems.map(({ path }) => path);
    }
  };

  afterEach(() => void vi.unstubAllEnvs());

  it.each([
    [{ kind: "http", issuer: "customers" }, ["nativeAuthorizer.kind"]],
    [{ kind: "toString", issuer: "customers" }, ["nativeAuthorizer.kind"]],
    [{ issuer: "customers" }, ["nativeAuthorizer.kind"]],
    [{ kind: "http-jwt", issuer: "nobody" }, ["nativeAuthorizer.issuer"]],
    [{ kind: "rest-cognito", issuer: "staff" }, ["nativeAuthorizer.kind"]],
    [{ kind: "http-jwt", issuer: "strict" }, ["nativeAuthorizer.issuer"]],
    [{ kind: "http-jwt", issuer: "anybody" }, ["nativeAuthorizer.issuer"]],
    [{ kind: "http-jwt", issuer: "balancer" }, ["nativeAuthorizer.issuer"]],
    [{ kind: "http-jwt", issuer: "customers", claimTypes: { plan: "list" } }, ["nativeAuthorizer.claimTypes.plan"]],
    [{ kind: "http-jwt", issuer: "customers", claimTypes: [] }, ["nativeAuthorizer.claimTypes"]],
    [{ kind: "http-jwt", issuer: "customers", claimType: {} }, ["nativeAuthorizer.claimType"]],
    [null, ["nativeAuthorizer", "nativeAuthorizer.kind", "nativeAuthorizer.issuer"]],
  ])("with %j", (options, paths) => {
    expect(problems(options)).toEqual(paths);
  });

  it("for an issuer that has to be asked about every token", () => {
    const introspection = introspect({ url: "https://id.staff.example/introspect", clientId: "gateway", clientSecret: "s" });
    const staff = oidc({ issuer: "https://id.staff.example", audience: "staff-api", introspection });
    const asking = defineGateway({ issuers: { staff }, routes });
    expect(() => nativeAuthorizer(asking, { kind: "http-jwt", issuer: "staff" })).toThrow(/introspection/);
  });

  it("inside serverless-offline, which fills claims from tokens that nobody verified", () => {
    vi.stubEnv("IS_OFFLINE", "true");
    expect(problems({ kind: "http-jwt", issuer: "customers" })).toEqual(["nativeAuthorizer"]);
    vi.unstubAllEnvs();
    expect(problems({ kind: "http-jwt", issuer: "customers" })).toEqual([]);
  });
});
