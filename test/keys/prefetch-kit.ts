import { defineGateway, type Gateway, oidc } from "../../src/index.ts";

/** A gateway with one issuer for each name: with the options given, and its `iss` at the name's own host unless they say otherwise. */
export function gatewayOf(issuers: Readonly<Record<string, { readonly issuer?: string; readonly jwksUri?: string }>>, keys = {}): Gateway {
  const definitions = Object.entries(issuers).map(([name, options]) => [
    name,
    oidc({ issuer: `https://${name}.example`, audience: "api", ...options }),
  ]);
  return defineGateway({ issuers: Object.fromEntries(definitions), routes: { "GET /orders": "authenticated" }, keys });
}

/** What a token of any of them says. */
export const claims = { aud: "api", sub: "user-1", client_id: "web" };
