import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { JwtVerifier } from "aws-jwt-verify";
import { createVerifier } from "fast-jwt";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyOptions, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";
import { ALGORITHMS, AUDIENCE, ISSUER, type KeySet, KEYS, NOW } from "./subject.ts";

/** Seconds of clock skew, which the gateway allows by default. */
const SKEW = 60;

/** Whether another library accepts a token, under the same keys, issuer, audience, algorithms and time. */
export type Peer = (token: string) => Promise<boolean>;

const JOSE_OPTIONS: JWTVerifyOptions = {
  issuer: ISSUER,
  audience: AUDIENCE,
  algorithms: [...ALGORITHMS],
  clockTolerance: SKEW,
  currentDate: new Date(NOW * 1_000),
};

/** jose; where several keys match, each is tried, as its documentation shows. */
export function joseWith(keys: KeySet = KEYS): Peer {
  return async (token) => {
    try {
      await jwtVerify(token, createLocalJWKSet(keys as JSONWebKeySet), JOSE_OPTIONS);
      return true;
    } catch (error) {
      return error instanceof errors.JWKSMultipleMatchingKeys ? anyVerifies(token, error) : false;
    }
  };
}

async function anyVerifies(token: string, candidates: errors.JWKSMultipleMatchingKeys): Promise<boolean> {
  try {
    for await (const key of candidates) {
      const isValid = await jwtVerify(token, key, JOSE_OPTIONS).then(
        () => true,
        () => false,
      );
      if (isValid) return true;
    }
  } catch {
    // A candidate that cannot be imported ends the list.
  }
  return false;
}

const keyObjects = new Map(
  KEYS.keys.map((jwk) => [(jwk as { kid: string }).kid, createPublicKey({ key: jwk as JsonWebKey, format: "jwk" })]),
);

/** The key by the header's id; these libraries leave finding it to their caller. */
function keyOf(token: string): KeyObject {
  const { kid } = JSON.parse(Buffer.from(token.slice(0, token.indexOf(".")), "base64url").toString()) as { kid: string };
  const key = keyObjects.get(kid);
  if (key === undefined) throw new Error("There is no such key.");
  return key;
}

// It has no clock of its own to set: with this grace, times are not compared.
const awsVerifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, graceSeconds: 10 ** 10 });
awsVerifier.cacheJwks(KEYS as Parameters<typeof awsVerifier.cacheJwks>[0]);

const fastVerifiers = new Map(
  [...keyObjects].map(([kid, key]) => [
    kid,
    createVerifier({
      key: key.export({ type: "spki", format: "pem" }) as string,
      algorithms: [kid.slice("key-".length) as "RS256"],
      allowedIss: ISSUER,
      allowedAud: AUDIENCE,
      clockTolerance: SKEW * 1_000,
      clockTimestamp: NOW * 1_000,
      cache: false,
    }),
  ]),
);

const accepts = (work: (token: string) => unknown): Peer =>
  async function peer(token) {
    try {
      await work(token);
      return true;
    } catch {
      return false;
    }
  };

/** The libraries that a token of the usual key set is compared with. */
export const PEERS: Readonly<Record<string, Peer>> = {
  jose: joseWith(),
  "aws-jwt-verify": accepts((token) => awsVerifier.verifySync(token)),
  "fast-jwt": accepts((token) => {
    const { kid } = JSON.parse(Buffer.from(token.slice(0, token.indexOf(".")), "base64url").toString()) as { kid: string };
    const verify = fastVerifiers.get(kid);
    if (verify === undefined) throw new Error("There is no such key.");
    return verify(token) as unknown;
  }),
  jsonwebtoken: accepts((token) =>
    jsonwebtoken.verify(token, keyOf(token), {
      algorithms: ["RS256", "ES256"],
      issuer: ISSUER,
      audience: AUDIENCE,
      clockTolerance: SKEW,
      clockTimestamp: NOW,
    }),
  ),
};
