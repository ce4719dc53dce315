import { describe, expect, it } from "vitest";
import {
  auth0,
  azureAdB2c,
  cognito,
  defineGateway,
  entraExternalId,
  entraId,
  google,
  introspect,
  type IssuerDefinition,
  oidc,
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

describe("claims that are credentials of other systems", () => {
  const OPTIONS = ["rolesClaim", "groupsClaim", "permissionsClaim", "emailClaim", "tenantClaim"];
  const NAMES = ["idp_access_token", "idp_refresh_token", "access_token", "refresh_token", "id_token"];
  const problem = (option: string) =>
    `issuers.main.${option} is a credential of another system. Name another claim: credentials never cross the wall.`;

  it.each(OPTIONS.flatMap((option) => NAMES.map((name) => [option, name] as const)))("%s: %s", (option, name) => {
    for (const path of [name, [name], [name, "part"]]) {
      expect(problemsOf({ main: oidc({ issuer: "https://idp.example", audience: "x", [option]: path }) })).toEqual([problem(option)]);
    }
  });

  it("a claim inside another may have any name", () => {
    const pool = { userPoolId: "eu-west-1_Pool", clientIds: ["web"], rolesClaim: ["shop", "access_token"] };
    expect(problemsOf({ main: cognito(pool) })).toEqual([]);
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
