import { authenticate } from "./authorize.ts";
import { SallyportError } from "./errors.ts";
import type { Gateway } from "./gateway.ts";
import { createRuntime, type VerifierOptions } from "./gateway/authorizer.ts";
import { checkGatewayCall } from "./gateway/check-gateway.ts";
import { type Principal, sealPrincipal } from "./principal/principal.ts";

/** Verifies tokens against a gateway's issuers, without any API Gateway. */
export interface Verifier {
  /**
   * The principal a token proves; it cannot be changed.
   * @throws SallyportError with a reason code, and nothing else
   */
  verify(token: string): Promise<Principal>;
}

/**
 * A verifier for a gateway's issuers. Make one and keep it: it holds the key caches.
 * @throws ConfigurationError at once, for an argument that is not what it should be
 */
export function createVerifier(gateway: Gateway, options: VerifierOptions = {}): Verifier {
  checkGatewayCall("createVerifier", gateway, options);
  const runtime = createRuntime(gateway, options);
  return {
    async verify(token) {
      try {
        return sealPrincipal((await authenticate(token, runtime)).principal);
      } catch (error) {
        throw error instanceof SallyportError ? error : new SallyportError("internal_error", { cause: error });
      }
    },
  };
}
