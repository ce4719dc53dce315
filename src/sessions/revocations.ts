import type { Proof } from "../principal/proof.ts";

/** Knows which tokens, sessions, subjects, clients and issuers were revoked. */
export interface Revocations {
  /** @throws SallyportError `revoked`, `revocations_unavailable` */
  check(proof: Proof): Promise<void>;
}
