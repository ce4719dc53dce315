import { cognito, defineGateway, type Gateway, group, oidc, scope } from "../../src/index.ts";
import { createTestTokens, type TestTokens, type TokenOptions } from "../../src/testing/index.ts";

/** 2026-11-20T12:00:00Z, in milliseconds. */
export const NOW = 1_795_176_000_000;
export const NOW_SECONDS = NOW / 1_000;
export const clock = () => NOW;

export const AUDIENCE = "https://api.sample.example";
const CLIENT = "sample-client";

/** Two issuers of different kinds, so that nothing can pass by belonging to the other one. */
export const gateway: Gateway = defineGateway({
  issuers: {
    shop: oidc({ issuer: "https://shop.example", audience: AUDIENCE, jwksUri: "https://shop.example/keys" }),
    pool: cognito({ userPoolId: "eu-west-1_SamplePool", clientIds: [CLIENT] }),
  },
  routes: {
    "GET /health": "public",
    "GET /me": "authenticated",
    "GET /orders": scope("orders:read"),
    "POST /orders": group("buyers"),
    $connect: scope("orders:read"),
  },
  forward: ["username"],
});

/** What each issuer's good token says. */
const CLAIMS: Readonly<Record<string, object>> = {
  shop: { sub: "user-1", aud: AUDIENCE, client_id: "web", scope: "orders:read" },
  pool: { sub: "user-2", client_id: CLIENT, token_use: "access", scope: "orders:read", username: "user-2" },
};

export interface Sample extends TestTokens {
  /** A good token of the issuer, with changes. */
  good(issuer?: string, changes?: TokenOptions): Promise<string>;
}

export async function createSample(): Promise<Sample> {
  const tokens = await createTestTokens(gateway, { clock });
  return {
    ...tokens,
    good: (issuer = "shop", { claims = {}, header = {} } = {}) => tokens.sign(issuer, { header, claims: { ...CLAIMS[issuer], ...claims } }),
  };
}
