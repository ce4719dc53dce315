import { defineGateway, type Gateway, type GatewayOptions, group, oidc, scope } from "../../src/index.ts";

const shop = { issuer: "https://shop.example", audience: "shop", jwksUri: "https://shop.example/keys" };
const ROUTES = { "GET /health": "public", "GET /orders": scope("orders:read"), "POST /orders": group("buyers") } as const;

const gateway = (options: Partial<GatewayOptions> = {}): Gateway =>
  defineGateway({ issuers: { shop: oidc(shop) }, routes: ROUTES, ...options });

/** The configuration that the healthy examples go with. */
export const HEALTHY = gateway();

/** Where an example, by the name of its file, needs another one. */
const OTHERS: Readonly<Record<string, Gateway>> = {
  "preflight-caught-by-default": gateway({ routes: { ...ROUTES, $default: "authenticated" } }),
  "healthy-cdk-rest": gateway({
    routes: { ...ROUTES, "GET /orders/{orderId}": scope("orders:read"), "DELETE /orders/{orderId}": group("admins") },
  }),
  "resource-named-otherwise": gateway({ routes: { ...ROUTES, "GET /orders/{id}": scope("orders:read") } }),
  "ttl-beyond-tokens": gateway({ issuers: { shop: oidc({ ...shop, maxLifetime: "2m" }) } }),
  "routes-not-expressible": gateway({
    routes: { ...ROUTES, "GET /orders/{id}": scope("orders:read"), "GET /orders/{id}/items": scope("orders:read") },
  }),
  "native-authorizer-would-do": gateway({ routes: { ...ROUTES, "POST /orders": scope("orders:write") } }),
  "healthy-websocket": gateway({ routes: { $connect: "authenticated", send: group("buyers") } }),
  "authorizer-beyond-connect": gateway({ routes: { $connect: "authenticated", send: group("buyers") } }),
  "handshake-unreachable": gateway({
    routes: { $connect: "authenticated", send: group("buyers") },
    webSocketCredential: { subprotocol: "bearer" },
  }),
};

/** The configuration that an example goes with. */
export const gatewayOf = (example: string): Gateway => OTHERS[example] ?? HEALTHY;
