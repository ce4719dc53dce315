import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { serve } from "../keys/kit.ts";

/** An issuer with one RS256 key, on loopback. */
export interface Signer {
  /** Where its keys are. */
  readonly url: string;
  /** A token of https://shop.example that lasts an hour from now. */
  sign(claims: JWTPayload): Promise<string>;
  close(): void;
}

export async function makeSigner(): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "shop-1", alg: "RS256", use: "sig" };
  const { url, close } = await serve((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
  return {
    url,
    close,
    sign: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256", kid: "shop-1" })
        .setIssuer("https://shop.example")
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(privateKey),
  };
}
