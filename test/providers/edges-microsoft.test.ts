import { describe, expect, it } from "vitest";
import { azureAdB2c } from "../../src/providers/azure-ad-b2c.ts";
import { canonicalIssuer } from "../../src/providers/azure-ad-b2c-issuers.ts";
import { entraExternalId } from "../../src/providers/entra-external-id.ts";
import { entraId } from "../../src/providers/entra-id.ts";
import { configure, pass, problemTexts, refusalOf, TIMES, without } from "./support.ts";

const HOME = "a1b2c3d4-0000-4111-8222-333344445555";
const PARTNER = "b1b2c3d4-0000-4111-8222-333344445555";
const CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad";
const v2 = (tid: string) => `https://login.microsoftonline.com/${tid}/v2.0`;
const v1 = (tid: string) => `https://sts.windows.net/${tid}/`;
const NO_TENANT = "issuer names no tenant. Write the tenant's GUID into it, or `{tenantid}` and list the `tenants`.";

describe("Entra ID", () => {
  const access = { ...TIMES, iss: v2(HOME), tid: HOME, aud: "api", azp: "c", sub: "pairwise", oid: "object", scp: "Stock.Read" };
  const app = { ...without(access, "scp"), sub: "object", roles: ["Stock.All"] };
  const idToken = { ...without(access, "azp", "scp"), aud: "c" };
  const one = entraId({ tenants: [HOME], audience: "api" });
  const some = entraId({ tenants: [HOME, PARTNER], audience: "api" });
  const forId = entraId({ tenants: [HOME], clientIds: ["c"], tokenUse: "id" });

  it("verifies each version's tokens with that version's keys, in families too", () => {
    const { location, identity } = pass({
      issuer: some,
      claims: { ...without(access, "azp"), appid: "c", iss: v1(PARTNER), tid: PARTNER },
    });
    expect(location).toEqual({ kind: "jwks", url: "https://login.microsoftonline.com/common/discovery/keys", merge: true });
    expect(identity.tenant).toBe(PARTNER);
  });

  it("lets the tenant of personal accounts in where it alone is configured", () => {
    const issuer = entraId({ issuer: v2(CONSUMERS), audience: "api" });
    expect(refusalOf({ issuer, claims: { ...access, iss: v2(CONSUMERS), tid: CONSUMERS } })).toBeNull();
  });

  it.each([
    [[""], null],
    [["", "c1", "c2"], "c1 c2"],
  ])("reads the authentication contexts %j, of which an empty one is none", (acrs, context) => {
    expect(pass({ issuer: one, claims: { ...access, acrs } }).identity.authentication.context).toBe(context);
  });

  it("finds the tenant in an issuer in any case", () => {
    const tid = HOME.toUpperCase();
    expect(refusalOf({ issuer: entraId({ issuer: v2(tid), audience: "api" }), claims: { ...access, iss: v2(tid), tid } })).toBeNull();
  });

  it.each([
    `https://login.microsoftonline.com/{tenantid}/{tenantid}/v2.0`,
    `https://login.microsoftonline.com/{tenantid}/{tenantid}/${HOME}`,
  ])("takes no issuer with two places for the tenant: %s", (issuer) =>
    expect(problemTexts(entraId({ issuer, tenants: null, audience: "api" }))).toEqual([NO_TENANT]),
  );

  it.each([
    "00000003-0000-0000-c000-000000000000",
    "00000002-0000-0000-c000-000000000000",
    "https://graph.microsoft.com",
    "https://graph.microsoft.com/",
    "https://graph.windows.net",
    "https://graph.windows.net/",
  ])("says of a token for %s that it is for Microsoft alone, of any tenant of ours and of no other", (aud) => {
    expect(refusalOf({ issuer: one, claims: { ...access, aud } })).toBe("token_not_for_api");
    const { refuseStranger } = configure(entraId({ issuer: [v2(HOME), v2(PARTNER)], audience: "api" }));
    const stranger = (tid: unknown) => ({ header: { members: {} }, claims: { tid, aud } }) as never;
    for (const tid of [HOME, PARTNER.toUpperCase()])
      expect(() => refuseStranger?.(stranger(tid))).toThrow(expect.objectContaining({ code: "token_not_for_api" }));
    for (const tid of [CONSUMERS, 7, undefined]) expect(() => refuseStranger?.(stranger(tid))).not.toThrow();
    // A tenant that is accepted and has no issuer here is none of ours.
    const alone = configure(entraId({ issuer: v2(HOME), tenants: [HOME, PARTNER], audience: "api" }));
    expect(() => alone.refuseStranger?.(stranger(HOME))).toThrow(expect.objectContaining({ code: "token_not_for_api" }));
    expect(() => alone.refuseStranger?.(stranger(PARTNER))).not.toThrow();
  });

  it.each<[string, object, string | object]>([
    ["an app with scopes and roles is neither user nor app", { ...access, idtyp: "app", roles: ["r"] }, "token_use_mismatch"],
    ["a user with roles whose object is the subject stays a user", { ...access, sub: "object", roles: ["r"] }, { kind: "user" }],
    ["an app of another type than `app`", { ...app, idtyp: "user" }, "token_use_mismatch"],
    ["an app without its object", without(app, "oid"), "token_use_mismatch"],
    ["an app without object and subject", without(app, "oid", "sub"), "token_use_mismatch"],
    ["a list of groups that is whole, in so many words", { ...access, hasgroups: false }, { groupsComplete: true }],
    ["a list of groups that is not", { ...access, hasgroups: "true" }, { groupsComplete: false }],
    ["the older name of a user, and the session", { ...access, unique_name: "rui", sid: "s1" }, { username: "rui", session: "s1" }],
  ])("%s", (_what, claims, expected) => {
    const token = { issuer: one, claims: claims as never };
    if (typeof expected === "string") expect(refusalOf(token)).toBe(expected);
    else expect(pass(token).identity).toMatchObject(expected);
  });

  it("takes no ID token with scopes", () => {
    expect(refusalOf({ issuer: forId, claims: idToken })).toBeNull();
    expect(refusalOf({ issuer: forId, claims: { ...idToken, scp: "Stock.Read" } })).toBe("token_use_mismatch");
  });
});

describe("Entra External ID", () => {
  const issuer = `https://${HOME}.ciamlogin.com/${HOME}/v2.0`;

  it("knows its issuer by the one tenant that is listed", () => {
    expect(configure(entraExternalId({ tenants: [HOME], audience: "api" })).issuers).toEqual([issuer]);
    expect(problemTexts(entraExternalId({ tenants: [HOME, PARTNER], audience: "api" }))).toHaveLength(1);
  });

  it("needs a tenant in each of its issuers", () => {
    const problem = "issuer names no tenant. Write it as the tokens do, with the tenant's GUID.";
    expect(problemTexts(entraExternalId({ issuer: [issuer, "https://yard.ciamlogin.com/v2.0"], audience: "api" }))).toEqual([problem]);
  });

  it("is asked at its own host for the keys of a host of another kind", () => {
    const own = `https://login.yard.example/${HOME}/v2.0`;
    expect(configure(entraExternalId({ issuer: own, audience: "api" })).keyLocations).toMatchObject([
      { kind: "discovery", url: `${own}/.well-known/openid-configuration`, issuer: own },
    ]);
  });
});

describe("Azure AD B2C", () => {
  const iss = `https://orchardid.b2clogin.com/${HOME}/v2.0/`;
  const options = { tenant: "orchardid", tenantId: HOME, policies: ["B2C_1_SignIn"], audience: "api" };
  const access = { ...TIMES, iss, aud: "api", sub: "object", oid: "object", tfp: "B2C_1_SignIn", scp: "fruit.read", azp: "c" };
  const identityOf = (claims: object, changes: object = {}) =>
    pass({ issuer: azureAdB2c({ ...options, ...changes }), claims: { ...access, ...claims } }).identity;

  it("writes an issuer's policy in lower case, and nothing else of it", () => {
    const named = (policy: string) => `https://Host.example/tfp/${HOME.toUpperCase()}/${policy}/v2.0/`;
    expect(canonicalIssuer(named("B2C_1A.Sign-In"))).toBe(named("b2c_1a.sign-in"));
    expect(canonicalIssuer(`${named("B2C_1")}x`)).toBe(`${named("B2C_1")}x`);
    for (const other of [iss, named("B2C 1"), `${named("B2C_1")}/`, named("B2C_1/x"), named("B2C_1").replace("tfp", "TFP")])
      expect(canonicalIssuer(other)).toBe(other);
  });

  it("takes issuers in any case, of one tenant only", () => {
    const other = `https://orchardid.b2clogin.com/${PARTNER}/v2.0/`;
    const upper = `https://orchardid.b2clogin.com/${HOME.toUpperCase()}/v2.0/`;
    expect(configure(azureAdB2c({ ...options, issuer: upper })).issuers).toEqual([upper]);
    expect(problemTexts(azureAdB2c({ ...options, issuer: [iss, other] }))).toEqual([
      "tenantId is not that of `issuer`. Remove one of the two.",
    ]);
  });

  it("finds the keys of a tenant in China at its own host", () => {
    const china = `https://orchardid.b2clogin.cn/${HOME}/v2.0/`;
    const url = "https://orchardid.b2clogin.cn/orchardid.partner.onmschina.cn/B2C_1_SignIn/discovery/v2.0/keys";
    expect(configure(azureAdB2c({ ...options, issuer: china })).keyLocations).toEqual([{ kind: "jwks", url, merge: true }]);
  });

  it("lets in a listed client of a listed tenant", () => {
    expect(identityOf({}, { clientIds: ["c"], tenants: [HOME] })).toMatchObject({ clientId: "c", tenant: HOME });
  });

  it("knows a user by the object where there is no subject, and by a subject that only sounds like the old one", () => {
    expect(identityOf({ sub: "" })).toMatchObject({ subject: "object" });
    expect(identityOf({ sub: "is not supported currently" })).toMatchObject({ subject: "is not supported currently" });
  });

  it("reads the one address where there is no list of them", () => {
    expect(identityOf({ email: "ola@orchard.example" })).toMatchObject({ email: "ola@orchard.example" });
  });

  it("takes an ID token for a user's, though it tells nothing of one", () => {
    const issuer = azureAdB2c({ ...options, audience: null, clientIds: ["c"], tokenUse: "id" });
    const claims = { ...without(access, "scp", "azp", "oid"), aud: "c" };
    expect(pass({ issuer, claims }).identity).toMatchObject({ kind: "user", clientId: "c" });
  });

  it("asks for the policy again when the signature is good", () => {
    const { check } = configure(azureAdB2c(options));
    const token = (claims: object) => ({ header: { typ: null, members: {} }, iss, claims: { ...access, ...claims } }) as never;
    expect(() => check(token({}), null)).not.toThrow();
    expect(() => check(token({ tfp: "B2C_1_Edit" }), null)).toThrow(expect.objectContaining({ code: "policy_not_allowed" }));
  });
});
