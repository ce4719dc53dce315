import { beforeAll, describe, expect, it } from "vitest";
import {
  defineGateway,
  httpPolicyAuthorizer,
  type LogEntry,
  oidc,
  restRequestAuthorizer,
  restTokenAuthorizer,
  scope,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { authorizerCalls, gatewayOf } from "../gateway/fixtures.ts";
import type { TestGateway } from "../gateway/types.ts";
import { webSocketAuthorizerEvent } from "../events/websocket.ts";

const gateway = defineGateway({
  issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api", jwksUri: "https://shop.example/keys" }) },
  routes: { "GET /health": "public", "GET /orders": scope("orders:read"), "POST /orders": scope("orders:write"), $connect: "public" },
  forward: ["username"],
});
const tokens = await createTestTokens(gateway);
const lines: LogEntry[] = [];
const options = { jwks: tokens.jwks as never, log: (entry: LogEntry) => void lines.push(entry) };
const keys = ["GET /health", "GET /orders", "POST /orders"];

/** The API types whose cached answer serves every route, behind API Gateway's cache. */
const SHARED: Readonly<Record<string, () => TestGateway>> = {
  "REST TOKEN": () => gatewayOf("rest", restTokenAuthorizer(gateway, options), { type: "TOKEN" }, { keys, clock: Date.now }),
  "REST REQUEST": () => gatewayOf("rest", restRequestAuthorizer(gateway, options), {}, { keys, clock: Date.now }),
  "HTTP policy": () => gatewayOf("http", httpPolicyAuthorizer(gateway, options), { simple: false, ttl: 300 }, { keys, clock: Date.now }),
};

let good: string;
let huge: string;
beforeAll(async () => {
  const claims = { sub: "user-1", aud: "api", scope: "orders:read" };
  good = await tokens.sign("shop", { claims });
  // Short enough for a credential, too long for an answer.
  huge = await tokens.sign("shop", { claims: { ...claims, preferred_username: '"'.repeat(2_500) } });
});

const ask = async (api: TestGateway, method: string, path: string, token: string) =>
  (await api.request({ method, path, headers: [["Authorization", `Bearer ${token}`]] })).status;

describe.each(Object.entries(SHARED))("a public route behind a cached authorizer of %s", (_name, open) => {
  it("does not shut its callers out of the other routes", async () => {
    const api = open();
    expect(await ask(api, "GET", "/health", good)).toBe(200);
    expect(await ask(api, "GET", "/orders", good)).toBe(200);
    expect(await ask(api, "POST", "/orders", good)).toBe(403);
    expect(authorizerCalls(api)).toBe(1);
  });

  it.each([
    ["forged", () => `${good.slice(0, -8)}AAAAAAAA`],
    ["of nobody", () => "nonsense"],
    ["too large for an answer", () => huge],
  ])("is open to whoever sends a token that is %s, and opens nothing else", async (_what, token) => {
    const api = open();
    expect(await ask(api, "GET", "/health", token())).toBe(200);
    expect(await ask(api, "GET", "/orders", token())).toBe(403);
    expect(authorizerCalls(api)).toBe(1);
  });
});

it("a public connection knows who connects", async () => {
  const authorizer = webSocketAuthorizer(gateway, options);
  const connect = (token: string) =>
    authorizer(
      webSocketAuthorizerEvent({ method: "GET", path: "/", headers: [["Authorization", `Bearer ${token}`]], routeKey: "$connect" }),
    );
  expect(await connect(good)).toMatchObject({ principalId: "shop|user-1", context: { subject: "user-1" } });
  expect(await connect("nonsense")).toMatchObject({ principalId: "anonymous", context: {} });
});
