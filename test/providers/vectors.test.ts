import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createVerifier, defineGateway } from "../../src/index.ts";
import { definitionOf, describe as describePrincipal, extrasOf, keySetOf, signVector, type Vector } from "./vectors.ts";

const FOLDER = new URL("../../../shared/vectors/", import.meta.url);
const isPresent = existsSync(FOLDER);
if (!isPresent) console.warn("Skipped: the folder ../shared/vectors is not here.");

const load = (file: string): readonly Vector[] => (isPresent ? (JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Vector[]) : []);

/** Within the times of every token of the folder: milliseconds. */
const NOW = 1_795_420_700_000;

/** The code that each refusal must have, by provider and variant. */
const CODES: Readonly<Record<string, string>> = {
  "cognito id-token-used-as-access-token": "token_use_mismatch",
  "cognito access-token-of-another-app-client": "client_not_allowed",
  "cognito identity-pool-openid-token": "issuer_unknown",
  "azure-ad-b2c policy-downgrade": "policy_not_allowed",
  "azure-ad-b2c id-token-when-api-and-spa-share-a-registration": "token_use_mismatch",
  "entra-id any-tenant-under-common": "tenant_not_allowed",
  "entra-id tid-iss-mismatch": "tenant_mismatch",
  "entra-id microsoft-graph-token-nonce-header": "token_not_for_api",
  "auth0 issuer-without-trailing-slash": "issuer_unknown",
  "auth0 hs256-api": "algorithm_not_allowed",
  "auth0 dpop-bound-token-presented-as-bearer": "token_bound",
  "auth0 unknown-organization": "tenant_not_allowed",
  "auth0 encrypted-jwe-access-token": "token_encrypted",
  "okta org-server-access-token": "token_not_for_api",
  "google other-google-client": "audience_mismatch",
};

const verify = (vector: Vector) => {
  const gateway = defineGateway({
    issuers: { shop: definitionOf(vector) },
    routes: { "GET /": "authenticated" },
    forward: ["username", "email"],
  });
  return createVerifier(gateway, { clock: () => NOW, jwks: { shop: keySetOf(vector) } }).verify(signVector(vector));
};

describe.skipIf(!isPresent)("shared vectors", () => {
  it.each(load("provider-tokens.json"))("$provider $variant becomes its principal", async (vector) => {
    const principal = await verify(vector);
    const { issuer: _iss, ...expected } = vector.expectedPrincipal;
    expect(describePrincipal(principal)).toEqual(expected);
    for (const [what, actual, wanted] of extrasOf(principal, vector)) expect(actual, what).toEqual(wanted);
  });

  it.each(load("provider-token-rejects.json"))("$provider $variant is refused", async (vector) => {
    const code = CODES[`${vector.provider} ${vector.variant}`];
    expect(code).toBeDefined();
    await expect(verify(vector)).rejects.toMatchObject({ code });
  });
});
