import type { TokenForm } from "../authorize.ts";
import { readBearer } from "../gateway/credential.ts";
import type { Gateway } from "../gateway.ts";
import { LOAD_BALANCER_TOKEN } from "../inline/load-balancer-token.ts";
import { albOidcProvider } from "../providers/alb-oidc.ts";
import { decodeToken } from "../token/decode.ts";
import type { UnverifiedToken } from "../token/token.ts";
import { looseJson } from "./evidence.ts";

/** Where a token comes in, and how it is read there. */
export interface Door {
  /** Whether a load balancer passes it on, in a header of its own. */
  readonly isLoadBalancer: boolean;
  /** @throws SallyportError */
  readonly credential: () => string;
  readonly form: TokenForm | undefined;
  /** Null: it cannot be taken apart. */
  readonly decoded: UnverifiedToken | null;
}

/** The door that a token is for: only what a load balancer writes names its signer in the header. */
export function doorOf({ issuers }: Gateway, token: string): Door {
  const isLoadBalancer =
    issuers.some(({ provider }) => provider === albOidcProvider.name) && typeof looseJson(token.split(".")[0])?.["signer"] === "string";
  return {
    isLoadBalancer,
    credential: isLoadBalancer ? () => token : () => readBearer(token === "" ? undefined : `Bearer ${token}`),
    form: isLoadBalancer ? LOAD_BALANCER_TOKEN : undefined,
    decoded: decode(token, isLoadBalancer ? LOAD_BALANCER_TOKEN.decode : decodeToken),
  };
}

function decode(token: string, read: (token: string) => UnverifiedToken): UnverifiedToken | null {
  try {
    return read(token);
  } catch {
    return null;
  }
}
