import { within } from "../deadline.ts";
import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import type { OnlineIssuers } from "../introspection/online.ts";
import type { Principal } from "../principal/principal.ts";

/** @throws SallyportError `token_inactive`, `introspection_unavailable` */
export type AskLive = (text: string, principal: Principal) => Promise<void>;

/** Milliseconds for one answer. */
const TIMEOUT = 3_000;

/**
 * Asks the principal's own issuer, each time anew. One that has no `liveCheck` is asked by introspection, and one that has neither
 * vouches for nobody: its tokens do not open routes with `live()`.
 */
export function openLive({ issuers }: Pick<Gateway, "issuers">, online: OnlineIssuers | null): AskLive {
  const opened = new Map(
    issuers.flatMap(({ name, settings: { liveCheck } }) => (liveCheck === undefined ? [] : [[name, liveCheck.open()]])),
  );
  return async (text, principal) => {
    const issuer = opened.get(principal.issuer);
    const isLive = issuer === undefined ? await online?.isActive(text, principal.issuer) : await ask(issuer.isLive(text, principal));
    if (isLive !== true) throw new SallyportError("token_inactive");
  };
}

async function ask(answer: Promise<boolean>): Promise<boolean> {
  try {
    return await within(answer, TIMEOUT, "introspection_unavailable");
  } catch (error) {
    throw error instanceof SallyportError ? error : new SallyportError("introspection_unavailable", { cause: error });
  }
}
