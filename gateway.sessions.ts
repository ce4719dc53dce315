import { env } from "./src/config/env.ts";
import { revocationTable } from "./src/sessions/revocation-table.ts";

/**
 * Where revocations are kept, for those who read them and those who write them. On its own, apart from gateway.config.ts, for the same
 * reason as the routes: business functions read it too.
 */
export const revocations = revocationTable({ table: env("REVOCATIONS_TABLE"), onUnavailable: "deny" });
