import { describe, expect, it } from "vitest";
import { createVerifier, defineGateway } from "../../src/index.ts";
import { auth0Facts, b2cFacts, cognitoFacts, entraFacts, type Fact, otherFacts } from "./facts.ts";
import { keySetOf, NOW, signVector } from "./vectors.ts";

/** The principal that a fact's token becomes, the whole way from its text; or the code it is refused with. */
async function outcome({ issuer, header = {}, claims: { lifetime = 3_600, ...claims } }: Fact): Promise<unknown> {
  const gateway = defineGateway({ issuers: { shop: issuer }, routes: { "GET /": "authenticated" }, forward: ["email"] });
  const alg = gateway.issuers[0]?.settings.algorithms[0] ?? "RS256";
  const issued = NOW / 1000 - 20;
  const vector = {
    provider: issuer.provider.name,
    variant: "",
    header: { alg, kid: "k1", typ: "JWT", ...header },
    payload: { iat: issued, exp: issued + Number(lifetime), ...claims },
    config: {},
    expectedPrincipal: {},
  };
  return createVerifier(gateway, { clock: () => NOW, jwks: { shop: keySetOf(vector) } })
    .verify(signVector(vector))
    .catch((error: { readonly code?: unknown }) => error.code);
}

describe.each(Object.entries({ cognitoFacts, b2cFacts, entraFacts, auth0Facts, otherFacts }))("%s", (_, facts) => {
  it.each(facts)("$fact", async (fact) => {
    const found = await outcome(fact);
    if (typeof fact.becomes === "string") expect(found).toBe(fact.becomes);
    else expect(found).toMatchObject({ issuer: "shop", ...fact.becomes });
  });
});

it.each(["ya29.a0AfB-c_d", "ya29.c.b0Aaek-_x", "ya29.c.b0Aaek.a-_x", "EwB4A8l6BAAU", "a1B2c3D4e5F6"])(
  "%s is opaque, and the reason says so",
  async (token) => {
    const gateway = defineGateway({ issuers: { shop: otherFacts[0]?.issuer as Fact["issuer"] }, routes: { "GET /": "authenticated" } });
    await expect(createVerifier(gateway, { jwks: {} }).verify(token)).rejects.toMatchObject({ code: "token_opaque" });
  },
);
