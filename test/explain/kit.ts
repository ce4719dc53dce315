import { explain, type ExplainOptions } from "../../src/explain/explain.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { renderExplanation } from "../../src/explain/render.ts";
import { safeJson } from "../../src/explain/safe-text.ts";
import {
  allOf as allOfRules,
  anyOf,
  assurance,
  auth0,
  authenticatedWithin,
  azureAdB2c,
  cognito,
  defineGateway,
  entraId,
  type Gateway,
  google,
  multiFactor,
  oidc,
  okta,
  scope,
  group,
} from "../../src/index.ts";
import { createTestTokens, type TestTokens, type TokenOptions } from "../../src/testing/index.ts";

/** 2026-11-20T12:00:00Z, in seconds. */
export const NOW = 1_795_176_000;
export const TENANT = "5c2e8f14-9a37-4b60-8d1f-2e7a6b90c3d5";
export const AUDIENCE = "https://api.sample.example";
const APP = "e4b71d06-3c58-4f92-a6e0-9d2b8c5f7a13";

/** One issuer of every kind; few with RSA keys, which take long to make. */
export const gateway: Gateway = defineGateway({
  issuers: {
    pool: cognito({
      userPoolId: "eu-west-1_SamplePool",
      clientIds: ["web-client"],
      vocabulary: { scopes: { map: { "orders-api/orders.read": "orders:read" }, rest: "drop" } },
    }),
    partners: azureAdB2c({ tenant: "sample", tenantId: TENANT, policies: ["B2C_1_signin"], audience: APP, algorithms: ["ES256"] }),
    staff: entraId({ tenants: [TENANT], audience: APP, algorithms: ["ES256"] }),
    shops: auth0({ domain: "sample.eu.auth0.com", audience: AUDIENCE, tenants: ["org_sample"], algorithms: ["ES256"] }),
    field: okta({ domain: "sample.okta.com", audience: AUDIENCE, algorithms: ["ES256"] }),
    visitors: google({ clientIds: ["google-client"], tenants: ["sample.example"], algorithms: ["ES256"] }),
    other: oidc({ issuer: "https://other.example/realm", audience: "other-api", jwksUri: "https://other.example/keys" }),
  },
  routes: {
    "GET /health": "public",
    "GET /me": "authenticated",
    "GET /orders": scope("orders:read"),
    "GET /orders/{id}": scope("orders:read"),
    "POST /orders": group("buyers"),
    "DELETE /orders": multiFactor({ within: "15m" }),
    "PUT /orders": assurance("gold"),
    "PATCH /orders": anyOf(allOfRules(multiFactor(), scope("orders:write")), authenticatedWithin("15m")),
    $connect: "authenticated",
  },
});

type Claims = Readonly<Record<string, unknown>>;

/** What each issuer's good token says. */
const GOOD: Readonly<Record<string, Claims>> = {
  pool: {
    sub: "user-1",
    username: "alice",
    origin_jti: "sign-in-1",
    client_id: "web-client",
    token_use: "access",
    scope: "openid orders-api/orders.read",
    auth_time: NOW - 60,
  },
  partners: { sub: "user-2", aud: APP, azp: "web", scp: "orders:read", tfp: "B2C_1_signin", oid: "user-2" },
  staff: { sub: "user-3", aud: APP, azp: "web", scp: "orders:read", tid: TENANT, oid: "object-3" },
  shops: { sub: "auth0|user-4", aud: AUDIENCE, azp: "web", scope: "orders:read", org_id: "org_sample" },
  field: { sub: "user@sample.example", uid: "00u-5", aud: AUDIENCE, cid: "web", scp: ["orders:read"], jti: "AT.1" },
  visitors: { sub: "user-6", aud: "google-client", azp: "google-client", hd: "sample.example" },
  other: { sub: "user-7", aud: "other-api", client_id: "web", scope: "orders:read" },
};

/** What the gateway above cannot have beside its other issuers. */
export const second: Gateway = defineGateway({
  issuers: {
    org: okta({ domain: "sample.okta.com", authorizationServer: "org", audience: AUDIENCE, algorithms: ["ES256"] }),
    tenants: entraId({ tenants: [TENANT, "0b4c7f35-6d21-4c0e-9f5a-1d8e7b2a6c94"], audience: APP, algorithms: ["ES256"] }),
    crowd: oidc({ issuer: "https://crowd.example", audience: "crowd", algorithms: ["ES256"], jwksUri: "https://crowd.example/keys" }),
  },
  routes: { "GET /orders": scope("orders:read") },
});

export interface Kit extends TestTokens {
  /** A good token of the issuer, with changes. */
  good(issuer: string, changes?: TokenOptions): Promise<string>;
  explain(token: string, options?: ExplainOptions): Promise<Explanation>;
}

export async function createKit(): Promise<Kit> {
  const clock = () => NOW * 1_000;
  const tokens = await createTestTokens(gateway, { clock });
  return {
    ...tokens,
    good: (issuer, { claims = {}, header = {} } = {}) => tokens.sign(issuer, { header, claims: { ...GOOD[issuer], ...claims } }),
    explain: (token, options = {}) => explain(gateway, token, { clock, jwks: tokens.jwks, ...options }),
  };
}

/** The explanation's every form, as one text. */
export const allOf = (explanation: Explanation): string => `${renderExplanation(explanation)}\n${safeJson(explanation)}`;

export const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
