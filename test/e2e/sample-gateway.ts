import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose";
import {
  anyOf,
  auth0,
  azureAdB2c,
  cognito,
  defineGateway,
  defineRoutes,
  entraExternalId,
  entraId,
  type Gateway,
  google,
  oidc,
  okta,
  role,
  scope,
  tenant,
} from "../../src/index.ts";
import { MEMBERS_ID, microsoftSamples, TENANT_ID, WORKFORCE_ID } from "./microsoft-samples.ts";
import { COMMON, IAT, type Sample, SIGN_IN, TIMES } from "./sample.ts";

export { ISSUED_AT, LIFETIME, type Sample } from "./sample.ts";

/** Every issuer uses this key id, so that only the issuer tells its key from the others'. */
export const KEY_ID = "key-1";

const API = "https://api.orders.example";
const GOOGLE_CLIENT = "sample.apps.googleusercontent.com";

/** Google's tokens hold no rights at all: there the Workspace domain stands for them. */
const READ = anyOf(scope("orders:read"), tenant("buyers.example"), tenant("sales.example"));
const WRITE = anyOf(scope("orders:write"), tenant("sales.example"));

export const routes = defineRoutes({
  "GET /health": "public",
  "GET /me": "authenticated",
  "GET /orders": READ,
  "GET /orders/{id}": READ,
  "POST /orders": WRITE,
  "DELETE /orders/{id}": role("admin"),
  "GET /unguarded": "authenticated",
  $connect: READ,
  $default: "authenticated",
  listOrders: READ,
  createOrder: WRITE,
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
    workforce: entraId({
      tenants: [WORKFORCE_ID],
      audience: "api://orders",
      vocabulary: { scopes: { map: { "Orders.Read": "orders:read", "Orders.Write": "orders:write" }, rest: "drop" } },
    }),
    members: entraExternalId({ tenantId: MEMBERS_ID, tenant: "samplemembers", audience: "sample-api" }),
    suppliers: okta({ domain: "sample.okta.com", audience: "api://orders" }),
    visitors: google({ clientIds: [GOOGLE_CLIENT] }),
    staff: oidc({ issuer: "https://id.staff.example", audience: API }),
  },
  routes,
  forward: ["username", "limits"],
});

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
  ...microsoftSamples,
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
    provider: "okta",
    issuer: "suppliers",
    typ: "JWT",
    claims: {
      ...TIMES,
      ver: 1,
      jti: "AT.sample",
      iss: "https://sample.okta.com/oauth2/default",
      aud: "api://orders",
      cid: "sample-web",
      uid: "00u1sample",
      sub: "dora@supplier.example",
      scp: ["orders:read", "orders:write"],
      groups: ["suppliers"],
      auth_time: IAT - 60,
    },
    scopeClaim: "scp",
    readScope: "orders:read",
    forOthers: { aud: "api://other" },
    principal: {
      ...COMMON,
      id: "suppliers|00u1sample",
      issuer: "suppliers",
      subject: "00u1sample",
      groups: ["suppliers"],
      authentication: { ...SIGN_IN, at: IAT - 60 },
      claims: { username: "dora@supplier.example" },
    },
  },
  {
    provider: "google",
    issuer: "visitors",
    typ: "JWT",
    claims: {
      ...TIMES,
      iss: "https://accounts.google.com",
      aud: GOOGLE_CLIENT,
      azp: GOOGLE_CLIENT,
      sub: "100000000000000000002",
      hd: "sales.example",
      email: "erin@sales.example",
      email_verified: true,
    },
    scopeClaim: "hd",
    readScope: "buyers.example",
    forOthers: { aud: "other.apps.googleusercontent.com", azp: "other.apps.googleusercontent.com" },
    principal: {
      ...COMMON,
      id: "visitors|100000000000000000002",
      issuer: "visitors",
      token: "id",
      clientId: GOOGLE_CLIENT,
      subject: "100000000000000000002",
      tenant: "sales.example",
      scopes: [],
      authentication: SIGN_IN,
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
