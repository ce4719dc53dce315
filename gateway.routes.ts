import { allOf, anyOf, group, permission, scope } from "./src/rules/rule.ts";
import { defineRoutes } from "./src/rules/define-routes.ts";

/**
 * Which rule guards which route. On its own, apart from gateway.config.ts, so that business functions carry the rules to check
 * them once more, and none of the issuers, keys or environment variables.
 */
export const routes = defineRoutes({
  "GET /health": "public",
  "GET /me": "authenticated",
  "GET /orders": scope("orders:read"),
  "GET /orders/{id}": scope("orders:read"),
  "POST /orders": allOf(scope("orders:write"), anyOf(group("buyers"), permission("orders:create"))),
  "POST /session/sign-out": "authenticated",
  "POST /session/sign-out-everywhere": "authenticated",
  "POST /session/backchannel-logout": "public",
  $connect: scope("orders:read"),
  // For WebSocket messages. An HTTP API with a route of this name would use it too, and verifyingGuard for paths that are not above.
  $default: "authenticated",
});
