import { beforeAll, describe, expect, it } from "vitest";
import { parseArn } from "../../src/gateway/arn.ts";
import { readBearer } from "../../src/gateway/credential.ts";
import {
  anyOf,
  appSyncAuthorizer,
  authenticatedWithin,
  ConfigurationError,
  createVerifier,
  defineGateway,
  introspect,
  httpAuthorizer,
  oidc,
  restRequestAuthorizer,
  restTokenAuthorizer,
  type RuleInput,
  scope,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { AUDIENCE, clock, createSample, gateway, NOW_SECONDS, type Sample } from "../authorize/sample.ts";

const ARN = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live";
let sample: Sample;
let headers: { authorization: string };
beforeAll(async () => {
  sample = await createSample();
  headers = { authorization: `Bearer ${await sample.good()}` };
});

describe("an event that is right but for one member", () => {
  const ask = async (create: unknown, event: object) => {
    const handler = (create as typeof httpAuthorizer)(gateway, { clock, jwks: sample.jwks, log: () => {} });
    return handler({ headers, ...event } as never).then(
      () => "answered",
      (error: { code?: string }) => error.code,
    );
  };
  const http = { version: "2.0", type: "REQUEST", routeKey: "GET /me" };
  const rest = { type: "REQUEST", methodArn: `${ARN}/GET/me` };
  const connect = { type: "REQUEST", methodArn: `${ARN}/$connect` };

  it.each([
    ["HTTP", httpAuthorizer, http, [{ version: "1.0" }, { type: "TOKEN" }, { routeKey: 7 }, { routeKey: null }]],
    ["REST", restRequestAuthorizer, rest, [{ type: "TOKEN" }, { type: undefined }, { methodArn: connect.methodArn }]],
    ["WebSocket", webSocketAuthorizer, connect, [{ type: "TOKEN" }, { methodArn: rest.methodArn }]],
  ])("is not answered on a %s API", async (_name, create, event, changes) => {
    expect(await ask(create, event)).toBe("answered");
    for (const change of changes) expect([change, await ask(create, { ...event, ...change })]).toEqual([change, "event_unsupported"]);
  });

  it("is not answered where a token alone is handed over", async () => {
    const token = { type: "TOKEN", methodArn: rest.methodArn, authorizationToken: headers.authorization };
    expect(await ask(restTokenAuthorizer, token)).toBe("answered");
    expect(await ask(restTokenAuthorizer, { ...token, type: "REQUEST" })).toBe("event_unsupported");
    expect(await ask(restTokenAuthorizer, { ...token, methodArn: connect.methodArn })).toBe("event_unsupported");
  });
});

it.each([[[`${ARN}/GET/me`]], [`${ARN}/GETme`], [`${ARN}/`]])("an ARN is text with a method and a path, and not %j", (arn) => {
  expect(() => parseArn(arn)).toThrow(expect.objectContaining({ code: "event_unsupported" }));
});

it("a credential that is longer than a scheme and a token can be is too large, whatever it is", () => {
  expect(() => readBearer("x".repeat(8_199))).toThrow(expect.objectContaining({ code: "credential_malformed" }));
  expect(() => readBearer("x".repeat(8_200))).toThrow(expect.objectContaining({ code: "credential_too_large" }));
});

describe("an AppSync API", () => {
  const create = (rule: RuleInput, extra: object = {}) => appSyncAuthorizer(gateway, { rule, clock, jwks: sample.jwks, ...extra });
  const event = (authorizationToken: unknown) => ({ authorizationToken, requestContext: { apiId: "sampleapi" } }) as never;

  it.each([7, true, {}, []])("refuses %j as a token, by name", async (value) => {
    const codes: unknown[] = [];
    const handler = create("authenticated", { log: ({ code }: { code: unknown }) => void codes.push(code) });
    expect(await handler(event(value))).toMatchObject({ isAuthorized: false });
    expect(codes).toEqual(["credential_malformed"]);
  });

  it("keeps no answer for a token that is over and let in by the difference of clocks only", async () => {
    const token = await sample.good("shop", { claims: { exp: NOW_SECONDS - 5 } });
    expect(await create("authenticated")(event(token))).toMatchObject({ isAuthorized: true, ttlOverride: 0, deniedFields: [] });
  });

  it("keeps no answer where one way in looks at the time", async () => {
    const rule = anyOf(authenticatedWithin("1m"), scope("orders:read"));
    expect(await create(rule)(event(await sample.good()))).toMatchObject({ isAuthorized: true, ttlOverride: 0 });
  });

  it("counts by its own clock where none is given", async () => {
    const { jwks, sign } = await createTestTokens(gateway);
    const claims = { sub: "user-1", aud: AUDIENCE, client_id: "web", exp: Math.floor(Date.now() / 1_000) + 100 };
    const token = await sign("shop", { claims });
    const answer = await appSyncAuthorizer(gateway, { rule: "authenticated", jwks, log: () => {} })(event(token));
    expect(answer.isAuthorized && answer.ttlOverride > 90 && answer.ttlOverride <= 100).toBe(true);
  });

  it("names the rule in what is wrong with it", () => {
    const start = () => create({ kind: "issuer", name: "nobody" });
    expect(start).toThrow(ConfigurationError);
    expect(start).toThrow(/^The gateway configuration has 1 problem:\n {2}rule: /);
  });
});

it("introspection uses the clock and the transport that a verifier was given", async () => {
  const seen: unknown[] = [];
  const introspection = {
    ...introspect({ url: "https://shop.example/introspect", clientId: "gateway", clientSecret: "example" }),
    open: (_issuer: unknown, world: object) => (seen.push(world), { isActive: async () => true, prove: async () => null }),
  };
  const shop = oidc({ issuer: "https://shop.example", audience: "api" });
  const config = defineGateway({ issuers: { shop }, routes: {}, forward: ["username"] });
  const issuers = config.issuers.map((issuer) => ({ ...issuer, settings: { ...issuer.settings, introspection } }));
  const fetch = async () => new Response();
  createVerifier({ ...config, issuers } as never, { clock, fetch, prefetch: false });
  createVerifier({ ...config, issuers } as never, { clock, prefetch: false });
  expect(seen).toMatchObject([
    { clock, fetch, forward: ["username"] },
    { clock, forward: ["username"] },
  ]);
  expect(typeof (seen[1] as { fetch: unknown }).fetch).toBe("function");
});
