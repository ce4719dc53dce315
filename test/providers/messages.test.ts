import { describe, expect, it } from "vitest";
import { azureAdB2c } from "../../src/providers/azure-ad-b2c.ts";
import { cognito } from "../../src/providers/cognito.ts";
import { entraExternalId } from "../../src/providers/entra-external-id.ts";
import { okta } from "../../src/providers/okta.ts";
import type { IssuerDefinition } from "../../src/providers/provider.ts";
import { PROVIDERS } from "./fixtures/index.ts";
import { configure, problemTexts } from "./support.ts";

const AUDIENCE = "audience is missing. Set what `aud` must be in access tokens for this API.";
const CLIENTS = "clientIds is missing. List the client ids whose ID tokens are accepted, or set `audience`.";
const TENANT_CLAIM = "tenants has no claim to be compared with. Set `tenantClaim`, or remove `tenants`.";
const ARN = "is not the ARN of an Application Load Balancer. Copy it whole.";
const POOL = "Set the pool's id, such as `us-east-1_AbCdEf123`, or `issuer`.";
const OKTA_DOMAIN = "Set the organization's host name, such as `example.okta.com`, or `issuer`.";

/** What the person reads who configures a provider wrongly: where, what, and what to do. Each text once. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  cognito: [
    "audience is none of `clientIds`, and ID tokens have no other audience. Remove it, or name an app client.",
    "clientIds is missing. List the app client ids: access tokens of a pool have no `aud` that could tell its apps apart.",
    "requireAudience names a client that is none of `clientIds`. List app clients that are accepted, or write `true`.",
    TENANT_CLAIM,
    `userPoolId is missing. ${POOL}`,
    `userPoolId is not a user pool id. ${POOL}`,
  ],
  albOidc: [
    "algorithms is not ES256, with which load balancers sign. Remove it.",
    "audience is nothing a load balancer writes. Remove it: `clientIds` says who may call.",
    "clientIds is missing. List the `ClientId` of the listener rules.",
    "introspection asks about a token that nobody else knows. Remove it.",
    "issuer is missing. Set the `Issuer` of the listener rule.",
    "loadBalancers is missing. List the ARNs of the load balancers: others sign with the same keys.",
    `loadBalancers[0] ${ARN}`,
    `loadBalancers[1] ${ARN}`,
    TENANT_CLAIM,
    "tokenUse asks for access tokens. Remove it: a load balancer passes on facts about a user.",
  ],
  azureAdB2c: [
    AUDIENCE,
    "issuer is not of a form that Azure AD B2C writes. Use `https://<host>/<tenant id>/v2.0/`, slash included.",
    "policies holds something that is no policy's name. Use names such as `B2C_1_signin`.",
    "policies is missing. List the policies accepted: password reset and profile editing also issue valid tokens.",
    "tenant is a domain. Leave `.onmicrosoft.com` out; a domain of your own belongs into `domains`.",
    "tenant or a domain is missing or no host name. Set the tenant's name, such as `example`, or `domains`.",
    "tenantId is missing. Set the tenant's id, or `issuer`.",
    "tenantId is not a GUID. Set the tenant's id, or `issuer`.",
  ],
  entraId: [
    AUDIENCE,
    "cloud is not a cloud's name. Use one of public, usGov, china.",
    "issuer names no tenant. Write the tenant's GUID into it, or `{tenantid}` and list the `tenants`.",
    "tenants holds something else than GUIDs. Use tenant ids: domain names can change hands.",
    "tenants is missing. List the tenant ids accepted, or write null to accept every tenant of the cloud.",
  ],
  entraExternalId: [
    AUDIENCE,
    "issuer names no tenant. Write it as the tokens do, with the tenant's GUID.",
    "tenant is not a tenant's name. Set the first part of `<tenant>.ciamlogin.com`.",
    "tenantId is missing or not a GUID. Set the tenant's id, or `issuer`.",
  ],
  auth0: [
    AUDIENCE,
    "audience is Auth0's own userinfo API. Set the identifier of your API.",
    CLIENTS,
    "domain is missing. Set the tenant's host name, such as `example.eu.auth0.com`, or `issuer`.",
    "domain or a custom domain is not a host name. Leave out the scheme and the slash.",
    "issuer does not end in a slash. Write it as the tokens do: Auth0's issuers end in `/`.",
    "tenants is compared with `org_id`, and not with what `tenantClaim` names. Remove one of the two.",
  ],
  okta: [
    AUDIENCE,
    "authorizationServer is not the id of a server. Set its id, `default` or `org`.",
    `domain is missing. ${OKTA_DOMAIN}`,
    `domain is not a host name. ${OKTA_DOMAIN}`,
    TENANT_CLAIM,
  ],
  google: [
    'algorithms lacks ES256, with which the proxy signs. Set `algorithms: ["ES256"]`.',
    "audience is missing. Set the proxy's audience: `/projects/<number>/...`.",
    CLIENTS,
    "tokenUse asks for access tokens, which are opaque at Google. Remove it: only ID tokens can be verified.",
  ],
  oidc: [AUDIENCE, "issuer is missing. Set the exact `iss` of the provider's tokens.", TENANT_CLAIM],
};

const b2c = (tenantId: string | undefined) =>
  azureAdB2c({ tenant: "millrace", policies: ["p"], audience: "api", ...(tenantId !== undefined && { tenantId }) });

const pool = (userPoolId: string) => cognito({ userPoolId, clientIds: ["a"] });

const textsOf = (issuers: readonly IssuerDefinition[]) => [...new Set(issuers.flatMap(problemTexts))].toSorted();

describe.each(Object.entries(PROVIDERS))("%s", (name, { misconfigurations }) => {
  it("says what is wrong and what to do", () => {
    expect(textsOf(misconfigurations.map(({ issuer }) => issuer))).toEqual(TEXTS[name]?.toSorted());
  });

  it.each(misconfigurations)("reports one thing about $name", ({ issuer, path }) => {
    expect(problemTexts(issuer)).toEqual([expect.stringContaining(`${path} `)]);
  });
});

it("an issuer of one tenant and the id of another contradict each other", () => {
  const [here, there] = ["6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9", "0d9c8b7a-6e5f-4d3c-8b2a-190817263544"];
  const issuer = `https://millrace.b2clogin.com/${here}/v2.0/`;
  const common = { issuer, policies: ["B2C_1_signin"], audience: "api" };
  expect(problemTexts(azureAdB2c({ ...common, tenantId: there }))).toEqual(["tenantId is not that of `issuer`. Remove one of the two."]);
  expect(problemTexts(azureAdB2c({ ...common, tenantId: here.toUpperCase() }))).toEqual([]);
});

it("an issuer that names no tenant contradicts every id", () => {
  const [issuer, tenantId] = ["https://login.millrace.example/v2.0", "6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"];
  const problem = "tenantId is not that of `issuer`. Remove one of the two.";
  expect(problemTexts(entraExternalId({ issuer, tenantId, audience: "api" }))).toEqual([problem]);
});

it.each([
  ["no pool", cognito({ clientIds: ["a"] }), `userPoolId is missing. ${POOL}`],
  ["a pool that is none", pool("x"), `userPoolId is not a user pool id. ${POOL}`],
  ["more before a pool", pool("https://id.example/us-east-1_AbCdEf123"), `userPoolId is not a user pool id. ${POOL}`],
  ["more behind a pool", pool("us-east-1_AbCdEf123/"), `userPoolId is not a user pool id. ${POOL}`],
  ["no domain", okta({ audience: "api" }), `domain is missing. ${OKTA_DOMAIN}`],
  ["a domain that is none", okta({ domain: "x", audience: "api" }), `domain is not a host name. ${OKTA_DOMAIN}`],
  [
    "a host name that is too long",
    okta({ domain: `${"o".repeat(242)}.example.com`, audience: "api" }),
    `domain is not a host name. ${OKTA_DOMAIN}`,
  ],
  ["no tenant", b2c(undefined), "tenantId is missing. Set the tenant's id, or `issuer`."],
  ["a tenant that is none", b2c("x"), "tenantId is not a GUID. Set the tenant's id, or `issuer`."],
])("tells what is missing from what is wrong: %s", (_what, issuer, text) => expect(problemTexts(issuer)).toEqual([text]));

it("publishers of one set of keys are asked at one address", () => {
  const { keyLocations } = configure(okta({ domain: "marrow.okta.com", audience: "api" }));
  expect(keyLocations).toStrictEqual([{ kind: "jwks", url: "https://marrow.okta.com/oauth2/default/v1/keys" }]);
});
