import { routes } from "./gateway.routes.ts";
import { revocations } from "./gateway.sessions.ts";
import { auth0, azureAdB2c, cognito, defineGateway, env } from "./src/index.ts";

/** The whole security policy: who may issue tokens, what their names mean here, which rule guards which route. */
export default defineGateway({
  issuers: {
    customers: cognito({
      userPoolId: env("CUSTOMERS_POOL_ID"),
      clientIds: [env("CUSTOMERS_WEB_CLIENT_ID"), env("CUSTOMERS_SYNC_CLIENT_ID")],
      vocabulary: {
        scopes: {
          map: { "orders-api/orders.read": "orders:read", "orders-api/orders.write": "orders:write" },
          rest: "drop",
        },
      },
    }),
    partners: azureAdB2c({
      tenant: env("PARTNERS_TENANT"),
      tenantId: env("PARTNERS_TENANT_ID"),
      policies: ["B2C_1_signin"],
      audience: env("PARTNERS_AUDIENCE"),
      vocabulary: {
        scopes: { map: { "orders.read": "orders:read", "orders.write": "orders:write" }, rest: "drop" },
      },
    }),
    shops: auth0({
      domain: env("SHOPS_DOMAIN"),
      audience: env("SHOPS_AUDIENCE"),
    }),
  },
  routes,
  forward: ["username"],
  webSocketCredential: { subprotocol: "bearer" },
  revocations,
});
