import { defineGateway, oidc, scope } from "../../src/index.ts";
import { revocationTable } from "../../src/sessions/index.ts";

export const TABLE = "revocations";

/** What the soak's authorizers are configured with. The oracle knows the same facts on its own account. */
export const gateway = defineGateway({
  issuers: {
    shop: oidc({
      issuer: "https://shop.example",
      audience: "https://api.example",
      algorithms: ["ES256"],
      jwksUri: "https://shop.example/keys",
    }),
    staff: oidc({
      issuer: "https://staff.example",
      audience: "https://api.example",
      algorithms: ["RS256"],
      jwksUri: "https://staff.example/keys",
    }),
  },
  routes: { "GET /health": "public", "GET /orders": scope("orders:read"), "POST /orders": scope("orders:write") },
  revocations: revocationTable({ table: TABLE, onUnavailable: "deny" }),
});
