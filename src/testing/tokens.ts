import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from "jose";
import type { Gateway } from "../gateway.ts";
import type { Issuer } from "../providers/provider.ts";
import { seconds } from "../seconds.ts";

/** What a test token says. */
export interface TokenOptions {
  /** Payload members, over the defaults `iss`, `iat` and `exp`. `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header members, over the defaults `alg` and `kid`. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** The tenant of test tokens where a gateway accepts any. */
const TEST_TENANT = "00000000-1111-4222-8333-444444444444";

/** Signed tokens for a gateway's issuers, and the key sets that verify them. */
export interface TestTokens {
  /** For the `jwks` option of `createVerifier` and the authorizers. */
  readonly jwks: Readonly<Record<string, JSONWebKeySet>>;
  /** A signed token of the issuer with this name. */
  sign(issuer: string, options?: TokenOptions): Promise<string>;
}

/**
 * Generates a key for every issuer of a gateway, in memory, for tests. The tokens last an hour from `clock` (milliseconds).
 * Claims beyond `iss`, `iat` and `exp` are yours to give: they differ between providers. Where a provider has an issuer for every
 * tenant, the token is of the tenant in your claim `tid`, else of the first one configured, else of one made up for tests.
 */
export async function createTestTokens(
  gateway: Gateway,
  { clock = Date.now }: { readonly clock?: () => number } = {},
): Promise<TestTokens> {
  const signers = new Map(await Promise.all(gateway.issuers.map(async (issuer) => [issuer.name, await createSigner(issuer)] as const)));
  return {
    jwks: Object.fromEntries([...signers].map(([name, { jwk }]) => [name, { keys: [jwk] }])),
    async sign(name, { claims = {}, header = {} } = {}) {
      const signer = signers.get(name);
      if (signer === undefined) throw new Error(`The gateway has no issuer "${name}". It has: ${[...signers.keys()].join(", ")}.`);
      const now = seconds(clock());
      const payload = { ...originOf(signer.issuer, claims["tid"]), iat: now, exp: now + 3_600, ...claims };
      return new SignJWT(payload).setProtectedHeader({ alg: signer.alg, kid: signer.jwk.kid, ...header }).sign(signer.privateKey);
    },
  };
}

async function createSigner(issuer: Issuer) {
  const [alg = "RS256"] = issuer.settings.algorithms;
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: `test-${issuer.name}`, alg, use: "sig" };
  return { issuer, alg, privateKey, jwk };
}

/** Where a token of this issuer comes from: an exact issuer, or one of a family's, and its tenant. */
function originOf({ issuers, templates, settings }: Issuer, tenant: unknown): { readonly iss: string; readonly tid?: string } {
  const [iss] = issuers;
  if (iss !== undefined) return { iss };
  const tid = typeof tenant === "string" ? tenant : (settings.tenants?.[0]?.toLowerCase() ?? TEST_TENANT);
  const [template] = templates ?? [];
  return { iss: `${template?.prefix}${tid}${template?.suffix}`, tid };
}
