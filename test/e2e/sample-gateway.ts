import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose";
import { type Gateway, auth0, azureAdB2c, cognito, defineGateway, defineRoutes, oidc, role, scope } from "../../src/index.ts";
import type { Principal } from "../../src/principal/principal.ts";

/** When every sample token was issued: milliseconds since the epoch. */
export const ISSUED_AT = Date.UTC(2026, 0, 1, 12);
/** Seconds that a sample token lives. */
export const LIFETIME = 3600;
/** Every issuer uses this key id, so that only the issuer tells its key from the others'. */
export const KEY_ID = "key-1";

const IAT = ISSUED_AT / 1000;
const TENANT_ID = "7d3f0c52-93f5-4c61-8a8c-1f6f0e6a9b10";
const API = "https://api.orders.example";

export const routes = defineRoutes({
  "GET /health": "public",
  "GET /me": "authenticated",
  "GET /orders": scope("orders:read"),
  "GET /orders/{id}": scope("orders:read"),
  "POST /orders": scope("orders:write"),
  "DELETE /orders/{id}": role("admin"),
  "GET /unguarded": "authenticated",
  $connect: scope("orders:read"),
  $default: "authenticated",
  listOrders: scope("orders:read"),
  createOrder: scope("orders:write"),
});

export const gateway: Gateway = defineGateway({
  issuers: {
    customers: cognito({
      userPoolId: "eu-west-1_Sample123",
      clientIds: ["sample-web"],
      vocabulary: { scopes: { strip: "orders-api/", rest: "drop" } },
    }),
    partners: azureAdB2c({ tenant: "sampleb2c", tenantId: TENANT_ID, policies: ["B2C_1_signin"], audience: "sample-api" }),
    shops: auth0({ domain: "sample.eu.auth0.com", audience: API }),
    staff: oidc({ issuer: "https://id.staff.example", audience: API }),
  },
  routes,
  forward: ["username", "limits"],
});

/** One sample issuer: a good token's contents, the principal they become, and what makes it a token for somebody else. */
export interface Sample {
  readonly provider: string;
  /** The issuer's name in the configuration. */
  readonly issuer: string;
  readonly typ: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The claim in which the provider writes scopes, and how it writes `orders:read`. */
  readonly scopeClaim: string;
  readonly readScope: string;
  readonly forOthers: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
}

/** What is the same in every sample principal. */
const COMMON = {
  kind: "user",
  token: "access",
  clientId: "sample-web",
  tenant: null,
  actor: null,
  scopes: ["orders:read", "orders:write"],
  roles: [],
  groups: [],
  permissions: [],
  groupsComplete: true,
  session: null,
  expiresAt: IAT + LIFETIME,
  claims: {},
} as const satisfies Partial<Principal>;

const TIMES = { iat: IAT, exp: IAT + LIFETIME };
const SIGN_IN = { at: null, methods: [], context: null, federatedBy: null };
const LIMITS = { perDay: 1.5e3, tags: ["a b", 'quoted "ä"', "👍"], none: null, nested: [{ deep: [true, false] }] };

export const samples: readonly Sample[] = [
  {
    provider: "cognito",
    issuer: "customers",
    typ: "JWT",
    claims: {
      ...TIMES,
      iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Sample123",
      sub: "1f0e7d2c-0000-4000-8000-0000000000a1",
      token_use: "access",
      version: 2,
      client_id: "sample-web",
      username: "alice",
      "cognito:groups": ["buyers", "münchen [1]"],
      scope: "openid orders-api/orders:read orders-api/orders:write",
      auth_time: IAT - 60,
      jti: "j-1",
      origin_jti: "o-1",
    },
    scopeClaim: "scope",
    readScope: "orders-api/orders:read",
    forOthers: { client_id: "other-web" },
    principal: {
      ...COMMON,
      id: "customers|1f0e7d2c-0000-4000-8000-0000000000a1",
      issuer: "customers",
      subject: "1f0e7d2c-0000-4000-8000-0000000000a1",
      groups: ["buyers", "münchen [1]"],
      authentication: { ...SIGN_IN, at: IAT - 60 },
      session: "o-1",
      claims: { username: "alice" },
    },
  },
  {
    provider: "azureAdB2c",
    issuer: "partners",
    typ: "JWT",
    claims: {
      ...TIMES,
      nbf: IAT,
      iss: `https://sampleb2c.b2clogin.com/${TENANT_ID}/v2.0/`,
      sub: "1f0e7d2c-0000-4000-8000-0000000000b2",
      oid: "1f0e7d2c-0000-4000-8000-0000000000b2",
      aud: "sample-api",
      azp: "sample-web",
      scp: "orders:read orders:write",
      tfp: "B2C_1_signin",
      ver: "1.0",
      idp: "google.com",
      auth_time: IAT - 60,
    },
    scopeClaim: "scp",
    readScope: "orders:read",
    forOthers: { aud: "other-api" },
    principal: {
      ...COMMON,
      id: "partners|1f0e7d2c-0000-4000-8000-0000000000b2",
      issuer: "partners",
      subject: "1f0e7d2c-0000-4000-8000-0000000000b2",
      tenant: TENANT_ID,
      authentication: { ...SIGN_IN, at: IAT - 60, federatedBy: "google.com" },
    },
  },
  {
    provider: "auth0",
    issuer: "shops",
    typ: "JWT",
    claims: {
      ...TIMES,
      iss: "https://sample.eu.auth0.com/",
      sub: "google-oauth2|100000000000000000001",
      aud: [API, "https://sample.eu.auth0.com/userinfo"],
      azp: "sample-web",
      scope: "openid orders:read orders:write",
      permissions: ["orders:create", "orders:refund"],
      org_id: "org_sample",
    },
    scopeClaim: "scope",
    readScope: "orders:read",
    forOthers: { aud: ["https://other.example", "https://sample.eu.auth0.com/userinfo"] },
    principal: {
      ...COMMON,
      id: "shops|google-oauth2|100000000000000000001",
      issuer: "shops",
      subject: "google-oauth2|100000000000000000001",
      tenant: "org_sample",
      scopes: ["openid", "orders:read", "orders:write"],
      permissions: ["orders:create", "orders:refund"],
      authentication: { ...SIGN_IN, federatedBy: "google-oauth2" },
    },
  },
  {
    provider: "oidc",
    issuer: "staff",
    typ: "at+jwt",
    claims: {
      ...TIMES,
      iss: "https://id.staff.example",
      sub: "employee 7",
      aud: API,
      client_id: "sample-web",
      scope: "orders:read orders:write",
      roles: ["clerk"],
      groups: ["north", "süd"],
      act: { sub: "agent-1" },
      sid: "s-1",
      acr: "urn:example:strong",
      amr: ["pwd", "otp"],
      auth_time: IAT - 60,
      jti: "j-4",
      preferred_username: "bob",
      limits: LIMITS,
    },
    scopeClaim: "scope",
    readScope: "orders:read",
    forOthers: { aud: "https://other.example" },
    principal: {
      ...COMMON,
      id: "staff|employee 7",
      issuer: "staff",
      subject: "employee 7",
      actor: "agent-1",
      roles: ["clerk"],
      groups: ["north", "süd"],
      authentication: { at: IAT - 60, methods: ["pwd", "otp"], context: "urn:example:strong", federatedBy: null },
      session: "s-1",
      claims: { username: "bob", limits: LIMITS },
    },
  },
];

/** A private key for each issuer, and the public key sets by issuer's name. */
export interface SampleKeys {
  readonly privateKeys: ReadonlyMap<string, CryptoKey>;
  readonly jwks: Readonly<Record<string, { readonly keys: readonly JWK[] }>>;
}

export async function sampleKeys(): Promise<SampleKeys> {
  const pairs = await Promise.all(samples.map(async ({ issuer }) => [issuer, await generateKeyPair("RS256")] as const));
  const sets = pairs.map(async ([issuer, { publicKey }]) => {
    const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, use: "sig", alg: "RS256" };
    return [issuer, { keys: [jwk] }] as const;
  });
  return {
    privateKeys: new Map(pairs.map(([issuer, { privateKey }]) => [issuer, privateKey])),
    jwks: Object.fromEntries(await Promise.all(sets)),
  };
}
