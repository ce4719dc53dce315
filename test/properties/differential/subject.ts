import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { createVerifier, defineGateway, oidc, SallyportError, type ReasonCode } from "../../../src/index.ts";
import { jwkOf, type SigningAlgorithm } from "../../attacks/lab.ts";
import { ED25519_KEY, P256_KEY } from "../../vectors/rfc-examples.ts";

/** 2026-11-20T12:00:00Z, in seconds. */
export const NOW = 1_795_176_000;
export const ISSUER = "https://fuzz.example";
export const AUDIENCE = "https://api.fuzz.example";
export const ALGORITHMS = ["RS256", "ES256", "EdDSA"] as const satisfies readonly SigningAlgorithm[];

/** The private halves of the example keys of RFC 7515 and RFC 8037: public knowledge, so that a case can be replayed anywhere. */
export const PRIVATE = {
  ES256: createPrivateKey({ key: { ...P256_KEY, d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" }, format: "jwk" }),
  EdDSA: createPrivateKey({ key: { ...ED25519_KEY, d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" }, format: "jwk" }),
  RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
} as const;

export interface KeySet {
  readonly keys: readonly unknown[];
}

/** The issuer's key set: one key for each algorithm, under the algorithm's own name. */
export const KEYS: KeySet = { keys: ALGORITHMS.map((algorithm) => jwkOf(PRIVATE[algorithm], `key-${algorithm}`, { alg: algorithm })) };

const gateway = defineGateway({
  issuers: { fuzz: oidc({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, algorithms: ALGORITHMS }) },
  routes: { "GET /": "authenticated" },
});

/** What the gateway says of a token: null where it is accepted, else the reason. Anything but a reason is thrown. */
export type Subject = (token: string) => Promise<ReasonCode | null>;

export function createSubject(keys: KeySet = KEYS): Subject {
  const { verify } = createVerifier(gateway, { clock: () => NOW * 1_000, jwks: { fuzz: keys } });
  return async (token) => {
    try {
      await verify(token);
      return null;
    } catch (error) {
      if (error instanceof SallyportError) return error.code;
      throw error;
    }
  };
}
