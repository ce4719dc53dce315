import { createVerifier, defineGateway, oidc, SallyportError, type ReasonCode } from "../../../src/index.ts";
import { jwkOf, type SigningAlgorithm } from "../../attacks/lab.ts";
import { PRIVATE } from "./test-keys.ts";

/** 2026-11-20T12:00:00Z, in seconds. */
export const NOW = 1_795_176_000;
export const ISSUER = "https://fuzz.example";
export const AUDIENCE = "https://api.fuzz.example";
export const ALGORITHMS = ["RS256", "ES256", "EdDSA"] as const satisfies readonly SigningAlgorithm[];

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
