import { beforeAll, describe, expect, it } from "vitest";
import { httpAuthorizer, type LogEntry, restRequestAuthorizer, restTokenAuthorizer, webSocketAuthorizer } from "../../src/index.ts";
import { clock, createSample, gateway, type Sample } from "../authorize/sample.ts";

const ARN = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live";
let sample: Sample;
let entries: LogEntry[] = [];

beforeAll(async () => {
  sample = await createSample();
});

const options = (extra: object = {}) => ({
  clock,
  jwks: sample.jwks,
  stopwatch: () => 0,
  log: (entry: LogEntry) => void entries.push(entry),
  ...extra,
});

/** Each API type's authorizer, asked for one route with one Authorization header. */
const APIS: Record<string, (route: string, authorization: string | undefined, extra?: object) => Promise<unknown>> = {
  "REST TOKEN": (route, authorizationToken, extra) =>
    restTokenAuthorizer(
      gateway,
      options(extra),
    )({ type: "TOKEN", methodArn: `${ARN}/${route.replace(" ", "")}`, ...(authorizationToken !== undefined && { authorizationToken }) }),
  "REST REQUEST": (route, Authorization, extra) =>
    restRequestAuthorizer(
      gateway,
      options(extra),
    )({ type: "REQUEST", methodArn: `${ARN}/${route.replace(" ", "")}`, headers: { Authorization } }),
  HTTP: (routeKey, authorization, extra) =>
    httpAuthorizer(gateway, options(extra))({ version: "2.0", type: "REQUEST", routeKey, headers: { authorization } }),
};

const isAllowed = (answer: unknown) => {
  const { isAuthorized, policyDocument } = answer as { isAuthorized?: boolean; policyDocument?: { Statement: { Effect: string }[] } };
  return isAuthorized ?? policyDocument?.Statement.some(({ Effect }) => Effect === "Allow");
};

describe.each(Object.entries(APIS))("%s", (_name, ask) => {
  it("lets a good token through with the principal, and never the token", async () => {
    const token = await sample.good();
    const answer = await ask("GET /orders", `Bearer ${token}`);
    expect(isAllowed(answer)).toBe(true);
    expect(JSON.stringify(answer)).toContain("shop|user-1");
    for (let at = 0; at + 12 <= token.length; at += 4) expect(JSON.stringify(answer)).not.toContain(token.slice(at, at + 12));
  });

  it.each([undefined, "", "Bearer", "Basic YTpi", "Bearer null", "Bearer a.b.c"])("signals 401 for %j", async (value) => {
    await expect(ask("GET /orders", value)).rejects.toThrow(/^Unauthorized$/);
  });

  it("does not signal 401 when keys are unavailable", async () => {
    const failure = ask("GET /orders", `Bearer ${await sample.good()}`, { jwks: {} });
    await expect(failure).rejects.toMatchObject({ code: "keys_unavailable" });
    await expect(failure).rejects.not.toThrow(/^Unauthorized$/);
  });

  it("lets a public route through without reading the credential", async () => {
    expect(isAllowed(await ask("GET /health", "nonsense"))).toBe(true);
  });

  it("tells access logs why it denied", async () => {
    expect(await ask("POST /orders", `Bearer ${await sample.good()}`)).toMatchObject({ context: { reason: "rule_denied" } });
    expect(await ask("DELETE /orders", `Bearer ${await sample.good()}`)).toMatchObject({ context: { reason: "route_unknown" } });
  });

  it("denies a principal that does not fit, and never cuts it", async () => {
    // A scope is four bytes in the token and six as an entry of the principal's list.
    const scopes = Array.from({ length: 1_250 }, (_, index) => index.toString(36).padStart(3, "x"));
    const fits = await sample.good("shop", { claims: { scope: ["orders:read", ...scopes.slice(0, 500)].join(" ") } });
    const big = await sample.good("shop", { claims: { scope: ["orders:read", ...scopes].join(" ") } });
    expect(isAllowed(await ask("GET /orders", `Bearer ${fits}`))).toBe(true);
    const answer = await ask("GET /orders", `Bearer ${big}`);
    expect(isAllowed(answer)).toBe(false);
    expect(answer).toMatchObject({ context: { reason: "principal_too_large" } });
    expect(entries.at(-1)).toMatchObject({ code: "principal_too_large", issuer: "shop" });
  });

  it("writes one line for a refusal: reason, issuer, route, and nothing of the token", async () => {
    entries = [];
    const token = await sample.good("shop", { claims: { exp: 1 } });
    await expect(ask("GET /orders", `Bearer ${token}`)).rejects.toThrow();
    expect(entries).toEqual([
      {
        level: "WARN",
        message: "Request refused",
        code: "token_expired",
        issuer: "shop",
        route: "GET /orders",
        requestId: null,
        keySource: null,
        durationMs: 0,
      },
    ]);
  });
});

describe.each([
  ["REST TOKEN", restTokenAuthorizer],
  ["REST REQUEST", restRequestAuthorizer],
  ["HTTP", httpAuthorizer],
  ["WebSocket", webSocketAuthorizer],
] as const)("%s and events that are not its own", (_name, create) => {
  it.each([
    undefined,
    null,
    1,
    "x",
    {},
    { type: "REQUEST" },
    { type: "REQUEST", methodArn: "arn:aws:s3:::bucket" },
    { type: "TOKEN", methodArn: `${ARN}/$connect` },
    { version: "1.0", type: "REQUEST", routeKey: "GET /health" },
  ])("%j fails closed with a fixed code", async (event) => {
    const handler = create(gateway, options()) as (event: unknown) => Promise<unknown>;
    await expect(handler(event)).rejects.toMatchObject({ code: "event_unsupported" });
  });
});

it("the REST answer lists what else the principal may reach, and nothing more", async () => {
  const answer = (await APIS["REST TOKEN"]?.("GET /me", `Bearer ${await sample.good()}`)) as {
    policyDocument: { Statement: { Effect: string; Resource: string[] }[] };
  };
  const allowed = answer.policyDocument.Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Resource }) => Resource);
  expect(allowed.toSorted()).toEqual([`${ARN}/GET/health`, `${ARN}/GET/me`, `${ARN}/GET/orders`]);
});

it("the HTTP authorizer verifies what the answer is cached by", async () => {
  const authorization = `Bearer ${await sample.good()}`;
  const event = {
    version: "2.0",
    type: "REQUEST",
    routeKey: "GET /orders",
    headers: { authorization },
    identitySource: ["Bearer other", "GET /orders"],
  };
  await expect(httpAuthorizer(gateway, options())(event)).rejects.toThrow(/^Unauthorized$/);
  expect(entries.at(-1)?.code).toBe("credential_ambiguous");
});

describe("the WebSocket authorizer", () => {
  const connect = (event: object, credential: object = {}) =>
    webSocketAuthorizer(
      { ...gateway, webSocketCredential: { queryParameter: null, subprotocol: null, ...credential } },
      options(),
    )({ type: "REQUEST", methodArn: `${ARN}/$connect`, ...event });

  it("takes the token from the header, and elsewhere only where the configuration says so", async () => {
    const token = await sample.good();
    const inProtocol = { headers: { "Sec-WebSocket-Protocol": `bearer, ${token}` } };
    const inQuery = { queryStringParameters: { token } };
    expect(isAllowed(await connect({ headers: { Authorization: `Bearer ${token}` } }))).toBe(true);
    expect(isAllowed(await connect(inProtocol, { subprotocol: "bearer" }))).toBe(true);
    expect(isAllowed(await connect(inQuery, { queryParameter: "token" }))).toBe(true);
    await expect(connect(inProtocol)).rejects.toThrow(/^Unauthorized$/);
    await expect(connect(inQuery)).rejects.toThrow(/^Unauthorized$/);
  });

  it("refuses two credentials", async () => {
    const token = await sample.good();
    const event = { headers: { Authorization: `Bearer ${token}` }, queryStringParameters: { token } };
    await expect(connect(event, { queryParameter: "token" })).rejects.toThrow(/^Unauthorized$/);
    await expect(
      connect({ headers: { "Sec-WebSocket-Protocol": `bearer, ${token}, bearer, ${token}` } }, { subprotocol: "bearer" }),
    ).rejects.toThrow(/^Unauthorized$/);
  });
});
