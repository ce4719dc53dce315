import { JwtVerifier } from "aws-jwt-verify";
import { AUDIENCE, type HttpEvent, ISSUER, KEYS_URL, tokenOf } from "./settings.ts";

const verifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri: KEYS_URL });

export const handler = async (event: HttpEvent) => {
  await verifier.verify(tokenOf(event));
  return { isAuthorized: true };
};
