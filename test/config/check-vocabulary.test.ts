import { describe, expect, it } from "vitest";
import {
  albOidc,
  auth0,
  azureAdB2c,
  cognito,
  defineGateway,
  entraExternalId,
  entraId,
  google,
  group,
  introspect,
  type IssuerDefinition,
  oidc,
  okta,
  permission,
  role,
  type Rule,
  scope,
} from "../../src/index.ts";
import type { IssuerOptions } from "../../src/providers/provider.ts";
import type { NameMapping } from "../../src/providers/vocabulary.ts";
import { problemsIn, sentencesIn } from "./problems.ts";

const TENANT = "8a1f0c63-57d2-4e9b-b0a4-3c6d9e2f7b15";
const ALB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/harbour/50dc6c495c0c9188";

/** What is wrong with a table of one rule; null: it starts. */
function problemOf(rule: Rule, ...issuers: readonly IssuerDefinition[]): string | null {
  const named = Object.fromEntries(issuers.map((one, index) => [`i${index}`, one]));
  const [problem, ...others] = problemsIn(() => defineGateway({ issuers: named, routes: { "GET /": rule } }));
  expect(others).toEqual([]);
  if (problem === undefined) return null;
  expect(problem.path).toBe('routes["GET /"]');
  return `${problem.message} ${problem.fix}`;
}

describe("a name that an issuer's vocabulary can produce", () => {
  const mapped = { map: { "Orders.Read": "orders:read" } };
  const prefixed = { map: { "api/Orders.Read": "orders:read" }, strip: "api/" };
  const of = (scopes: NameMapping) => oidc({ issuer: "https://idp.example", audience: "x", vocabulary: { scopes } });

  it.each<readonly [NameMapping, string]>([
    [{ rest: "pass" }, "orders:read"],
    [{ ...mapped, rest: "pass" }, "orders:read"],
    [{ ...mapped, rest: "pass" }, "openid"],
    [{ ...mapped, rest: "drop" }, "orders:read"],
    [{ map: { a: "a" }, rest: "drop" }, "a"],
    [{ map: { "a b": "x" }, rest: "drop" }, "x"],
    [{ ...prefixed, rest: "drop" }, "orders:read"],
    [{ ...prefixed, rest: "drop" }, "Orders.Write"],
    [{ strip: "api/", rest: "drop" }, "orders.read"],
    [{ map: { x: "api/x" }, strip: "api/", rest: "drop" }, "api/x"],
  ])("%j: %s", (mapping, name) => {
    expect(problemOf(scope(name), of(mapping))).toBeNull();
  });

  it.each<readonly [NameMapping, string]>([
    [{ rest: "drop" }, "orders:read"],
    [{ ...mapped, rest: "pass" }, "Orders.Read"],
    [{ ...mapped, rest: "drop" }, "Orders.Read"],
    [{ ...mapped, rest: "drop" }, "openid"],
    [{ ...prefixed, rest: "drop" }, "Orders.Read"],
    [{ ...prefixed, rest: "drop" }, "api/Orders.Read"],
    // An issuer would have to write the prefix twice.
    [{ strip: "api/", rest: "drop" }, "api/orders.read"],
    [{ map: { a: "b", b: "c" }, rest: "drop" }, "a"],
  ])("and one that it cannot, %j: %s", (mapping, name) => {
    expect(problemOf(scope(name), of(mapping))).toBe(
      "no issuer's vocabulary can produce this scope. Write the name as `vocabulary.scopes` leaves it, or add it there.",
    );
  });

  it("one issuer of several is enough", () => {
    const other = oidc({ issuer: "https://other.example", audience: "x", vocabulary: { scopes: { rest: "drop" } } });
    expect(problemOf(scope("a"), other, of({ rest: "pass" }))).toBeNull();
  });
});

describe("names that would become one", () => {
  const problemsOf = (mapping: NameMapping) =>
    sentencesIn(() =>
      defineGateway({
        issuers: { main: oidc({ issuer: "https://idp.example", audience: "x", vocabulary: { roles: mapping } }) },
        routes: { "GET /": "authenticated" },
      }),
    );

  it.each<NameMapping>([
    { strip: "orders-api/", rest: "pass" },
    { map: { legacy: "admin" }, strip: "orders-api/", rest: "pass" },
  ])("with a prefix and without: %j", (mapping) => {
    expect(problemsOf(mapping)).toEqual([
      'issuers.main.vocabulary.roles.rest is "pass" beside `strip`: names with the prefix and without it would become the same. ' +
        'Write `rest: "drop"`, and list the other names in `map`.',
    ]);
    expect(problemsOf({ ...mapping, rest: "drop" })).toEqual([]);
  });
});

const KINDS = { scope, role, group, permission };
type Kind = keyof typeof KINDS;
const CLAIMS = { roles: "rolesClaim", groups: "groupsClaim", permissions: "permissionsClaim" } as const;

/** The kinds of names that each provider reads without being told from where. */
const READ: readonly (readonly [string, (options: Partial<IssuerOptions>) => IssuerDefinition, readonly Kind[]])[] = [
  ["albOidc", (more) => albOidc({ loadBalancers: [ALB], issuer: "https://idp.example", clientIds: ["web"], ...more }), []],
  ["auth0", (more) => auth0({ domain: "shop.eu.auth0.com", audience: "x", ...more }), ["scope", "permission"]],
  ["azureAdB2c", (more) => azureAdB2c({ tenant: "shop", tenantId: TENANT, policies: ["p"], audience: "x", ...more }), ["scope"]],
  ["cognito", (more) => cognito({ userPoolId: "eu-west-1_Pool", clientIds: ["web"], ...more }), ["scope", "group"]],
  ["entraExternalId", (more) => entraExternalId({ tenantId: TENANT, audience: "x", ...more }), ["scope", "role", "group"]],
  ["entraId", (more) => entraId({ ...more, tenants: [TENANT], audience: "x" }), ["scope", "role", "group"]],
  ["google", (more) => google({ clientIds: ["web"], ...(more as object) }), []],
  ["oidc", (more) => oidc({ issuer: "https://idp.example", audience: "x", ...more }), ["scope", "role", "group", "permission"]],
  ["okta", (more) => okta({ domain: "shop.okta.com", audience: "x", ...more }), ["scope", "role", "group", "permission"]],
];

describe.each(READ)("rules for tokens of %s alone", (_, make, read) => {
  it.each(Object.keys(KINDS) as Kind[])("%s", (kind) => {
    const part = `${kind}s` as const;
    const problem = problemOf(KINDS[kind]("admin"), make({}));
    if (read.includes(kind)) return expect(problem).toBeNull();
    const fix =
      part === "scopes" ? "Let the rule ask for something that tokens hold." : `Set \`${CLAIMS[part]}\` on an issuer, or correct the rule.`;
    expect(problem).toBe(`no issuer reads ${part}. ${fix}`);
    if (part !== "scopes") expect(problemOf(KINDS[kind]("admin"), make({ [CLAIMS[part]]: ["https://shop.example/names"] }))).toBeNull();
  });
});

describe("ID tokens that never hold scopes", () => {
  const ID = { tokenUse: "id", clientIds: ["web"] } as const;
  const never: readonly (readonly [string, IssuerDefinition])[] = [
    ["azureAdB2c", azureAdB2c({ tenant: "shop", tenantId: TENANT, policies: ["p"], ...ID })],
    ["entraExternalId", entraExternalId({ tenantId: TENANT, ...ID })],
    ["entraId", entraId({ tenants: [TENANT], ...ID })],
    ["okta", okta({ domain: "shop.okta.com", ...ID })],
  ];

  it.each(never)("of %s", (_, issuer) => {
    expect(problemOf(scope("orders:read"), issuer)).toBe("no issuer reads scopes. Let the rule ask for something that tokens hold.");
    expect(problemOf(group("admin"), issuer) === null).toBe(issuer.provider.name !== "azureAdB2c");
    expect(problemOf(scope("orders:read"), issuer, oidc({ issuer: "https://idp.example", audience: "x" }))).toBeNull();
  });

  it("others may", () => expect(problemOf(scope("a"), oidc({ issuer: "https://idp.example", ...ID }))).toBeNull());
});

it("a claim that is configured does not make up for a vocabulary that drops every name", () => {
  const pool = { userPoolId: "eu-west-1_Pool", clientIds: ["web"], rolesClaim: "custom:role" };
  expect(problemOf(role("admin"), cognito({ ...pool, vocabulary: { roles: { rest: "drop" } } }))).toContain("vocabulary");
});

describe("an issuer that is asked about opaque tokens", () => {
  const asked = (tokens: "opaque" | "jwt" | "all", more: Partial<IssuerOptions> = {}) => {
    const introspection = introspect({ url: "https://shop.eu.auth0.com/i", clientId: "gateway", clientSecret: "s", tokens });
    return auth0({ domain: "shop.eu.auth0.com", audience: "x", introspection, ...more });
  };

  it("may answer with any kind of name", () => {
    expect(problemOf(role("admin"), asked("opaque"))).toBeNull();
    expect(problemOf(group("admin"), asked("all"))).toBeNull();
  });

  it("and not where it is asked about its JWTs only, or where its vocabulary drops the name", () => {
    expect(problemOf(role("admin"), asked("jwt"))).toContain("rolesClaim");
    expect(problemOf(role("admin"), asked("all", { vocabulary: { roles: { rest: "drop" } } }))).toContain("vocabulary");
  });
});
