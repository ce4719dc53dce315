import { expect, it } from "vitest";
import { defineRoutes } from "../../src/guard/index.ts";
import { matchRoute, withoutDefault } from "../../src/rules/match-route.ts";

it("a table without its `$default` has all other routes, and the one it was made of keeps it", () => {
  const table = { ...defineRoutes({ "GET /orders": "public", $connect: "public", $default: "public" }), name: "shop" };
  const own = withoutDefault(table);
  expect([...own.routes.keys()]).toEqual(["GET /orders", "$connect"]);
  expect(own.name).toBe("shop");
  expect(matchRoute(own, "GET", "/other")).toBeNull();
  expect(matchRoute(table, "GET", "/other")?.key).toBe("$default");
});

it("a table that has none stays the same one", () => {
  const table = defineRoutes({ "GET /orders": "public" });
  expect(withoutDefault(table)).toBe(table);
});
