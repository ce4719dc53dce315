import { createRemoteJWKSet, jwtVerify } from "jose";
import { AUDIENCE, type HttpEvent, ISSUER, KEYS_URL, tokenOf } from "./settings.ts";

const keys = createRemoteJWKSet(new URL(KEYS_URL));

export const handler = async (event: HttpEvent) => {
  await jwtVerify(tokenOf(event), keys, { issuer: ISSUER, audience: AUDIENCE, algorithms: ["RS256"] });
  return { isAuthorized: true };
};
