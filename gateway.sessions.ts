import { env } from "./src/config/env.ts";
import { revocationTable } from "./src/sessions/revocation-table.ts";

/**
 * Where revocations are kept, for those who write them. On its own, apart from gateway.config.ts, for the same reason as the routes:
 * business functions read it too.
 */
export const revocationsTable = revocationTable({ table: env("REVOCATIONS_TABLE"), onUnavailable: "deny" });

/** The same for those who read them; null, and nothing is looked up, where no table is named: serverless.yml names one everywhere. */
export const revocations = process.env["REVOCATIONS_TABLE"] === undefined ? null : revocationsTable;
