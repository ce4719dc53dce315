import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose";
import { anyOf, defineGateway, defineRoutes, type Gateway, role, scope, tenant } from "../../src/index.ts";
import { PROVIDERS } from "../providers/fixtures/index.ts";
import type { Sample } from "./sample.ts";

export { ISSUED_AT, LIFETIME } from "./sample.ts";

/** A sample, and whose it is. */
export interface ProviderSample extends Sample {
  readonly provider: string;
}
export type { ProviderSample as Sample };

/** Every issuer uses this key id, so that only the issuer tells its key from the others'. */
export const KEY_ID = "key-1";

/** One of each provider whose tokens come as bearer tokens. */
export const samples: readonly ProviderSample[] = Object.entries(PROVIDERS).flatMap(([provider, { sample }]) =>
  sample === null ? [] : [{ provider, ...sample }],
);

/** Google's tokens hold no rights at all: there the Workspace domain stands for them. */
const READ = anyOf(scope("orders:read"), tenant("buyers.example"), tenant("sales.example"));
const WRITE = anyOf(scope("orders:write"), tenant("sales.example"));

export const routes = defineRoutes({
  "GET /health": "public",
  "GET /me": "authenticated",
  "GET /orders": READ,
  "GET /orders/{id}": READ,
  "POST /orders": WRITE,
  "DELETE /orders/{id}": role("admin"),
  "GET /unguarded": "authenticated",
  $connect: READ,
  $default: "authenticated",
  listOrders: READ,
  createOrder: WRITE,
});

export const gateway: Gateway = defineGateway({
  issuers: Object.fromEntries(samples.map(({ issuer, definition }) => [issuer, definition])),
  routes,
  forward: ["username", "limits"],
});

/** A private key for each issuer, and the public key sets by issuer's name. */
export interface SampleKeys {
  readonly privateKeys: ReadonlyMap<string, CryptoKey>;
  readonly jwks: Readonly<Record<string, { readonly keys: readonly JWK[] }>>;
}

export async function sampleKeys(): Promise<SampleKeys> {
  const pairs = await Promise.all(samples.map(async ({ issuer }) => [issuer, await generateKeyPair("RS256")] as const));
  const sets = pairs.map(async ([issuer, { publicKey }]) => {
    const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, use: "sig", alg: "RS256" };
    return [issuer, { keys: [jwk] }] as const;
  });
  return {
    privateKeys: new Map(pairs.map(([issuer, { privateKey }]) => [issuer, privateKey])),
    jwks: Object.fromEntries(await Promise.all(sets)),
  };
}
