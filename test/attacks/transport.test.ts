import { describe, expect, it } from "vitest";
import { guard } from "../../src/guard/index.ts";
import {
  appSyncAuthorizer,
  createVerifier,
  httpAuthorizer,
  httpPolicyAuthorizer,
  type ReasonCode,
  restRequestAuthorizer,
  restTokenAuthorizer,
  scope,
  verifyingGuard,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import { refused } from "./kit.ts";
import { CLOCK, createServers, gateway, mint } from "./lab.ts";
import { assertAllowed, type Options, assertRefused } from "./witness.ts";

const ARN = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live";
const token = mint();
const bearer = `Bearer ${token}`;

/** Asks with an event that carries these headers, parameters and cookies. */
type Ask = (carried: object, options: Options) => Promise<unknown>;

/** The API types whose events have headers of their own, by how an event is made. */
const CARRIERS: Readonly<Record<string, Ask>> = {
  "REST REQUEST": (carried, options) =>
    restRequestAuthorizer(gateway, options)({ type: "REQUEST", methodArn: `${ARN}/GET/orders`, ...carried }),
  HTTP: (carried, options) => httpAuthorizer(gateway, options)({ version: "2.0", type: "REQUEST", routeKey: "GET /orders", ...carried }),
  "HTTP with policies": (carried, options) =>
    httpPolicyAuthorizer(gateway, options)({ version: "1.0", type: "REQUEST", methodArn: `${ARN}/GET/orders`, ...carried }),
  WebSocket: (carried, options) => webSocketAuthorizer(gateway, options)({ type: "REQUEST", methodArn: `${ARN}/$connect`, ...carried }),
};
const arnOf = (name: string) => `${ARN}/${name === "WebSocket" ? "$connect" : "GET/orders"}`;

/** Refused with 401 and this reason, before anything is fetched. */
async function refusedEvent(ask: Ask, carried: object, code: ReasonCode): Promise<void> {
  await assertRefused((options) => ask(carried, options), code, { token });
}
/** Let in with the lab's token, after its issuer's keys were fetched. */
async function assertAllowedEvent(name: string, ask: Ask, carried: object): Promise<void> {
  await assertAllowed((options) => ask(carried, options), { token, fetches: 1, arn: arnOf(name) });
}

describe("E1 sends no credential, or only the scheme", () => {
  it.each<[string | undefined, ReasonCode]>([
    [undefined, "credential_missing"],
    ["", "credential_missing"],
    ["Bearer", "credential_malformed"],
    ["Bearer ", "credential_malformed"],
    [" ", "credential_malformed"],
  ])("%j", async (authorization, code) => {
    await refused({ authorization, route: "GET /orders" }, code);
  });
});

describe("E2 separates scheme and token in an unusual way", () => {
  it.each(["Bearer\t", "Bearer  ", " Bearer ", "Bearer\u00a0", "Bearer\n", "Bearer:", "Bearer=", "Bearer\u2003", "Bearer"])(
    "%j",
    async (scheme) => {
      await refused({ authorization: scheme + token, route: "GET /orders" }, "credential_malformed");
    },
  );

  it.each([`${bearer} `, `${bearer}\t`, `${bearer}\u00a0`, `${bearer} x`])("something after the token (%#)", async (authorization) => {
    await refused({ authorization, route: "GET /orders" }, "credential_malformed");
  });

  it.each(["bearer", "BEARER", "bEaReR"])("while %s is only another spelling", async (scheme) => {
    for (const [name, ask] of Object.entries(CARRIERS))
      await assertAllowedEvent(name, ask, { headers: { authorization: `${scheme} ${token}` } });
  });
});

describe.each(Object.entries(CARRIERS))("E3 sends two credentials, and hopes for the first or the last (%s)", (_name, ask) => {
  const other = `Bearer ${mint({ claims: { sub: "canary-subject-0002" } })}`;
  it.each<[string, object, ReasonCode]>([
    ["two spellings of the header", { headers: { Authorization: bearer, authorization: bearer } }, "credential_ambiguous"],
    ["joined by a comma", { headers: { Authorization: `${bearer}, ${other}` } }, "credential_malformed"],
    ["joined by a comma alone", { headers: { Authorization: `${bearer},${token}` } }, "credential_malformed"],
    ["two values", { headers: { Authorization: other }, multiValueHeaders: { Authorization: [bearer, other] } }, "credential_ambiguous"],
    [
      "two forms that disagree",
      { headers: { Authorization: bearer }, multiValueHeaders: { Authorization: [other] } },
      "credential_ambiguous",
    ],
    ["two values, both equal", { headers: {}, multiValueHeaders: { Authorization: [bearer, bearer] } }, "credential_ambiguous"],
    [
      "two spellings in the other form",
      { multiValueHeaders: { Authorization: [bearer], AUTHORIZATION: [bearer] } },
      "credential_ambiguous",
    ],
  ])("%s", async (_what, carried, code) => refusedEvent(ask, carried, code));
});

describe.each(Object.entries(CARRIERS).filter(([name]) => name !== "WebSocket"))(
  "E4 sends a token in the header and in the query (%s)",
  (_name, ask) => {
    it.each([{ queryStringParameters: { access_token: token } }, { multiValueQueryStringParameters: { access_token: [token] } }])(
      "%#",
      async (query) => {
        await refusedEvent(ask, { headers: { authorization: bearer }, ...query }, "credential_ambiguous");
      },
    );
  },
);

describe.each(Object.entries(CARRIERS))("E4 sends a token in the header and in a cookie, which is never read (%s)", (name, ask) => {
  const other = mint({ claims: { sub: "canary-subject-0002", scope: "orders:write" } });
  const cookies = { headers: { cookie: `token=${other}; access_token=${other}` }, cookies: [`authorization=Bearer ${other}`] };
  const withHeader = (authorization: string) => ({ ...cookies, headers: { ...cookies.headers, authorization } });

  it("the header alone decides", async () => {
    await assertAllowedEvent(name, ask, withHeader(bearer));
    const turned = { headers: { cookie: `token=${token}`, authorization: `Bearer ${other}` }, cookies: [`token=${token}`] };
    await assertRefused((options) => ask(turned, options), "rule_denied", { token: other, secrets: [token], fetches: 1, arn: arnOf(name) });
    await refusedEvent(ask, { headers: { cookie: `token=${token}`, authorization: "Basic x" } }, "credential_malformed");
  });
  it("and a third token, in the query, is one too many as ever, but for a WebSocket API, which was told of no parameter", async () => {
    const carried = { ...withHeader(bearer), queryStringParameters: { access_token: token } };
    await (name === "WebSocket" ? assertAllowedEvent(name, ask, carried) : refusedEvent(ask, carried, "credential_ambiguous"));
  });
});

it("E4 sends a token in the header and in another place that a WebSocket API reads", async () => {
  const open = { ...gateway, webSocketCredential: { queryParameter: "token", subprotocol: "bearer" } };
  const connect: Ask = (carried, options) =>
    webSocketAuthorizer(open, options)({ type: "REQUEST", methodArn: `${ARN}/$connect`, ...carried });
  const places = [
    { headers: { authorization: bearer } },
    { headers: { "sec-websocket-protocol": `bearer, ${token}` } },
    { queryStringParameters: { token } },
  ];
  for (const place of places) await assertAllowedEvent("WebSocket", connect, place);
  const [header, protocol, query] = places;
  await refusedEvent(connect, { ...header, ...query }, "credential_ambiguous");
  await refusedEvent(connect, { ...protocol, ...query }, "credential_ambiguous");
  await refusedEvent(connect, { headers: { ...header?.headers, ...protocol?.headers } }, "credential_ambiguous");
});

describe("E5 sends a credential of another scheme, or no token behind the right one", () => {
  it.each([
    `Basic ${token}`,
    `DPoP ${token}`,
    `Negotiate ${token}`,
    `Token ${token}`,
    `JWT ${token}`,
    `Bearer "${token}"`,
    `Bearer '${token}'`,
    `Bearer <${token}>`,
  ])("%#", async (authorization) => refused({ authorization, route: "GET /orders" }, "credential_malformed"));
  it.each(["Bearer null", "Bearer undefined", "Bearer NaN", "Bearer true"])("%s", async (authorization) => {
    await refused({ authorization, route: "GET /orders" }, "token_opaque");
  });
  it("Bearer [object Object]", async () =>
    refused({ authorization: "Bearer [object Object]", route: "GET /orders" }, "credential_malformed"));
});

describe("E6 hides control characters, folds or escapes in the header", () => {
  it.each(["\r\n", "\r\n ", "\n", "\0", "\u{1f600}", "%20", "%0d%0a", "\u2028", "\ufeff"])("%j", async (text) => {
    const at = 40;
    for (const value of [`${bearer}${text}X-Admin: 1`, `${bearer.slice(0, at)}${text}${bearer.slice(at)}`, `${text}${bearer}`])
      await refused({ authorization: value, route: "GET /orders" }, "credential_malformed");
  });
});

describe("E7 sends a token of more than 8 kB", () => {
  it.each([8_193, 10_240, 1_000_000])("%d characters", async (length) => refused("a".repeat(length), "credential_too_large"));
  it("good signature or not", async () => refused(mint({ claims: { note: "x".repeat(7_000) } }), "credential_too_large"));
});

describe.each(Object.entries(CARRIERS))("E8 sends a token in a cookie, which is never read (%s)", (_name, ask) => {
  it.each([
    { headers: { cookie: `token=${token}; __Host-token=${token}; token=${token}` } },
    { headers: {}, cookies: [`access_token=${token}`, `authorization=${encodeURIComponent(bearer)}`] },
  ])("%#", async (carried) => refusedEvent(ask, carried, "credential_missing"));
});

describe.each(Object.entries(CARRIERS))(
  "E9 sends a token in the query, which is not read unless the configuration says so (%s)",
  (_name, ask) => {
    it.each(["access_token", "token", "authorization", "Authorization", "jwt"])("%s", async (name) => {
      await refusedEvent(ask, { headers: {}, queryStringParameters: { [name]: token } }, "credential_missing");
      await refusedEvent(ask, { headers: null, multiValueQueryStringParameters: { [name]: [token] } }, "credential_missing");
    });
  },
);

describe("E10 gets an event through that is not of the expected kind", () => {
  const HANDLERS = [restTokenAuthorizer, restRequestAuthorizer, httpAuthorizer, httpPolicyAuthorizer, webSocketAuthorizer] as const;
  const EVENTS: readonly unknown[] = [
    undefined,
    null,
    0,
    "event",
    [],
    {},
    { type: "REQUEST" },
    { type: "TOKEN", authorizationToken: bearer },
    { type: "TOKEN", authorizationToken: bearer, methodArn: 1 },
    { type: "REQUEST", methodArn: "arn:aws:s3:::bucket", headers: { authorization: bearer } },
    { version: "3.0", type: "REQUEST", routeKey: "GET /orders", headers: { authorization: bearer } },
    { version: "2.0", type: "request", routeKey: "GET /orders", headers: { authorization: bearer } },
    { Records: [{ body: token }] },
  ];

  it.each(HANDLERS)("%o: an error of ours, nothing fetched, nobody let in", async (create) => {
    for (const event of EVENTS) {
      const ask = (options: Options) => (create(gateway, options) as (event: unknown) => Promise<unknown>)(event);
      await assertRefused(ask, "event_unsupported", { token });
    }
  });

  it("a payload version that is the name of something every object has", async () => {
    const event = { version: "toString", type: "REQUEST", methodArn: `${ARN}/GET/orders`, headers: { authorization: bearer } };
    await assertRefused((options) => httpPolicyAuthorizer(gateway, options)(event), "event_unsupported", { token });
  });

  it("AppSync", async () => {
    const rule = scope("orders:read");
    const ask = (event: unknown) => (options: Options) =>
      (appSyncAuthorizer(gateway, { ...options, rule }) as (event: unknown) => Promise<unknown>)(event);
    const foreign = { type: "TOKEN", authorizationToken: bearer, requestContext: { apiId: "x" } };
    for (const event of [undefined, null, {}, { requestContext: {} }, foreign])
      await assertRefused(ask(event), "event_unsupported", { token });
  });

  it("functions without an authorizer", async () => {
    const ask = (event: unknown) => (options: Options) => verifyingGuard(gateway, async () => ({ statusCode: 200 }), options)(event);
    for (const event of EVENTS) await assertRefused(ask(event), "event_unsupported", { token });
  });

  it.each<[unknown, ReasonCode]>([
    [null, "credential_missing"],
    [undefined, "credential_missing"],
    [[], "credential_missing"],
    ["text", "credential_missing"],
    [1, "credential_missing"],
    [{ authorization: 1 }, "credential_malformed"],
    [{ authorization: [bearer] }, "credential_malformed"],
    [{ authorization: null }, "credential_missing"],
  ])("headers that are %j", async (headers, code) => {
    for (const ask of Object.values(CARRIERS)) await refusedEvent(ask, { headers }, code);
  });
});

describe.each(Object.entries(CARRIERS))("E11 sends headers that other proxies decide by (%s)", (_name, ask) => {
  const forwarded = {
    "x-forwarded-uri": "/health",
    "x-original-url": "/health",
    "x-rewrite-url": "/health",
    "x-forwarded-method": "OPTIONS",
    "x-http-method-override": "OPTIONS",
    "x-forwarded-host": "localhost",
    "x-forwarded-authorization": bearer,
    x_authorization: bearer,
    authorization_: bearer,
    "proxy-authorization": bearer,
    "x-amzn-oidc-accesstoken": token,
  };

  it("none of them is a credential, or another route", async () => refusedEvent(ask, { headers: forwarded }, "credential_missing"));
});

it("E11 reaches for another path: the route is the one that API Gateway chose", async () => {
  const event = {
    version: "2.0",
    type: "REQUEST",
    routeKey: "DELETE /orders/{id}",
    headers: { authorization: bearer, "x-forwarded-uri": "/health", "x-http-method-override": "GET" },
    rawPath: "/health",
    requestContext: { http: { method: "GET", path: "/health" } },
  };
  const answer = await assertRefused((options) => httpAuthorizer(gateway, options)(event), "rule_denied", { token, fetches: 1 });
  expect(answer).toMatchObject({ isAuthorized: false, context: { reason: "rule_denied" } });
});

describe("E12 sends the identity along as headers, query or body: functions read the authorizer's context only", () => {
  const subject = "canary-subject-0003";
  const forged = authorizerContext(testPrincipal({ subject, scopes: ["orders:read"], expiresAt: CLOCK() }), "http")["lambda"];
  it.each([
    { headers: { "x-user": "admin", "x-principal": JSON.stringify(forged), principal: JSON.stringify(forged) } },
    { queryStringParameters: { principal: JSON.stringify(forged) } },
    { body: JSON.stringify({ requestContext: { authorizer: { lambda: forged } } }) },
    { authorizer: { lambda: forged }, lambda: forged, principal: forged },
    { requestContext: { lambda: forged, principal: forged } },
  ])("%#", async (carried) => {
    const ask = ({ clock, log }: Options) =>
      guard(gateway, async () => ({ statusCode: 200 }), { clock, log })({ version: "2.0", routeKey: "GET /orders", ...carried });
    await assertRefused(ask, "principal_missing", { secrets: [subject] });
  });
});

it("the same token, carried as it should be, gets in everywhere", async () => {
  for (const [name, ask] of Object.entries(CARRIERS)) await assertAllowedEvent(name, ask, { headers: { authorization: bearer } });
  await expect(createVerifier(gateway, { clock: CLOCK, fetch: createServers().fetch }).verify(token)).resolves.toBeTruthy();
});
