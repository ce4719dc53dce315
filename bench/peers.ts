import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { AUDIENCE, issuerUrl, type Signer } from "./tokens.ts";

/** Another library: verifies one token's signature, issuer, audience and times, and nothing more. */
export interface Peer {
  readonly name: string;
  readonly prepare: (signer: Signer) => (token: string) => Promise<unknown>;
}

/** To add a peer, install it for development and add its row. */
export const PEERS: readonly Peer[] = [
  {
    name: "jose jwtVerify",
    prepare: ({ jwks, algorithm }) => {
      const keys = createLocalJWKSet(jwks as unknown as JSONWebKeySet);
      const options = { issuer: issuerUrl(0), audience: AUDIENCE, algorithms: [algorithm] };
      return (token) => jwtVerify(token, keys, options);
    },
  },
];

/** Known peers that are not installed here and so not measured; the tables say so. */
export const PEERS_NOT_MEASURED = ["aws-jwt-verify", "fast-jwt", "jsonwebtoken with jwks-rsa"];
