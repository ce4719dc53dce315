import { describe, expect, it } from "vitest";
import {
  albOidc,
  allOf,
  anyOf,
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
  okta,
  type Rule,
  scope,
  tenant,
} from "../../src/index.ts";
import type { IssuerOptions } from "../../src/providers/provider.ts";
import { problemsIn } from "./problems.ts";

const [HOME, SECOND, STRANGER] = [
  "8a1f0c63-57d2-4e9b-b0a4-3c6d9e2f7b15",
  "5e0d9c8b-7a61-4f52-8e43-d2c1b0a9f8e7",
  "0d9c8b7a-6e5f-4d3c-8b2a-190817263544",
];
const ALB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/harbour/50dc6c495c0c9188";
const FAMILY = "https://login.microsoftonline.com/{tenantid}/v2.0";
const B2C = { tenant: "shop", policies: ["p"], audience: "x" };

/** What is wrong with a table of one rule; null: it starts. */
function problemOf(rule: Rule, ...issuers: readonly IssuerDefinition[]): string | null {
  const named = Object.fromEntries(issuers.map((one, index) => [`i${index}`, one]));
  const [problem, ...others] = problemsIn(() => defineGateway({ issuers: named, routes: { "GET /": rule } }));
  expect(others).toEqual([]);
  if (problem === undefined) return null;
  expect(problem.path).toBe('routes["GET /"]');
  return `${problem.message} ${problem.fix}`;
}

const NO_TENANT = "no issuer's tokens name a tenant. Set `tenantClaim` on an issuer, or correct the rule.";
const OTHER_TENANT = "no issuer accepts tokens of this tenant. Write it as tokens do, GUIDs in lower case, or list it in `tenants`.";

/** Issuers whose tenants are what a configured claim says, and no other. */
const TOLD: readonly (readonly [string, (more: Partial<IssuerOptions>) => IssuerDefinition])[] = [
  ["albOidc", (more) => albOidc({ loadBalancers: [ALB], issuer: "https://idp.example", clientIds: ["web"], ...more })],
  ["cognito", (more) => cognito({ userPoolId: "eu-west-1_Pool", clientIds: ["web"], ...more })],
  ["oidc", (more) => oidc({ issuer: "https://idp.example", audience: "x", ...more })],
  ["okta", (more) => okta({ domain: "shop.okta.com", audience: "x", ...more })],
];

describe.each(TOLD)("rules about the tenants of %s", (_, make) => {
  it("need a claim that names them", () => {
    expect(problemOf(tenant("a"), make({}))).toBe(NO_TENANT);
    expect(problemOf(tenant("a"), make({ tenantClaim: "company" }))).toBeNull();
  });

  it("name one that is accepted", () => {
    const listed = make({ tenantClaim: ["company", "id"], tenants: ["a", "b"] });
    expect(problemOf(tenant("b"), listed)).toBeNull();
    expect(problemOf(tenant("B"), listed)).toBe(OTHER_TENANT);
    expect(problemOf(tenant("company"), listed)).toBe(OTHER_TENANT);
  });
});

/** Tenants that the tokens may name, and some that they cannot. */
const OWN: readonly (readonly [string, IssuerDefinition, may: readonly string[], cannot: readonly string[]])[] = [
  ["Google of all the world", google({ clientIds: ["web"] }), ["a.example", "b.example"], []],
  ["Google of some domains", google({ clientIds: ["web"], tenants: ["a.example"] }), ["a.example"], ["b.example", "A.example"]],
  ["Auth0 of all organizations", auth0({ domain: "shop.eu.auth0.com", audience: "x" }), ["org_a", "org_b"], []],
  ["Auth0 of some", auth0({ domain: "shop.eu.auth0.com", audience: "x", tenants: ["org_a"] }), ["org_a"], ["org_b"]],
  ["Entra ID of one tenant", entraId({ tenants: [HOME.toUpperCase()], audience: "x" }), [HOME], [STRANGER, HOME.toUpperCase()]],
  ["Entra ID of some", entraId({ tenants: [HOME, SECOND.toUpperCase()], audience: "x" }), [HOME, SECOND], [STRANGER, "shop.example"]],
  ["Entra ID of all", entraId({ tenants: null, audience: "x" }), [HOME, STRANGER], []],
  ["Entra ID by its issuer", entraId({ issuer: `https://sts.windows.net/${HOME}/`, audience: "x" }), [HOME], [STRANGER]],
  [
    "Entra ID by an issuer and a list that leaves it out",
    entraId({ issuer: [`https://sts.windows.net/${HOME}/`, `https://sts.windows.net/${SECOND}/`], tenants: [HOME], audience: "x" }),
    [HOME],
    [SECOND],
  ],
  [
    "Entra ID by an issuer beside a family",
    entraId({ issuer: [`https://sts.windows.net/${HOME}/`, FAMILY], tenants: [HOME, SECOND], audience: "x" }),
    [HOME, SECOND],
    [STRANGER],
  ],
  [
    "Entra ID whose tokens name a tenant of their own",
    entraId({ tenants: null, issuer: `https://sts.windows.net/${HOME}/`, tenantClaim: "extn.branch", audience: "x" }),
    [HOME, "north"],
    [],
  ],
  ["Entra ID told from `tid` itself", entraId({ tenants: [HOME], tenantClaim: "tid", audience: "x" }), [HOME], [STRANGER]],
  ["External ID", entraExternalId({ tenantId: HOME.toUpperCase(), tenant: "shop", audience: "x" }), [HOME], [STRANGER, "shop"]],
  ["Azure AD B2C", azureAdB2c({ ...B2C, tenantId: HOME.toUpperCase() }), [HOME], [STRANGER, "shop"]],
  ["Azure AD B2C and a list", azureAdB2c({ ...B2C, tenantId: HOME, tenants: [HOME.toUpperCase()] }), [HOME], [STRANGER]],
  [
    "Azure AD B2C of which a list leaves one out",
    azureAdB2c({
      policies: ["p"],
      audience: "x",
      issuer: [HOME, SECOND].map((id) => `https://shop.b2clogin.com/${id}/v2.0/`),
      tenants: [SECOND],
    }),
    [SECOND],
    [HOME],
  ],
  ["Azure AD B2C and a claim", azureAdB2c({ ...B2C, tenantId: HOME, tenantClaim: "extension_Shop" }), ["north", HOME], []],
];

describe.each(OWN)("rules about the tenants of %s", (_, issuer, may, cannot) => {
  it.each(may)("%s", (name) => expect(problemOf(tenant(name), issuer)).toBeNull());
  it.each(cannot)("and not %s", (name) => expect(problemOf(tenant(name), issuer)).toBe(OTHER_TENANT));
});

it("a tenant that one of several issuers has is enough, and parts of rules are read", () => {
  const [none, listed] = [
    cognito({ userPoolId: "eu-west-1_Pool", clientIds: ["web"] }),
    google({ clientIds: ["web"], tenants: ["a.example"] }),
  ];
  expect(problemOf(tenant("a.example"), none, listed)).toBeNull();
  expect(problemOf(allOf(scope("x"), anyOf(tenant("a.example"), tenant("b.example"))), none, listed)).toBe(OTHER_TENANT);
});

it("what an issuer answers about opaque tokens may name any tenant", () => {
  const asked = (tokens: "opaque" | "jwt") => {
    const introspection = introspect({ url: "https://idp.example/i", clientId: "gateway", clientSecret: "s", tokens });
    return oidc({ issuer: "https://idp.example", audience: "x", introspection });
  };
  expect(problemOf(tenant("a"), asked("opaque"))).toBeNull();
  expect(problemOf(tenant("a"), asked("jwt"))).toBe(NO_TENANT);
});
