import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { albOidc } from "../../src/providers/alb-oidc.ts";
import { auth0 } from "../../src/providers/auth0.ts";
import { cognito } from "../../src/providers/cognito.ts";
import { oidc } from "../../src/providers/oidc.ts";
import { okta } from "../../src/providers/okta.ts";
import type { IssuerDefinition } from "../../src/providers/provider.ts";
import { configure, type ExpectedIdentity, pass, problemTexts, refusalOf, TIMES, without } from "./support.ts";

type Row = readonly [
  what: string,
  issuer: IssuerDefinition,
  claims: JsonObject,
  expected: Partial<ExpectedIdentity> | string,
  typ?: string,
];

/** Each token becomes what is said of it, or is refused with that code. */
function becomes(rows: readonly Row[]): void {
  it.each(rows.map((row) => ({ what: row[0], row })))("$what", ({ row: [, issuer, claims, expected, typ] }) => {
    const token = { issuer, claims, header: { alg: "RS256", kid: "k1", ...(typ !== undefined && { typ }) } };
    if (typeof expected === "string") expect(refusalOf(token)).toBe(expected);
    else expect(pass(token).identity).toMatchObject(expected);
  });
}

describe("any OpenID Connect provider", () => {
  const [iss, api, client] = ["https://id.tideway.example", "https://api.tideway.example", "crew-web"];
  const common = { ...TIMES, iss, sub: "crew-1" };
  const access = { ...common, aud: api, client_id: client, scope: "log:read" };
  const idToken = { ...common, aud: client };
  const forApi = oidc({ issuer: iss, audience: api });
  const forId = oidc({ issuer: iss, clientIds: [client], tokenUse: "id" });
  const shared = oidc({ issuer: iss, audience: client, clientIds: [client] });
  const unmarked = { ...common, aud: client, azp: client };

  becomes([
    ["a type in its long form marks an access token", shared, unmarked, { subject: "crew-1" }, "application/at+jwt"],
    ["the short one marks it in any case", shared, unmarked, { subject: "crew-1" }, "AT+JWT"],
    ["three marks of one kind agree", forApi, { ...access, typ: "Bearer", token_use: "access" }, { clientId: client }, "at+jwt"],
    ["an ID token may say that it is one", forId, { ...idToken, typ: "ID", token_use: "id", at_hash: "h" }, { subject: "crew-1" }],
    ["an ID token by the hash of a state is no access token", forApi, { ...access, s_hash: "h" }, "token_use_mismatch"],
    ["an ID token of an access token's type is neither", forId, { ...idToken, at_hash: "h" }, "token_use_mismatch", "at+jwt"],
    ["a refresh token with an ID token's hash is neither", forId, { ...idToken, at_hash: "h", typ: "Refresh" }, "token_use_mismatch"],
    ["a use of no known name is neither", forId, { ...idToken, token_use: "toString" }, "token_use_mismatch"],
    [
      "an ID token of two audiences, one unknown, without clients",
      oidc({ issuer: iss, audience: client, tokenUse: "id" }),
      { ...idToken, aud: [client, "x"], azp: client },
      "audience_mismatch",
    ],
    ["`scp` marks an access token", shared, { ...unmarked, scp: ["a"] }, { scopes: ["a"] }],
    ["`client_id` marks one too", shared, { ...without(unmarked, "azp"), client_id: client }, { clientId: client }],
    ["the client may be called `cid`", forApi, { ...without(access, "client_id"), cid: "c" }, { clientId: "c" }],
    ["an ID token is a user's, though its subject is the client", forId, { ...idToken, sub: client }, { kind: "user" }],
    ["permissions and a name", forApi, { ...access, permissions: ["p"], username: "sol" }, { permissions: ["p"], username: "sol" }],
    ["the preferred name goes first", forApi, { ...access, preferred_username: "s", username: "sol" }, { username: "s" }],
    [
      "rights written as SCIM does are named by their `value`",
      oidc({ issuer: iss, audience: api, permissionsClaim: "entitlements" }),
      {
        ...access,
        roles: [{ value: "skipper" }],
        groups: [{ value: "e9e30dba", $ref: "https://id.tideway.example/Groups/e9e30dba", display: "Night watch" }, "day"],
        entitlements: [{ value: "log:write", primary: true }],
      },
      { roles: ["skipper"], groups: ["e9e30dba", "day"], permissions: ["log:write"] },
    ],
    ...[{}, { display: "skipper" }, { value: 1 }, { value: "" }, { value: null }, { value: ["skipper"] }, null, [{ value: "skipper" }]].map(
      (role): Row => [`a role that is ${JSON.stringify(role)} has no name`, forApi, { ...access, roles: [role] }, "claim_malformed"],
    ),
    ["one group is no list of them", forApi, { ...access, groups: { value: "day" } }, "claim_malformed"],
    ["rights of no SCIM name are texts", forApi, { ...access, permissions: [{ value: "log:write" }] }, "claim_malformed"],
    [
      "and so are those of a claim inside another",
      oidc({ issuer: iss, audience: api, rolesClaim: ["realm_access", "roles"] }),
      { ...access, realm_access: { roles: [{ value: "skipper" }] } },
      "claim_malformed",
    ],
    ["a way of signing in is a text", forApi, { ...access, amr: [{ value: "pwd" }] }, "claim_malformed"],
    ["roles that are an empty text are none", oidc({ issuer: iss, audience: api, rolesClaim: "r" }), { ...access, r: "" }, { roles: [] }],
    ["a subject of 1024 characters", forApi, { ...access, sub: "s".repeat(1_024) }, { subject: "s".repeat(1_024) }],
    ["a sign-in at the beginning of time", forApi, { ...access, auth_time: 0 }, { authentication: { at: 0 } }],
    [
      "a sign-in at its end",
      forApi,
      { ...access, auth_time: Number.MAX_SAFE_INTEGER },
      { authentication: { at: Number.MAX_SAFE_INTEGER } },
    ],
    ["a sign-in after that", forApi, { ...access, auth_time: 2 ** 53 }, "claim_malformed"],
    ["a machine by one of its grants", forApi, { ...access, gty: ["x", "client_credentials"] }, { kind: "client" }],
  ]);

  it("clients alone are no tie, unless the audience is given up in so many words", () => {
    const problem = "audience is missing. Set what `aud` must be in access tokens for this API.";
    expect(problemTexts(oidc({ issuer: iss, clientIds: [client] }))).toEqual([problem]);
    expect(problemTexts(okta({ domain: "marrow.okta.com", clientIds: [client] }))).toEqual([problem]);
    expect(problemTexts(oidc({ issuer: iss, clientIds: [client], audience: null }))).toEqual([]);
  });

  it("has no keys for another issuer", () => {
    const { locateKeys } = configure(forApi);
    expect(() => locateKeys({} as never, "https://other.example")).toThrow(expect.objectContaining({ code: "issuer_unknown" }));
  });
});

describe("Auth0", () => {
  const iss = "https://quillpost.eu.auth0.com/";
  const options = { domain: "quillpost.eu.auth0.com", audience: "api" };
  const access = { ...TIMES, iss, aud: "api", sub: "auth0|1", azp: "c", scope: "letters:read" };
  const idToken = { ...TIMES, iss, aud: "c", sub: "auth0|1" };
  const forId = auth0({ domain: options.domain, clientIds: ["c"], tokenUse: "id" });

  becomes([
    ["`client_id` alone marks an access token", auth0(options), { ...without(access, "azp"), client_id: "c" }, { clientId: "c" }],
    ["an ID token is a user's, whatever its subject is", forId, { ...idToken, sub: "x@clients" }, { kind: "user" }],
    [
      "a subject without a strategy",
      auth0(options),
      { ...access, sub: "|1" },
      { kind: "user", authentication: { at: null, methods: [], context: null, federatedBy: null } },
    ],
    ["the preferred name goes before the nickname", forId, { ...idToken, preferred_username: "p", nickname: "n" }, { username: "p" }],
  ]);

  it("takes ID tokens for its own userinfo", () => {
    expect(problemTexts(auth0({ domain: options.domain, audience: `${iss}userinfo`, clientIds: ["c"], tokenUse: "id" }))).toEqual([]);
  });
});

describe("Okta", () => {
  const org = "https://marrow.okta.com";
  const access = { ...TIMES, iss: `${org}/oauth2/default`, aud: "api", jti: "AT.1", sub: "ana", uid: "u", cid: "c", scp: ["a"] };
  const idToken = { ...TIMES, iss: access.iss, aud: "c", jti: "ID.1", sub: "u" };
  const forApi = okta({ domain: "marrow.okta.com", audience: "api" });
  const forId = okta({ domain: "marrow.okta.com", clientIds: ["c"], tokenUse: "id" });
  const atOrg = okta({ domain: "marrow.okta.com", authorizationServer: "org", clientIds: ["c"], tokenUse: "id" });

  becomes([
    ["an id of no known form says nothing", forApi, { ...access, jti: "x" }, { subject: "u" }],
    ["nor does none", forApi, without(access, "jti"), { subject: "u" }],
    ["an ID token with an access token's id is neither", forId, { ...idToken, jti: "AT.1" }, "token_use_mismatch"],
    ["an access token where its organization's ID tokens are wanted", atOrg, { ...access, iss: org }, "token_use_mismatch"],
    ["a listed client", okta({ domain: "marrow.okta.com", audience: "api", clientIds: ["c"] }), access, { clientId: "c" }],
    ["roles and permissions", forApi, { ...access, roles: ["r"], permissions: ["p"] }, { roles: ["r"], permissions: ["p"] }],
  ]);
});

describe("Cognito", () => {
  const iss = "https://cognito-idp.eu-west-3.amazonaws.com/eu-west-3_Rm4kTz9Qa";
  const pool = { userPoolId: "eu-west-3_Rm4kTz9Qa", clientIds: ["web"] };
  const access = { ...TIMES, iss, sub: "s", client_id: "web", token_use: "access" };
  const idToken = { ...TIMES, iss, sub: "s", aud: "web", token_use: "id" };
  const forId = cognito({ ...pool, tokenUse: "id" });

  becomes([
    ["no name but a sign-in: a user", cognito(pool), { ...access, origin_jti: "o" }, { kind: "user" }],
    ["no name, no sign-in: a machine", cognito(pool), access, { kind: "client" }],
    ["no name, and the client for a subject: a machine", cognito(pool), { ...access, sub: "web", origin_jti: "o" }, { kind: "client" }],
    [
      "an identity that does not say whether it is the primary one",
      forId,
      { ...idToken, identities: [{ providerName: "Google" }] },
      { authentication: { at: null, methods: [], context: null, federatedBy: "Google" } },
    ],
    ["any client of the audience", cognito({ ...pool, clientIds: null, audience: "web", tokenUse: "id" }), idToken, { clientId: "web" }],
    ["one of two audiences", cognito({ ...pool, audience: ["web", "x"], tokenUse: "id" }), idToken, { clientId: "web" }],
  ]);

  it("takes a region of two digits, and no id with more around it", () => {
    expect(configure(cognito({ ...pool, userPoolId: "eu-west-12_A1" })).issuers[0]).toContain("cognito-idp.eu-west-12.amazonaws.com/");
    for (const userPoolId of ["x/eu-west-3_A1", "eu-west-3_A1/x"]) expect(problemTexts(cognito({ ...pool, userPoolId }))).toHaveLength(1);
  });
});

describe("a load balancer", () => {
  const signer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/harbour/50dc6c495c0c9188";
  const upstream = "https://id.harbour.example";
  const options = { loadBalancers: [signer], issuer: upstream, clientIds: ["web"] };
  const members = { alg: "ES256", kid: "k", signer, iss: upstream, client: "web" };
  const token = (changes: object) =>
    ({ header: { members: { ...members, ...changes } }, claims: { sub: "u", client: "web" }, iss: signer }) as never;
  const { check, locateKeys } = configure(albOidc(options));

  it.each([
    [{ client: "other" }, "client_not_allowed"],
    [{ client: ["web"] }, "client_not_allowed"],
    [{ iss: "https://id.other.example" }, "issuer_unknown"],
    [{ iss: [upstream] }, "issuer_unknown"],
  ])("that says %j is refused before a key is fetched, and after", (changes, code) => {
    expect(() => locateKeys(token(changes), signer)).toThrow(expect.objectContaining({ code }));
    expect(() => check(token(changes), null)).toThrow(expect.objectContaining({ code }));
    expect(() => check(token({}), null)).not.toThrow();
  });

  it("that is not configured has no keys", () => {
    const other = signer.replace("harbour", "other");
    expect(() => locateKeys(token({ signer: other }), other)).toThrow(expect.objectContaining({ code: "issuer_unknown" }));
  });

  it("is named by its whole ARN and nothing around it", () => {
    expect(problemTexts(albOidc({ ...options, loadBalancers: [`x${signer}`] }))).toHaveLength(1);
  });
});
