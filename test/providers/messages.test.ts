import { describe, expect, it } from "vitest";
import { azureAdB2c } from "../../src/providers/azure-ad-b2c.ts";
import { cognito } from "../../src/providers/cognito.ts";
import { entraExternalId } from "../../src/providers/entra-external-id.ts";
import { okta } from "../../src/providers/okta.ts";
import type { IssuerDefinition } from "../../src/providers/provider.ts";
import { PROVIDERS } from "./fixtures/index.ts";
import { configure, problemTexts } from "./support.ts";

const POOL = "Set the pool's id, such as `us-east-1_AbCdEf123`, or `issuer`.";
const OKTA_DOMAIN = "Set the organization's host name, such as `example.okta.com`, or `issuer`.";

const b2c = (tenantId: string | undefined) =>
  azureAdB2c({ tenant: "millrace", policies: ["p"], audience: "api", ...(tenantId !== undefined && { tenantId }) });

const pool = (userPoolId: string) => cognito({ userPoolId, clientIds: ["a"] });

const textsOf = (issuers: readonly IssuerDefinition[]) => [...new Set(issuers.flatMap(problemTexts))].toSorted();

describe.each(Object.entries(PROVIDERS))("%s", (_, { misconfigurations, messages }) => {
  it("says what is wrong and what to do", () => {
    expect(textsOf(misconfigurations.map(({ issuer }) => issuer))).toEqual(messages.toSorted());
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
