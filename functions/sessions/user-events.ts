import { revocations } from "../../gateway.sessions.ts";
import { env } from "../../src/config/env.ts";
import { revokeOnUserEvents } from "../../src/sessions/user-events.ts";

/**
 * A user of the pool was disabled, deleted or signed out by an administrator: their tokens end here too. Operators give orders about the
 * other issuers of gateway.config.ts as well.
 */
export const handler = revokeOnUserEvents({
  revocations,
  pools: { [env("CUSTOMERS_POOL_ID")]: "customers" },
  issuers: ["partners", "shops"],
});
