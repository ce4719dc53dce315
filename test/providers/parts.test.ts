import { describe, expect, it } from "vitest";
import { createVerifier, defineGateway, oidc } from "../../src/index.ts";
import { isAccessTokenType, payloadType } from "../../src/providers/checks.ts";
import { isGuid, isHostName } from "../../src/providers/setup.ts";
import { translateAll } from "../../src/providers/vocabulary.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { PROVIDERS } from "./fixtures/index.ts";

const GUID = "a1b2c3d4-0000-4111-8222-333344445555";

it.each([GUID, GUID.toUpperCase()])("%s is a GUID", (text) => expect(isGuid(text)).toBe(true));
it.each([`x${GUID}`, `${GUID}x`, GUID.slice(1), ""])("%j is no GUID", (text) => expect(isGuid(text)).toBe(false));

const LONG = `${"a.".repeat(126)}a`;
it.each(["a.example", "A.Example", "a-1.b.example", "a.example:8443", LONG])("%s is the name of a host", (text) => {
  expect(isHostName(text)).toBe(true);
});
it.each([`${LONG}a`, `b.${LONG}`, "example", "a.example/", "https://a.example", "a.example:", "a.example:123456", "a_b.example", ""])(
  "%s is not",
  (text) => expect(isHostName(text)).toBe(false),
);

it.each([
  ["Bearer", "access"],
  ["ID", "id"],
  ["Refresh", "other"],
  ["Offline", "other"],
  ["Logout", "other"],
  ["bearer", null],
  ["toString", null],
  ["", null],
])("a payload of type %s is of kind %s", (typ, kind) => expect(payloadType({ typ })).toBe(kind));
it("a payload without a type is of no kind", () => expect(payloadType({})).toBeNull());

it.each([
  ["at+jwt", true],
  ["AT+JWT", true],
  ["application/at+jwt", true],
  ["JWT", false],
  [null, false],
])("a header of type %s is an access token's: %s", (typ, expected) => expect(isAccessTokenType(typ)).toBe(expected));

it("names that are dropped leave nothing behind", () => {
  expect(translateAll(["a", "b", "c"], { map: { b: "x" }, rest: "drop" })).toEqual(["x"]);
});

it("providers are known by the names under which they are configured, with the options they have of their own", () => {
  const found = Object.values(PROVIDERS).map(({ accepts }) => accepts[0]?.issuer.provider);
  expect(found.map((provider) => [provider?.name, provider?.options])).toEqual([
    ["cognito", { userPoolId: "string", requireAudience: "boolean or strings" }],
    ["albOidc", { loadBalancers: "strings" }],
    [
      "azureAdB2c",
      { tenant: "string", tenantId: "string", domains: "strings", legacyHost: "boolean", policies: "strings", machineClients: "strings" },
    ],
    ["entraId", { cloud: "string" }],
    ["entraExternalId", { tenantId: "string", tenant: "string" }],
    ["auth0", { domain: "string", customDomains: "strings" }],
    ["okta", { domain: "string", authorizationServer: "string" }],
    ["google", {}],
    ["oidc", {}],
  ]);
  expect(Object.keys(PROVIDERS)).toEqual(found.map((provider) => provider?.name));
});

describe("a principal", () => {
  const gateway = defineGateway({
    issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api" }) },
    routes: {},
    forward: ["email", "plan", "level", "absent", "tenant"],
  });

  it("has an id with its issuer's name, and of the forwarded claims those that are there", async () => {
    const { jwks, sign } = await createTestTokens(gateway);
    const claims = { sub: "u|1", aud: "api", client_id: "web", plan: null, level: 0 };
    const principal = await createVerifier(gateway, { jwks }).verify(await sign("shop", { claims }));
    expect(principal.id).toBe("shop|u|1");
    expect(principal.claims).toStrictEqual({ level: 0 });
  });
});
