import type { IssuerDefinition } from "../../src/providers/provider.ts";
import { auth0, azureAdB2c, cognito, entraExternalId, entraId, google, oidc, okta } from "../../src/index.ts";
import type { Principal } from "../../src/principal/principal.ts";

/** A token as a provider documents it, and what of its principal is at stake; or the reason it is refused for. */
export interface Fact {
  readonly fact: string;
  readonly issuer: IssuerDefinition;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly becomes:
    | Readonly<Partial<Omit<Principal, "authentication">> & { authentication?: Partial<Principal["authentication"]> }>
    | string;
}

const TENANT = "6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9";
const HOME = "0d9c8b7a-6e5f-4d3c-8b2a-190817263544";
const API = "5c4b3a29-1807-4f6e-9d5c-4b3a29180716";
const GRAPH = "00000003-0000-0000-c000-000000000000";
const APP = "9e8d7c6b-5a49-4382-b716-05f4e3d2c1b0";
const OID = "3b2a1908-7f6e-4d5c-8b4a-39281706f5e4";

const POOL = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Millrace1";
const pool = cognito({ userPoolId: "eu-central-1_Millrace1", clientIds: ["web", "batch"] });
const poolId = cognito({ userPoolId: "eu-central-1_Millrace1", clientIds: ["web"], tokenUse: "id" });
const user = {
  iss: POOL,
  sub: "u-1",
  token_use: "access",
  client_id: "web",
  version: 2,
  username: "petra",
  origin_jti: "o-1",
  scope: "openid",
};
const signIn = { iss: POOL, sub: "u-1", token_use: "id", aud: "web", "cognito:username": "petra", origin_jti: "o-1" };
const identity = {
  userId: "1",
  providerName: "Millrace-SAML",
  providerType: "SAML",
  issuer: "urn:idp",
  primary: true,
  dateCreated: 1_761_201_234_567,
};

export const cognitoFacts: readonly Fact[] = [
  {
    fact: "sign-in through the SDK gives one scope of Cognito's own, and a device",
    issuer: pool,
    claims: { ...user, scope: "aws.cognito.signin.user.admin", device_key: "eu-central-1_1f" },
    becomes: { kind: "user", scopes: ["aws.cognito.signin.user.admin"], session: "o-1", groups: [] },
  },
  {
    fact: "the updated issuer of the same pool",
    issuer: pool,
    claims: { ...user, iss: POOL.replace("cognito-idp", "issuer-cognito-idp") },
    becomes: { kind: "user", subject: "u-1" },
  },
  {
    fact: "the updated issuer of another region is another issuer",
    issuer: pool,
    claims: { ...user, iss: POOL.replace("cognito-idp.eu-central-1", "issuer-cognito-idp.eu-west-1") },
    becomes: "issuer_unknown",
  },
  {
    fact: "China",
    issuer: cognito({ userPoolId: "cn-north-1_Millrace2", clientIds: ["web"] }),
    claims: { ...user, iss: "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Millrace2" },
    becomes: { kind: "user" },
  },
  {
    fact: "a machine has no name and no sign-in, whatever its subject is",
    issuer: pool,
    claims: { iss: POOL, sub: "3f9d", token_use: "access", client_id: "batch", version: 2, scope: "orders-api/orders.sync" },
    becomes: { kind: "client", clientId: "batch", scopes: ["orders-api/orders.sync"], session: null },
  },
  {
    fact: "a passkey is one factor, and the assurance level says which",
    issuer: pool,
    claims: { ...user, acr: "urn:cognito:loa:3", amr: ["swk"] },
    becomes: { authentication: { methods: ["swk"], context: "urn:cognito:loa:3" } },
  },
  {
    fact: "a federated sign-in of which the upstream said nothing is evidence of methods, not of a provider",
    issuer: pool,
    claims: { ...user, amr: ["fed"], "cognito:groups": ["eu-central-1_Millrace1_Google"] },
    becomes: { authentication: { methods: ["fed"], federatedBy: null }, groups: ["eu-central-1_Millrace1_Google"] },
  },
  {
    fact: "SAML, its primary flag a boolean and its date a number",
    issuer: poolId,
    claims: { ...signIn, identities: [identity] },
    becomes: { token: "id", authentication: { federatedBy: "Millrace-SAML" } },
  },
  ...["Facebook", "Google", "LoginWithAmazon", "SignInWithApple", "Microsoft-OIDC", "Twitter-OIDC", "OtherPool"].map((providerName) => ({
    fact: `federation through ${providerName}, its primary flag a text`,
    issuer: poolId,
    claims: { ...signIn, identities: [{ ...identity, providerName, providerType: "OIDC", primary: "true", dateCreated: "1761201234567" }] },
    becomes: { authentication: { federatedBy: providerName } },
  })),
  {
    fact: "IAM roles are no roles",
    issuer: poolId,
    claims: {
      ...signIn,
      "cognito:roles": ["arn:aws:iam::210987654321:role/x"],
      "cognito:preferred_role": "arn:aws:iam::210987654321:role/x",
    },
    becomes: { roles: [] },
  },
  {
    fact: "a machine's token is never bound to a resource",
    issuer: cognito({ userPoolId: "eu-central-1_Millrace1", clientIds: ["batch"], audience: "https://orders.example" }),
    claims: { iss: POOL, sub: "batch", token_use: "access", client_id: "batch", version: 2, scope: "orders-api/orders.sync" },
    becomes: { kind: "client" },
  },
];

const B2C = `https://millrace.b2clogin.com/${TENANT}/v2.0/`;
const b2c = azureAdB2c({ tenant: "millrace", tenantId: TENANT, policies: ["B2C_1_signin", "B2C_1A_Mfa"], audience: API });
const b2cUser = { iss: B2C, sub: OID, oid: OID, aud: API, azp: APP, scp: "orders.read", tfp: "B2C_1_signin", ver: "1.0", nonce: "n" };

export const b2cFacts: readonly Fact[] = [
  {
    fact: "the issuer that names the policy, in either case",
    issuer: b2c,
    claims: { ...b2cUser, iss: `https://millrace.b2clogin.com/tfp/${TENANT}/b2c_1a_mfa/v2.0/`, tfp: "B2C_1A_MFA" },
    becomes: { kind: "user", tenant: TENANT },
  },
  {
    fact: "the issuer that names the policy, in a case of the request's own",
    issuer: b2c,
    claims: { ...b2cUser, iss: `https://millrace.b2clogin.com/tfp/${TENANT}/B2C_1A_MFA/v2.0/`, tfp: "b2c_1a_MFA" },
    becomes: { kind: "user", tenant: TENANT },
  },
  {
    fact: "the same where the issuer is configured as a whole",
    issuer: azureAdB2c({
      issuer: `https://millrace.b2clogin.com/tfp/${TENANT}/B2C_1_SignIn/v2.0/`,
      policies: ["B2C_1_signin"],
      audience: API,
    }),
    claims: { ...b2cUser, iss: `https://millrace.b2clogin.com/tfp/${TENANT}/b2c_1_signin/v2.0/` },
    becomes: { kind: "user", tenant: TENANT },
  },
  ...[
    `https://Millrace.b2clogin.com/tfp/${TENANT}/B2C_1_signin/v2.0/`,
    `https://millrace.b2clogin.com/TFP/${TENANT}/B2C_1_signin/v2.0/`,
    `https://millrace.b2clogin.com/tfp/${TENANT.toUpperCase()}/B2C_1_signin/v2.0/`,
    `https://millrace.b2clogin.com/tfp/${TENANT}/B2C_1_signin/V2.0/`,
    `https://millrace.b2clogin.com/tfp/${TENANT}/B2C_1_reset/v2.0/`,
  ].map((iss) => ({
    fact: `nothing but the policy may differ: ${iss}`,
    issuer: b2c,
    claims: { ...b2cUser, iss },
    becomes: "issuer_unknown",
  })),
  {
    fact: "a tenant written in capitals in the configuration",
    issuer: azureAdB2c({ tenant: "Millrace", tenantId: TENANT.toUpperCase(), policies: ["B2C_1_signin"], audience: API }),
    claims: b2cUser,
    becomes: { kind: "user", tenant: TENANT },
  },
  {
    fact: "a custom domain written in capitals in the configuration",
    issuer: azureAdB2c({ domains: ["Login.Millrace.example"], tenantId: TENANT, policies: ["B2C_1_signin"], audience: API }),
    claims: { ...b2cUser, iss: `https://login.millrace.example/${TENANT}/v2.0/` },
    becomes: { kind: "user" },
  },
  {
    fact: "a policy that contradicts its issuer",
    issuer: b2c,
    claims: { ...b2cUser, iss: `https://millrace.b2clogin.com/tfp/${TENANT}/B2C_1A_Mfa/v2.0/` },
    becomes: "policy_not_allowed",
  },
  ...["B2C_1_editprofile", "B2C_1_passwordreset"].map((tfp) => ({
    fact: `${tfp} issues valid tokens too`,
    issuer: b2c,
    claims: { ...b2cUser, tfp },
    becomes: "policy_not_allowed",
  })),
  ...[
    "google.com",
    "facebook.com",
    "twitter.com",
    "live.com",
    "https://sts.saml.example/idp",
    "https://cognito-idp.eu-west-1.amazonaws.com/p",
  ]
    .map((idp) => ({
      fact: `sign-in through ${idp}`,
      issuer: b2c,
      claims: { ...b2cUser, idp, idp_access_token: "live-credential", newUser: true, extension_Plan: "gold" },
      becomes: { authentication: { federatedBy: idp }, claims: { email: "x@millrace.example" } },
    }))
    .map((fact) => ({ ...fact, claims: { ...fact.claims, emails: ["x@millrace.example", "y@millrace.example"] } })),
  {
    fact: "China",
    issuer: azureAdB2c({ issuer: `https://millrace.b2clogin.cn/${TENANT}/v2.0/`, policies: ["B2C_1_signin"], audience: API }),
    claims: { ...b2cUser, iss: `https://millrace.b2clogin.cn/${TENANT}/v2.0/` },
    becomes: { kind: "user" },
  },
  {
    fact: "the policy's name in acr is no level of assurance",
    issuer: b2c,
    claims: { ...b2cUser, tfp: undefined, acr: "b2c_1_signin" },
    becomes: { authentication: { context: null } },
  },
  {
    fact: "an app's roles arrive as scopes",
    issuer: b2c,
    claims: { iss: B2C, sub: OID, aud: API, azp: APP, scp: "app.read app.write", tfp: "B2C_1_signin", ver: "1.0" },
    becomes: { kind: "client", scopes: ["app.read", "app.write"], roles: [] },
  },
];

const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`;
const V1 = `https://sts.windows.net/${TENANT}/`;
const entra = entraId({ tenants: [TENANT], audience: [API, "api://orders.millrace.example"] });
const delegated = { iss: V2, aud: API, azp: APP, azpacr: "0", oid: OID, sub: "pairwise", tid: TENANT, scp: "Orders.Read", ver: "2.0" };
const version1 = {
  ...delegated,
  iss: V1,
  aud: "api://orders.millrace.example",
  azp: undefined,
  azpacr: undefined,
  appid: APP,
  appidacr: "0",
  ver: "1.0",
};
const app = { ...delegated, scp: undefined, sub: OID, azpacr: "2", roles: ["Orders.Read.All"] };

export const entraFacts: readonly Fact[] = [
  {
    fact: "version 1",
    issuer: entra,
    claims: { ...version1, upn: "x@millrace.example", acr: "1" },
    becomes: { clientId: APP, scopes: ["Orders.Read"] },
  },
  {
    fact: "version 1, its audience with a slash that was not configured",
    issuer: entra,
    claims: { ...version1, aud: "api://orders.millrace.example/" },
    becomes: "audience_mismatch",
  },
  { fact: "version 1, its audience a GUID", issuer: entra, claims: { ...version1, aud: API }, becomes: { kind: "user" } },
  {
    fact: "an app of version 1, which nothing marks but its ids",
    issuer: entra,
    claims: { ...version1, scp: undefined, sub: OID, roles: ["Orders.Read.All"] },
    becomes: { kind: "client", roles: ["Orders.Read.All"], scopes: [] },
  },
  { fact: "an app with a certificate", issuer: entra, claims: app, becomes: { kind: "client", roles: ["Orders.Read.All"] } },
  { fact: "an app by its type", issuer: entra, claims: { ...app, sub: "other", idtyp: "app" }, becomes: { kind: "client" } },
  {
    fact: "a user by type, with an app role",
    issuer: entra,
    claims: { ...delegated, idtyp: "user", roles: ["Approver"] },
    becomes: { kind: "user", roles: ["Approver"] },
  },
  { fact: "neither scopes nor roles", issuer: entra, claims: { ...app, roles: undefined }, becomes: "token_use_mismatch" },
  {
    fact: "groups in another place, whose address is not followed",
    issuer: entra,
    claims: {
      ...delegated,
      _claim_names: { groups: "src1" },
      _claim_sources: { src1: { endpoint: "https://graph.windows.net/x/users/y/getMemberObjects" } },
    },
    becomes: { groups: [], groupsComplete: false },
  },
  {
    fact: "groups left out of an implicit flow",
    issuer: entra,
    claims: { ...delegated, hasgroups: true },
    becomes: { groupsComplete: false },
  },
  {
    fact: "authentication contexts",
    issuer: entra,
    claims: { ...delegated, acrs: ["c1", "c3"], xms_cc: ["cp1"] },
    becomes: { authentication: { context: "c1 c3" } },
  },
  {
    fact: "a guest of another company",
    issuer: entra,
    claims: { ...delegated, idp: `https://sts.windows.net/${HOME}/` },
    becomes: { authentication: { federatedBy: `https://sts.windows.net/${HOME}/` } },
  },
  {
    fact: "a guest with a personal account",
    issuer: entra,
    claims: { ...delegated, idp: "live.com" },
    becomes: { authentication: { federatedBy: "live.com" } },
  },
  {
    fact: "a member whose provider is written in the other version",
    issuer: entra,
    claims: { ...delegated, idp: V1 },
    becomes: { authentication: { federatedBy: null } },
  },
  {
    fact: "a token of continuous access evaluation lives for more than a day",
    issuer: entra,
    claims: { ...delegated, lifetime: 28 * 3_600 },
    becomes: { kind: "user" },
  },
  {
    fact: "the US government's cloud",
    issuer: entraId({ tenants: [TENANT], audience: API, cloud: "usGov" }),
    claims: { ...delegated, iss: `https://login.microsoftonline.us/${TENANT}/v2.0` },
    becomes: { tenant: TENANT },
  },
  {
    fact: "the cloud in China, version 1",
    issuer: entraId({ tenants: [TENANT], audience: "api://orders.millrace.example", cloud: "china" }),
    claims: { ...version1, iss: `https://sts.chinacloudapi.cn/${TENANT}/` },
    becomes: { tenant: TENANT },
  },
  {
    fact: "a token of another cloud for the same tenant id",
    issuer: entra,
    claims: { ...delegated, iss: `https://login.microsoftonline.us/${TENANT}/v2.0` },
    becomes: "issuer_unknown",
  },
  {
    fact: "Graph, by its audience",
    issuer: entra,
    claims: { ...version1, aud: "00000003-0000-0000-c000-000000000000" },
    becomes: "token_not_for_api",
  },
  { fact: "Graph, by its header", issuer: entra, header: { nonce: "n" }, claims: version1, becomes: "token_not_for_api" },
  ...(
    [
      ["by its audience", {}, { aud: GRAPH }],
      ["by its audience's address, in a list", {}, { aud: ["x", "https://graph.microsoft.com"] }],
      ["by its header", { nonce: "n" }, {}],
      ["its tenant in capitals", {}, { aud: GRAPH, tid: TENANT.toUpperCase() }],
    ] as const
  ).flatMap(([how, header, changes]) =>
    [
      entraExternalId({ tenantId: TENANT, audience: API }),
      entraId({ issuer: V2, audience: API }),
      entraId({ issuer: "https://login.microsoftonline.com/{tenantid}/v2.0", tenants: [HOME, TENANT], audience: API }),
      entraId({ issuer: "https://login.microsoftonline.com/{tenantid}/v2.0", tenants: null, audience: API }),
    ].map((issuer) => ({
      fact: `Graph, whose tokens are of version 1 where that is not configured, ${how}`,
      issuer,
      header,
      claims: { ...version1, ...changes },
      becomes: "token_not_for_api",
    })),
  ),
  ...[
    { aud: API },
    { aud: GRAPH, tid: HOME },
    { aud: GRAPH, tid: undefined },
    { aud: GRAPH, tid: [TENANT] },
    { aud: [7, null] },
    { aud: undefined },
  ].map((changes) => ({
    fact: `any other token of an issuer that is not configured: ${JSON.stringify(changes)}`,
    issuer: entraId({ issuer: V2, audience: API }),
    claims: { ...version1, ...changes },
    becomes: "issuer_unknown",
  })),
  {
    fact: "Graph, of a stranger's tenant, where a family lists its tenants",
    issuer: entraId({ issuer: "https://login.microsoftonline.com/{tenantid}/v2.0", tenants: [HOME], audience: API }),
    claims: { ...version1, aud: GRAPH },
    becomes: "issuer_unknown",
  },
  {
    fact: "External ID by tenant id, while apps use its name",
    issuer: entraExternalId({ tenantId: TENANT, tenant: "millrace", audience: API }),
    claims: { ...delegated, iss: `https://${TENANT}.ciamlogin.com/${TENANT}/v2.0` },
    becomes: { tenant: TENANT, kind: "user" },
  },
  {
    fact: "External ID's other issuer, which has other keys",
    issuer: entraExternalId({ tenantId: TENANT, tenant: "millrace", audience: API }),
    claims: delegated,
    becomes: "issuer_unknown",
  },
  {
    fact: "Graph, in External ID as well",
    issuer: entraExternalId({ tenantId: TENANT, audience: API }),
    header: { nonce: "n" },
    claims: { ...delegated, iss: `https://${TENANT}.ciamlogin.com/${TENANT}/v2.0` },
    becomes: "token_not_for_api",
  },
];

const AUTH0 = "https://millrace.eu.auth0.com/";
const SHOP = "https://api.millrace.example/orders";
const shop = auth0({ domain: "millrace.eu.auth0.com", customDomains: ["login.millrace.example"], audience: SHOP });
const shopper = { iss: AUTH0, sub: "auth0|1", aud: [SHOP, `${AUTH0}userinfo`], azp: "web", scope: "openid orders:read" };

export const auth0Facts: readonly Fact[] = [
  ...(
    [
      ["auth0|1", null],
      ["email|1", null],
      ["sms|1", null],
      ["google-oauth2|1", "google-oauth2"],
      ["facebook|1", "facebook"],
      ["windowslive|1", "windowslive"],
      ["samlp|millrace-adfs|x@millrace.example", "samlp"],
      ["waad|1", "waad"],
      ["adfs|millrace|1", "adfs"],
      ["oidc|millrace-pool|d41c6a58", "oidc"],
    ] as const
  ).map(([sub, federatedBy]) => ({
    fact: `a user called ${sub}`,
    issuer: shop,
    claims: { ...shopper, sub },
    becomes: { kind: "user" as const, subject: sub, authentication: { federatedBy } },
  })),
  {
    fact: "a domain written in capitals in the configuration",
    issuer: auth0({ domain: "Millrace.EU.auth0.com", customDomains: ["Login.millrace.example"], audience: SHOP }),
    claims: shopper,
    becomes: { kind: "user" },
  },
  {
    fact: "a custom domain written in capitals in the configuration",
    issuer: auth0({ domain: "Millrace.EU.auth0.com", customDomains: ["Login.millrace.example"], audience: SHOP }),
    claims: { ...shopper, iss: "https://login.millrace.example/" },
    becomes: { kind: "user" },
  },
  {
    fact: "a token whose issuer is written in capitals",
    issuer: shop,
    claims: { ...shopper, iss: "https://Millrace.eu.auth0.com/" },
    becomes: "issuer_unknown",
  },
  { fact: "a custom domain", issuer: shop, claims: { ...shopper, iss: "https://login.millrace.example/" }, becomes: { kind: "user" } },
  { fact: "a user's password grant", issuer: shop, claims: { ...shopper, gty: "password" }, becomes: { kind: "user" } },
  {
    fact: "a machine",
    issuer: shop,
    claims: { ...shopper, aud: SHOP, sub: "web@clients", gty: "client-credentials", scope: "orders:sync" },
    becomes: { kind: "client", authentication: { federatedBy: null } },
  },
  {
    fact: "an agent that acts for a user",
    issuer: shop,
    claims: { ...shopper, act: { sub: "agent-7" }, sub_profile: "user" },
    becomes: { kind: "user", actor: "agent-7" },
  },
  {
    fact: "the RFC 9068 profile",
    issuer: shop,
    header: { typ: "at+jwt" },
    claims: { ...shopper, azp: undefined, client_id: "web", jti: "j" },
    becomes: { clientId: "web" },
  },
  { fact: "a token for userinfo alone", issuer: shop, claims: { ...shopper, aud: `${AUTH0}userinfo` }, becomes: "audience_mismatch" },
  {
    fact: "an API that signs with PS256",
    issuer: auth0({ domain: "millrace.eu.auth0.com", audience: SHOP, algorithms: ["PS256"] }),
    claims: shopper,
    becomes: { kind: "user" },
  },
  { fact: "a sender-constrained token", issuer: shop, claims: { ...shopper, cnf: { "x5t#S256": "x" } }, becomes: "token_bound" },
  {
    fact: "permissions are apart from scopes",
    issuer: shop,
    claims: { ...shopper, permissions: ["orders:refund"] },
    becomes: { scopes: ["openid", "orders:read"], permissions: ["orders:refund"] },
  },
];

const OKTA = "https://millrace.okta.com/oauth2/default";
const depot = okta({ domain: "millrace.okta.com", audience: "api://depot", groupsClaim: "GroupsClaim" });
const oktaUser = {
  ver: 1,
  jti: "AT.1",
  iss: OKTA,
  aud: "api://depot",
  cid: "0oaWeb",
  uid: "00uUser",
  sub: "x@millrace.example",
  scp: ["openid"],
};

export const otherFacts: readonly Fact[] = [
  {
    fact: "Okta: groups under the name the docs use, spaces and all",
    issuer: depot,
    claims: { ...oktaUser, GroupsClaim: ["Everyone", "Night Shift"] },
    becomes: { subject: "00uUser", groups: ["Everyone", "Night Shift"] },
  },
  {
    fact: "Okta: phishing-resistant step-up",
    issuer: depot,
    claims: { ...oktaUser, acr: "phrh", auth_time: 1_795_420_000 },
    becomes: { authentication: { context: "phrh", at: 1_795_420_000 } },
  },
  {
    fact: "Okta: a domain written in capitals in the configuration, and a server whose case counts",
    issuer: okta({ domain: "Millrace.Okta.com", authorizationServer: "ausX", audience: "api://depot" }),
    claims: { ...oktaUser, iss: "https://millrace.okta.com/oauth2/ausX" },
    becomes: { kind: "user" },
  },
  {
    fact: "Okta: a server in another case is another server",
    issuer: okta({ domain: "Millrace.Okta.com", authorizationServer: "ausX", audience: "api://depot" }),
    claims: { ...oktaUser, iss: "https://millrace.okta.com/oauth2/ausx" },
    becomes: "issuer_unknown",
  },
  {
    fact: "Okta: a custom domain",
    issuer: okta({ domain: "id.millrace.example", authorizationServer: "ausX", audience: "api://depot" }),
    claims: { ...oktaUser, iss: "https://id.millrace.example/oauth2/ausX" },
    becomes: { kind: "user" },
  },
  { fact: "Okta: bound by DPoP", issuer: depot, claims: { ...oktaUser, cnf: { jkt: "x" } }, becomes: "token_bound" },
  {
    fact: "Okta: scopes as one text",
    issuer: depot,
    claims: { ...oktaUser, scp: "openid depot.read" },
    becomes: { scopes: ["openid", "depot.read"] },
  },
  {
    fact: "Okta: an access token of the organization's server on a custom domain",
    issuer: okta({ domain: "id.millrace.example", authorizationServer: "org", audience: "https://id.millrace.example" }),
    claims: { ...oktaUser, iss: "https://id.millrace.example", aud: "https://id.millrace.example" },
    becomes: "token_not_for_api",
  },
  {
    fact: "Google: the issuer's older spelling",
    issuer: google({ clientIds: ["web"] }),
    claims: { iss: "accounts.google.com", aud: "web", azp: "web", sub: "1", email: "x@gmailish.example", email_verified: true },
    becomes: { token: "id", tenant: null },
  },
  ...(
    [
      [undefined, 24 * 3_600, { kind: "user" }],
      [undefined, 24 * 3_600 + 1, "token_lifetime_too_long"],
      ["25h", 24 * 3_600 + 1, { kind: "user" }],
      [null, 40 * 24 * 3_600, { kind: "user" }],
    ] as const
  ).map(([maxLifetime, lifetime, becomes]) => ({
    fact: `Google: a token that lives for ${lifetime} s, where the limit is ${maxLifetime ?? "not set"}`,
    issuer: google({ clientIds: ["web"], ...(maxLifetime !== undefined && { maxLifetime }) }),
    claims: { iss: "https://accounts.google.com", aud: "web", azp: "web", sub: "1", lifetime },
    becomes,
  })),
  {
    fact: "Google: without a time of issue",
    issuer: google({ clientIds: ["web"] }),
    claims: { iss: "https://accounts.google.com", aud: "web", azp: "web", sub: "1", iat: undefined },
    becomes: "claim_missing",
  },
  {
    fact: "Google: the proxy",
    issuer: google({ issuer: "https://cloud.google.com/iap", audience: "/projects/1/apps/millrace", algorithms: ["ES256"] }),
    claims: {
      iss: "https://cloud.google.com/iap",
      aud: "/projects/1/apps/millrace",
      azp: "/projects/1/apps/millrace",
      sub: "accounts.google.com:1",
      hd: "millrace.example",
    },
    becomes: { subject: "accounts.google.com:1", tenant: "millrace.example" },
  },
  {
    fact: "Keycloak: nested roles, several audiences, a payload type",
    issuer: oidc({
      issuer: "https://kc.millrace.example/realms/one",
      audience: "orders",
      rolesClaim: ["resource_access", "orders", "roles"],
    }),
    claims: {
      iss: "https://kc.millrace.example/realms/one",
      aud: ["orders", "account"],
      sub: "f-1",
      typ: "Bearer",
      azp: "web",
      acr: "1",
      sid: "s-1",
      scope: "profile",
      preferred_username: "petra",
      realm_access: { roles: ["offline_access"] },
      resource_access: { orders: { roles: ["clerk"] }, account: { roles: ["manage-account"] } },
    },
    becomes: { roles: ["clerk"], session: "s-1", authentication: { context: "1" } },
  },
  {
    fact: "RFC 9068: entitlements",
    issuer: oidc({ issuer: "https://id.millrace.example", audience: "orders", typ: "at+jwt", permissionsClaim: "entitlements" }),
    header: { typ: "application/at+jwt" },
    claims: { iss: "https://id.millrace.example", aud: "orders", sub: "f-1", client_id: "web", jti: "j", entitlements: ["orders:refund"] },
    becomes: { permissions: ["orders:refund"] },
  },
  {
    fact: "RFC 9068: another type where that one is asked for",
    issuer: oidc({ issuer: "https://id.millrace.example", audience: "orders", typ: "at+jwt" }),
    header: { typ: "JWT" },
    claims: { iss: "https://id.millrace.example", aud: "orders", sub: "f-1", client_id: "web" },
    becomes: "typ_not_allowed",
  },
];
