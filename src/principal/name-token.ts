import { hash } from "../node-crypto.ts";
import type { Proof } from "./proof.ts";

/**
 * A proof by which its token can be revoked alone: one that names neither itself nor a session is named by a digest.
 * @param bytes what cannot be changed without making it another token: of a JWS what is signed, because some signatures can be written
 *   in two ways; of an opaque token the text
 */
export function nameToken(proof: Proof, bytes: string | Uint8Array): Proof {
  if (proof.tokenId !== null || proof.principal.session !== null) return proof;
  return { ...proof, tokenId: `sha256:${hash("sha256", bytes, "base64url")}` };
}
