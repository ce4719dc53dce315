import { generateKeyPairSync, sign } from "node:crypto";
import { createLocalJWKSet, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { createVerifier, defineGateway, oidc } from "../../src/index.ts";
import type { AlgorithmName } from "../../src/token/algorithms.ts";
import { outcome } from "../keys/kit.ts";

const CLOCK = () => 1_795_176_000_000;
const ISSUER = "https://shop.example";
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const NAMES = ["EdDSA", "Ed25519"] as const;

function tokenWith(alg: string): string {
  const claims = { iss: ISSUER, aud: "api", sub: "user-1", client_id: "web", exp: CLOCK() / 1_000 + 60 };
  const input = [{ alg, kid: "k" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString("base64url")}`;
}

const publish = (alg: string | undefined) => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k", ...(alg && { alg }) }] });

/** What the gateway makes of a token with one name, under a key with another, where the issuer's list has these. */
async function verdict(alg: string, keyAlg: string | undefined, algorithms: readonly AlgorithmName[]): Promise<string> {
  const shop = oidc({ issuer: ISSUER, audience: "api", jwksUri: `${ISSUER}/keys`, algorithms });
  const gateway = defineGateway({ issuers: { shop }, routes: { "GET /": "authenticated" } });
  return outcome(createVerifier(gateway, { clock: CLOCK, jwks: { shop: publish(keyAlg) } }).verify(tokenWith(alg)));
}

/** RFC 9864 section 2.2 gives the algorithm of RFC 8037 a second name for this curve: same key, same signature, another text. */
describe.each(NAMES)("a token that says %s", (alg) => {
  it.each([...NAMES, undefined, "Ed448"])("under a key whose alg is %s: the gateway and jose agree", async (keyAlg) => {
    const keys = createLocalJWKSet(publish(keyAlg));
    const jose = jwtVerify(tokenWith(alg), keys, { algorithms: [...NAMES], currentDate: new Date(CLOCK()) });
    const expected = await jose.then(
      () => "found",
      () => "key_unknown",
    );
    expect(expected).toBe(keyAlg === undefined || keyAlg === alg ? "found" : "key_unknown");
    expect(await verdict(alg, keyAlg, NAMES)).toBe(expected);
  });

  it("is accepted where the issuer's list has that very name", async () => {
    expect(await verdict(alg, undefined, [alg])).toBe("found");
    expect(await verdict(alg, undefined, alg === "EdDSA" ? ["Ed25519"] : ["EdDSA"])).toBe("algorithm_not_allowed");
  });
});
