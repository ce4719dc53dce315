import { describe, expect, it, vi } from "vitest";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import { matchRoute, routeOf, routeOfResource } from "../../src/rules/match-route.ts";

const tableOf = (...keys: string[]) => defineRoutes(Object.fromEntries(keys.map((key) => [key, "authenticated"])));

describe("selection", () => {
  const table = tableOf(
    "GET /",
    "GET /orders",
    "GET /orders/{id}",
    "GET /orders/open",
    "ANY /orders/{id}",
    "GET /orders/{id}/items",
    "GET /orders/{proxy+}",
    "POST /orders/open/{step}",
    "ANY /files/{proxy+}",
  );

  it.each([
    ["GET", "/", "GET /"],
    ["GET", "/orders", "GET /orders"],
    ["GET", "/orders/7", "GET /orders/{id}"],
    ["PUT", "/orders/7", "ANY /orders/{id}"],
    ["GET", "/orders/open", "GET /orders/open"],
    ["PUT", "/orders/open", "ANY /orders/{id}"],
    ["GET", "/orders/7/items", "GET /orders/{id}/items"],
    ["GET", "/orders/open/items", "GET /orders/{id}/items"],
    ["GET", "/orders/7/other", "GET /orders/{proxy+}"],
    ["POST", "/orders/open/1", "POST /orders/open/{step}"],
    ["DELETE", "/files/a//b/", "ANY /files/{proxy+}"],
    ["GET", "/orders/a%2Fb", "GET /orders/{id}"],
  ])("gives %s %s to %s", (method, path, key) => {
    expect(matchRoute(table, method, path)?.key).toBe(key);
  });

  it.each([
    ["POST", "/"],
    ["get", "/orders"],
    ["GET", "orders"],
    ["GET", "xorders"],
    ["GET", ""],
    ["GET", "/Orders"],
    ["GET", "/orders/"],
    ["GET", "//orders"],
    ["GET", "/%6frders"],
    ["GET", "/files"],
    ["GET", "/files/"],
    ["GET", "/__proto__"],
  ])("gives %s %j to no route", (method, path) => {
    expect(matchRoute(table, method, path)).toBeNull();
  });

  it("never takes an empty segment for a parameter", () => {
    expect(matchRoute(tableOf("GET /a/{x}/b"), "GET", "/a//b")).toBeNull();
  });
});

it("gives to $default what no other route takes", () => {
  const table = tableOf("GET /a", "$default");
  expect(matchRoute(table, "GET", "/a")?.key).toBe("GET /a");
  expect(matchRoute(table, "POST", "/a")?.key).toBe("$default");
  expect(matchRoute(tableOf("GET /a", "$connect"), "POST", "/a")).toBeNull();
});

it("finds a route by its key, own entries only", () => {
  const table = tableOf("$connect", "ANY /a/{x}", "GET /a/{x}", "POST /b");
  expect(routeOf(table, "$connect")?.key).toBe("$connect");
  expect(routeOf(table, "constructor")).toBeNull();
  expect(routeOfResource(table, "GET", "/a/{x}")?.key).toBe("GET /a/{x}");
  expect(routeOfResource(table, "PUT", "/a/{x}")?.key).toBe("ANY /a/{x}");
  expect(routeOfResource(table, "GET", "/b")).toBeNull();
});

it("reads a table once, however many requests there are", () => {
  const table = tableOf("GET /a", "GET /{x}");
  const read = vi.spyOn(table.routes, "values");
  expect(["/a", "/b", "/c"].map((path) => matchRoute(table, "GET", path)?.key)).toEqual(["GET /a", "GET /{x}", "GET /{x}"]);
  expect(read).toHaveBeenCalledOnce();
});
