import { SallyportError } from "../errors.ts";
import type { Revocations } from "../sessions/revocations.ts";
import type { Passage } from "./fence.ts";

/**
 * Asks, of a request that the fence let pass, whether its token was revoked since the authorizer answered: API Gateway may have
 * cached that answer. A passage that cannot be asked about is none.
 */
export async function checkRevoked(passage: Passage, revocations: Revocations): Promise<Passage> {
  if (!passage.passes) return passage;
  try {
    await revocations.check(passage.proof());
    return passage;
  } catch (error) {
    const code = error instanceof SallyportError ? error.code : "internal_error";
    return { passes: false, code, challenge: {}, issuer: passage.principal.issuer, route: passage.route };
  }
}
