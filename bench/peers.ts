import { JwtVerifier } from "aws-jwt-verify";
import { createVerifier } from "fast-jwt";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";
import { JwksClient } from "jwks-rsa";
import { AUDIENCE, issuerUrl, keysUrl, type SchemeName, type Signer } from "./tokens.ts";

/** Another library: verifies one token's signature, issuer, audience and times, and nothing more. */
export interface Peer {
  readonly name: string;
  readonly packages: readonly string[];
  /** The algorithms it can verify. */
  readonly algorithms: readonly SchemeName[];
  /** True: it remembers tokens that it has verified. */
  readonly remembers: boolean;
  readonly prepare: (signer: Signer) => (token: string) => unknown;
}

const ALL: readonly SchemeName[] = ["RS256", "ES256", "PS256", "EdDSA"];

const pemOf = ({ publicKey }: Signer) => publicKey.export({ format: "pem", type: "spki" }).toString();

function fastJwt(signer: Signer, cache: boolean) {
  return createVerifier({
    key: pemOf(signer),
    algorithms: [signer.algorithm],
    allowedIss: issuerUrl(0),
    allowedAud: AUDIENCE,
    cache,
  });
}

/** Every peer as its own documentation sets it up, its keys already in memory. To add one, install it and add its row. */
export const PEERS: readonly Peer[] = [
  {
    name: "aws-jwt-verify",
    packages: ["aws-jwt-verify"],
    algorithms: ["RS256", "ES256", "EdDSA"],
    remembers: false,
    prepare({ jwks }) {
      const verifier = JwtVerifier.create({ issuer: issuerUrl(0), audience: AUDIENCE, jwksUri: keysUrl(0) });
      verifier.cacheJwks(jwks as unknown as Parameters<typeof verifier.cacheJwks>[0]);
      return (token) => verifier.verifySync(token);
    },
  },
  { name: "fast-jwt", packages: ["fast-jwt"], algorithms: ALL, remembers: false, prepare: (signer) => fastJwt(signer, false) },
  {
    name: "fast-jwt, with its cache",
    packages: ["fast-jwt"],
    algorithms: ALL,
    remembers: true,
    prepare: (signer) => fastJwt(signer, true),
  },
  {
    name: "jose `jwtVerify`",
    packages: ["jose"],
    algorithms: ALL,
    remembers: false,
    prepare({ jwks, algorithm }) {
      const keys = createLocalJWKSet(jwks as unknown as JSONWebKeySet);
      const options = { issuer: issuerUrl(0), audience: AUDIENCE, algorithms: [algorithm] };
      return (token) => jwtVerify(token, keys, options);
    },
  },
  {
    name: "jsonwebtoken with jwks-rsa",
    packages: ["jsonwebtoken", "jwks-rsa"],
    algorithms: ["RS256", "ES256", "PS256"],
    remembers: false,
    prepare({ jwks, algorithm }) {
      const client = new JwksClient({ jwksUri: keysUrl(0), getKeysInterceptor: async () => jwks.keys as never });
      const options = { issuer: issuerUrl(0), audience: AUDIENCE, algorithms: [algorithm as "RS256"] };
      const supply = async (kid: string | undefined, done: jsonwebtoken.SigningKeyCallback) => {
        const key = await client.getSigningKey(kid);
        done(null, key.getPublicKey());
      };
      const getKey: jsonwebtoken.GetPublicKeyOrSecret = ({ kid }, done) => void supply(kid, done);
      return (token) =>
        new Promise((resolve, reject) => {
          jsonwebtoken.verify(token, getKey, options, (error, payload) => (error === null ? resolve(payload) : reject(error)));
        });
    },
  },
];
