import { describe, expect, it } from "vitest";
import { defineGateway, type Gateway, oidc } from "../../src/index.ts";
import { readDirectRequest } from "../../src/inline/direct-request.ts";

const shop = oidc({ issuer: "https://shop.example", audience: "api", jwksUri: "https://shop.example/keys" });
const gatewayOf = (...routes: readonly string[]): Gateway =>
  defineGateway({ issuers: { shop }, routes: Object.fromEntries(routes.map((key) => [key, "authenticated"])) });

/** The key of the route that a request from a Function URL gets, or null. */
function routeOf(gateway: Gateway, method: string, rawPath: string): string | null {
  const event = { version: "2.0", rawPath, headers: {}, requestContext: { stage: "$default", http: { method } } };
  return readDirectRequest(gateway, event).route?.key ?? null;
}

describe("a literal that the table spells with escapes", () => {
  const cafe = "GET /caf%C3%A9";
  const inner = "GET /menus/caf%C3%A9/{id}";
  const gateway = gatewayOf(cafe, inner, "GET /menus/{name}/{id}", "GET /100%25", "GET /%7Bid%7D", "ANY /sp%20ace", "$default");

  it.each([
    ["/caf%C3%A9", cafe],
    ["/menus/caf%C3%A9/7", inner],
    ["/menus/caf%C3%A9/7%207", inner],
    ["/menus/th%C3%A9/7", "GET /menus/{name}/{id}"],
    ["/100%25", "GET /100%25"],
    ["/%7Bid%7D", "GET /%7Bid%7D"],
    ["/sp%20ace", "ANY /sp%20ace"],
    ["/elsewhere", "$default"],
    ["/caf%C3%A9%2F7", "$default"],
  ])("is reached by %s", (path, key) => expect(routeOf(gateway, "GET", path)).toBe(key));

  it.each([
    "/caf%c3%a9",
    "/café",
    "/menus/caf%c3%a9/7",
    "/menus/café/7",
    "/%63af%C3%A9",
    "/x/%2e%2e/caf%C3%A9",
    "/100%",
    "/100%2525/../100%25",
    "/{id}",
    "/sp ace",
  ])("is not got round by %s", (path) => expect(routeOf(gateway, "GET", path)).toBeNull());

  it("is one of two routes that are the same once decoded: neither is served", () => {
    for (const keys of [
      ["GET /caf%C3%A9", "GET /caf%c3%a9"],
      ["GET /caf%c3%a9", "GET /caf%C3%A9"],
      ["GET /abc", "GET /%61bc"],
      ["GET /%61bc", "GET /abc"],
      ["GET /abc/{x}", "GET /%61bc/{y}"],
    ] as const)
      for (const key of keys) expect(routeOf(gatewayOf(...keys), "GET", key.slice(4).replace(/\{.*\}/, "1"))).toBeNull();
  });

  it("that holds an escaped slash or backslash cannot be told from a longer path", () => {
    const table = gatewayOf("GET /a%2Fb", "GET /a%5Cb", "GET /a%2Fb/{x}", "GET /a%2e", "GET /%2e%2e", "GET /%FF");
    for (const path of ["/a%2Fb", "/a%5Cb", "/a%2Fb/1", "/%2e%2e", "/%FF", "/a/b"]) expect(routeOf(table, "GET", path)).toBeNull();
    expect(routeOf(table, "GET", "/a%2e")).toBe("GET /a%2e");
  });
});

describe("a path without escapes in the table", () => {
  const gateway = gatewayOf("GET /files/{proxy+}", "GET /files/secret", "GET /orders/{id}", "GET /a@b;c/it's");

  it.each([
    ["/files/a%20b/c", "GET /files/{proxy+}"],
    ["/files/100%25", "GET /files/{proxy+}"],
    ["/files/a%2Fb", "GET /files/{proxy+}"],
    ["/files//x/", "GET /files/{proxy+}"],
    ["/orders/7%20", "GET /orders/{id}"],
    ["/a@b;c/it's", "GET /a@b;c/it's"],
  ])("%s has the route that everybody sees", (path, key) => expect(routeOf(gateway, "GET", path)).toBe(key));

  it.each([
    "/files/%73ecret",
    "/%66iles/x",
    "/files%2Fx",
    "/orders/a%2Fb",
    "/orders/%2e",
    "/orders/a%5Cb",
    "/orders/a\\b",
    "/orders/..%5c..",
    "/a%40b;c/it's",
    "/orders/\ud800",
  ])("%s has none", (path) => expect(routeOf(gateway, "GET", path)).toBeNull());
});
