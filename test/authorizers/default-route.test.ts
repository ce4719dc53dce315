import { beforeAll, describe, expect, it } from "vitest";
import { defineGateway, httpPolicyAuthorizer, oidc, type Rule, restRequestAuthorizer, restTokenAuthorizer } from "../../src/index.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { gatewayOf } from "../gateway/fixtures.ts";
import type { Lambda, TestGateway } from "../gateway/types.ts";

const tableWith = ($default: Rule | "public" | "authenticated") =>
  defineGateway({
    issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api", jwksUri: "https://shop.example/keys" }) },
    routes: { "GET /me": "authenticated", $default },
  });
const tokens = await createTestTokens(tableWith("public"));
const options = { jwks: tokens.jwks as never, log: () => {} };

let headers: readonly [readonly [string, string]];
beforeAll(async () => {
  headers = [["Authorization", `Bearer ${await tokens.sign("shop", { claims: { sub: "user-1", aud: "api" } })}`]];
});

const ask = async (api: TestGateway, path: string) => (await api.request({ method: "GET", path, headers })).status;
const more = (key: string) => ({ keys: ["GET /me", key], clock: Date.now });

describe.each(["public", "authenticated"] as const)("a table with a `$default` that is %s", (rule) => {
  const gateway = tableWith(rule);
  const REST: readonly (readonly [string, Lambda, "TOKEN" | "REQUEST"])[] = [
    ["TOKEN", restTokenAuthorizer(gateway, options), "TOKEN"],
    ["REQUEST", restRequestAuthorizer(gateway, options), "REQUEST"],
  ];

  it.each(REST)("opens nothing of a REST API that it does not name: %s", async (_, handler, type) => {
    const open = () => gatewayOf("rest", handler, { type }, more("GET /admin/{proxy+}"));
    const [asked, replayed] = [open(), open()];
    expect(await ask(asked, "/admin/users")).toBe(403);
    expect(await ask(replayed, "/me")).toBe(200);
    expect(await ask(replayed, "/admin/users")).toBe(403);
  });

  it("is the route of an HTTP API that takes what is left", async () => {
    const api = gatewayOf("http", httpPolicyAuthorizer(gateway, options), { simple: false }, more("$default"));
    expect(await ask(api, "/admin/users")).toBe(200);
  });
});
