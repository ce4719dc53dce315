import { describe, expect, it } from "vitest";
import {
  auth0,
  azureAdB2c,
  claim,
  cognito,
  defineGateway,
  entraExternalId,
  entraId,
  google,
  introspect,
  type IssuerDefinition,
  oidc,
  okta,
} from "../../src/index.ts";
import { sentencesIn } from "./problems.ts";

const TENANT = "8a1f0c63-57d2-4e9b-b0a4-3c6d9e2f7b15";
const [SECOND, THIRD] = ["5e0d9c8b-7a61-4f52-8e43-d2c1b0a9f8e7", "0d9c8b7a-6e5f-4d3c-8b2a-190817263544"];
const formsOf = (tenant: string) => [`https://login.microsoftonline.com/${tenant}/v2.0`, `https://sts.windows.net/${tenant}/`];

/** The problems of a gateway with these issuers, as whole sentences. */
const problemsOf = (issuers: Readonly<Record<string, IssuerDefinition>>) =>
  sentencesIn(() => defineGateway({ issuers, routes: { "GET /": "authenticated" } }));

type More = { readonly tenants?: readonly string[]; readonly tenantClaim?: string | readonly string[] };

/** The providers that tell the tenant from a claim of their own, if it is one claim; and how to name a tenant otherwise. */
const OWN: readonly (readonly [string, string | null, (more: More) => IssuerDefinition])[] = [
  ["auth0", "org_id", (more) => auth0({ domain: "shop.eu.auth0.com", audience: "x", ...more })],
  ["azureAdB2c", null, (more) => azureAdB2c({ tenant: "shop", tenantId: TENANT, policies: ["p"], audience: "x", ...more })],
  ["entraExternalId", "tid", (more) => entraExternalId({ tenantId: TENANT, audience: "x", ...more })],
  ["entraId", "tid", (more) => entraId({ issuer: formsOf(TENANT), audience: "x", ...more })],
  ["google", "hd", (more) => google({ clientIds: ["web"], ...more })],
];

describe.each(OWN)("the tenants of %s", (_, claim, make) => {
  const tenants = [TENANT];

  it("are compared with its own claim, which `tenantClaim` must then not replace", () => {
    const own = claim === null ? "the tenant in `iss`" : `\`${claim}\``;
    const problem = `issuers.main.tenants is compared with ${own}, and not with what \`tenantClaim\` names. Remove one of the two.`;
    expect(problemsOf({ main: make({ tenants, tenantClaim: "https://shop.example/tenant" }) })).toEqual([problem]);
    expect(problemsOf({ main: make({ tenants, tenantClaim: [claim ?? "tid", "id"] }) })).toEqual([problem]);
  });

  it("may stand alone, and so may the claim", () => {
    expect(problemsOf({ main: make({ tenants }) })).toEqual([]);
    expect(problemsOf({ main: make({ tenantClaim: "https://shop.example/tenant" }) })).toEqual([]);
  });
});

it.each(OWN.filter(([, claim]) => claim !== null))(
  "the tenants of %s may be told from %s itself, as introspection needs it",
  (_, claim, make) => {
    expect(problemsOf({ main: make({ tenants: [TENANT], tenantClaim: claim ?? "" }) })).toEqual([]);
    expect(problemsOf({ main: make({ tenants: [TENANT], tenantClaim: [claim ?? ""] }) })).toEqual([]);
  },
);

it("an issuer that is asked about opaque tokens compares the same claim in both", () => {
  const introspection = introspect({ url: "https://shop.eu.auth0.com/introspect", clientId: "gateway", clientSecret: "s" });
  const of = (more: More) => auth0({ domain: "shop.eu.auth0.com", audience: "x", introspection, tenants: ["org_1"], ...more });
  expect(problemsOf({ main: of({ tenantClaim: "org_id" }) })).toEqual([]);
  expect(problemsOf({ main: of({ tenantClaim: "https://shop.example/tenant" }) })).toHaveLength(1);
});

describe("beside `issuer`", () => {
  const POOL = "eu-west-1_SamplePool";
  const pool = `https://issuer-cognito-idp.eu-west-1.amazonaws.com/${POOL}`;
  const external = `https://${TENANT}.ciamlogin.com/${TENANT}/v2.0`;
  const b2c = { issuer: `https://shop.b2clogin.com/${TENANT}/v2.0/`, policies: ["p"], audience: "x" };
  const at = (name: string) => `issuers.main.${name} is not read beside \`issuer\`. Remove one of the two.`;
  const other = (name: string) => `issuers.main.${name} is not that of \`issuer\`. Remove one of the two.`;

  it.each([
    azureAdB2c({ ...b2c, tenant: "shop", tenantId: TENANT.toUpperCase() }),
    cognito({ issuer: pool, userPoolId: POOL, clientIds: ["x"] }),
    cognito({ issuer: "http://127.0.0.1:9229/local_1", userPoolId: "local_1", clientIds: ["x"] }),
    cognito({ issuer: "http://127.0.0.1:9229/local_1/", userPoolId: "local_1", clientIds: ["x"] }),
    entraExternalId({ issuer: external, tenantId: TENANT.toUpperCase(), tenant: "shop", audience: "x" }),
  ])("the id that it holds may stand, and the issuer is the only one (%#)", (main) => {
    const { issuers } = defineGateway({ issuers: { main }, routes: { "GET /": "authenticated" } });
    expect(issuers[0]?.issuers).toEqual([(main.options as { issuer: string }).issuer]);
  });

  it.each([
    ["tenantId", azureAdB2c({ ...b2c, tenantId: SECOND })],
    ["tenantId", entraExternalId({ issuer: external, tenantId: SECOND, audience: "x" })],
    ["tenantId", entraExternalId({ issuer: external, tenantId: "shop", audience: "x" })],
    ["userPoolId", cognito({ issuer: pool, userPoolId: "eu-west-1_OtherPool", clientIds: ["x"] })],
    ["userPoolId", cognito({ issuer: [pool, `${pool}2`], userPoolId: POOL, clientIds: ["x"] })],
    ["userPoolId", cognito({ issuer: pool, userPoolId: "Pool", clientIds: ["x"] })],
    ["userPoolId", cognito({ issuer: pool, userPoolId: POOL.toUpperCase(), clientIds: ["x"] })],
  ])("another %s is refused (%#)", (name, main) => expect(problemsOf({ main })).toEqual([other(name)]));

  it.each([
    [["domain"], auth0({ issuer: "https://shop.eu.auth0.com/", domain: "shop.eu.auth0.com", audience: "x" })],
    [["customDomains"], auth0({ issuer: "https://shop.eu.auth0.com/", customDomains: ["id.shop.example"], audience: "x" })],
    [
      ["domain", "authorizationServer"],
      okta({ issuer: "https://a.okta.com", domain: "b.okta.com", authorizationServer: "org", audience: "x" }),
    ],
    [["domains"], azureAdB2c({ ...b2c, domains: ["id.shop.example"] })],
    [["legacyHost"], azureAdB2c({ ...b2c, legacyHost: true })],
  ])("%j would not be read, and is refused", (names, main) => expect(problemsOf({ main })).toEqual(names.map(at)));
});

describe("claims that are credentials of other systems", () => {
  const OPTIONS = ["rolesClaim", "groupsClaim", "permissionsClaim", "emailClaim", "tenantClaim"];
  const NAMES = ["idp_access_token", "idp_refresh_token", "access_token", "refresh_token", "id_token"];
  const problem = (option: string) =>
    `issuers.main.${option} is a credential of another system. Name another claim: credentials never cross the wall.`;

  it.each(OPTIONS.flatMap((option) => NAMES.map((name) => [option, name] as const)))("%s: %s", (option, name) => {
    for (const path of [name, [name], [name, "part"], ["part", name], ["a", "b", name, "c"]]) {
      expect(problemsOf({ main: oidc({ issuer: "https://idp.example", audience: "x", [option]: path }) })).toEqual([problem(option)]);
    }
  });

  it("names that only hold theirs are others", () => {
    const pool = { userPoolId: "eu-west-1_Pool", clientIds: ["web"], rolesClaim: ["shop", "access_token_roles"] };
    expect(problemsOf({ main: cognito(pool) })).toEqual([]);
  });

  it("rules cannot read them, wherever they are", () => {
    const main = oidc({ issuer: "https://idp.example", audience: "x" });
    const of = (path: readonly string[]) =>
      sentencesIn(() => defineGateway({ issuers: { main }, routes: { "GET /": claim(path, ["x"]) }, forward: ["extra"] }));
    expect(of(["extra", "plan"])).toEqual([]);
    expect(of(["extra", "idp_access_token"])).toEqual([
      'routes["GET /"] the rule reads a credential of another system. Name another claim: credentials never cross the wall.',
    ]);
  });
});

describe("families of tenants", () => {
  const of = (tenants: readonly string[]) => entraId({ tenants, audience: "x" });
  const exact = (tenants: readonly string[]) => entraId({ issuer: tenants.flatMap(formsOf), tenants, audience: "x" });
  const problem = (name: string, other: string) =>
    `issuers.${name} shares its issuers with \`${other}\`: a family holds those of every tenant, whatever \`tenants\` lists. ` +
    "Merge the two, or list the exact issuers of the tenants in `issuer`.";

  it("hold every tenant's issuers, those that are not listed too", () => {
    expect(problemsOf({ one: of([TENANT]), others: of([SECOND, THIRD]) })).toEqual([problem("others", "one")]);
    expect(problemsOf({ others: of([SECOND, THIRD]), one: of([TENANT]) })).toEqual([problem("one", "others")]);
    expect(problemsOf({ a: of([TENANT, SECOND]), b: of([SECOND, THIRD]) })).toEqual([problem("b", "a")]);
  });

  it("exact issuers in their place do not overlap", () => {
    expect(problemsOf({ one: of([TENANT]), others: exact([SECOND, THIRD]) })).toEqual([]);
    expect(problemsOf({ a: exact([TENANT]), b: exact([SECOND, THIRD]) })).toEqual([]);
  });

  it("one issuer listed twice is nobody's family", () => {
    expect(problemsOf({ a: exact([TENANT]), b: exact([TENANT, SECOND]) })).toEqual([
      "issuers.b accepts the same `iss` as `a`. A token must belong to exactly one issuer: merge the two.",
    ]);
  });
});
