import { constants, generateKeyPairSync, type KeyObject, randomUUID, sign, type SignKeyObjectInput } from "node:crypto";
import { defineGateway, type Gateway, oidc, scope } from "../src/index.ts";

/** The algorithms compared, with all that node:crypto has to be told for each. */
export const SCHEMES = {
  RS256: { generate: () => generateKeyPairSync("rsa", { modulusLength: 2048 }), hash: "sha256", options: null },
  ES256: { generate: () => generateKeyPairSync("ec", { namedCurve: "P-256" }), hash: "sha256", options: { dsaEncoding: "ieee-p1363" } },
  PS256: {
    generate: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
    hash: "sha256",
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  },
  EdDSA: { generate: () => generateKeyPairSync("ed25519"), hash: null, options: null },
} as const;

export type SchemeName = keyof typeof SCHEMES;

export const AUDIENCE = "https://api.bench.example";
const KEY_ID = "bench-key";

/** A token, and its two halves as bytes for those who do nothing but verify. */
export interface BenchToken {
  readonly text: string;
  readonly input: Buffer;
  readonly signature: Buffer;
}

/** A key pair of one algorithm, what it signs, and what node:crypto verifies that with. */
export interface Signer {
  readonly algorithm: SchemeName;
  readonly publicKey: KeyObject;
  readonly jwks: { readonly keys: readonly [Readonly<Record<string, unknown>>] };
  /** A token never made before, good for an hour: 8 claims, as long as a usual access token. */
  readonly mint: (issuer: string) => BenchToken;
}

export function createSigner(algorithm: SchemeName): Signer {
  const { generate, hash, options } = SCHEMES[algorithm];
  const { publicKey, privateKey } = generate();
  const key: SignKeyObjectInput = { key: privateKey, ...options };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = encode({ alg: algorithm, kid: KEY_ID, typ: "at+jwt" });
  return {
    algorithm,
    publicKey,
    jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: KEY_ID, alg: algorithm, use: "sig" }] },
    mint(issuer) {
      const iat = Math.floor(Date.now() / 1_000);
      const jti = randomUUID();
      const claims = {
        iss: issuer,
        sub: "user-1",
        aud: AUDIENCE,
        client_id: "web",
        scope: "orders:read profile",
        iat,
        exp: iat + 3_600,
        jti,
      };
      const text = `${header}.${encode(claims)}`;
      const input = Buffer.from(text);
      const signature = sign(hash, input, key);
      // In one piece, as whoever receives a token has it.
      const token = Buffer.from(`${text}.${signature.toString("base64url")}`).toString("latin1");
      return { text: token, input, signature };
    },
  };
}

export const issuerUrl = (index: number) => `https://issuer-${index}.bench.example`;
export const keysUrl = (index: number) => `${issuerUrl(index)}/keys`;
const routePath = (index: number) => `/orders-${index}/{id}`;

/** The key of route number `index` in the gateway's table. */
export const routeKey = (index: number) => `GET ${routePath(index)}`;

/** How much there is in a gateway's configuration. */
export interface GatewaySize {
  readonly issuers: number;
  readonly routes: number;
  /** False: every second route, counted back from the last but one, has a scope of its own, which no token holds. Default true. */
  readonly sharesRules?: boolean;
}

/** A gateway with so many OpenID Connect issuers and so many routes, each guarded by a scope. */
export function createGateway(algorithm: SchemeName, { issuers, routes, sharesRules = true }: GatewaySize): Gateway {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  const hasOwnRule = (index: number) => !sharesRules && (routes - 1 - index) % 2 === 1;
  const table = Object.fromEntries(
    numbers(routes).map((index) => [routeKey(index), scope(hasOwnRule(index) ? `orders-${index}:read` : "orders:read")]),
  );
  return defineGateway({
    issuers: Object.fromEntries(
      numbers(issuers).map((index) => [
        `issuer-${index}`,
        oidc({ issuer: issuerUrl(index), audience: AUDIENCE, jwksUri: keysUrl(index), algorithms: [algorithm] }),
      ]),
    ),
    routes: table,
  });
}
