import { defineRoutes } from "../../src/rules/define-routes.ts";

/** The routes of this WebSocket API. API Gateway asks the authorizer at `$connect` only; the fence checks every message. */
export const routes = defineRoutes({ $connect: "authenticated", $default: "authenticated" });
