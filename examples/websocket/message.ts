import { routes } from "../../gateway.routes.ts";
import { revocations } from "../../gateway.sessions.ts";
import { guard } from "../../src/guard/index.ts";

/** `$default`: answers every message with who sent it, for as long as the token that opened the connection is valid and not revoked. */
export const handler = guard(
  routes,
  async (_event, { principal }) => ({
    statusCode: 200,
    body: JSON.stringify({ from: principal.id, issuer: principal.issuer, expiresAt: principal.expiresAt }),
  }),
  { revocations },
);
