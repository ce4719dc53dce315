import { describe, expect, it } from "vitest";
import { echo } from "./fixtures.ts";
import { selectMessageRoute, selectRoute } from "./select-route.ts";

const routes = (...keys: string[]) => keys.map((key) => ({ key, function: echo }));
const TABLE = routes(
  "GET /orders/mine",
  "GET /orders/{id}",
  "ANY /orders/{id}",
  "GET /orders/{id}/lines",
  "ANY /orders/{rest+}",
  "ANY /{proxy+}",
  "GET /",
);

describe("route selection", () => {
  it.each([
    ["GET", "/orders/mine", "GET /orders/mine", null],
    ["GET", "/orders/7", "GET /orders/{id}", { id: "7" }],
    ["DELETE", "/orders/7", "ANY /orders/{id}", { id: "7" }],
    ["GET", "/orders/mine/lines", "GET /orders/{id}/lines", { id: "mine" }],
    ["GET", "/orders/7/x/y", "ANY /orders/{rest+}", { rest: "7/x/y" }],
    ["GET", "/orders", "ANY /{proxy+}", { proxy: "orders" }],
    ["GET", "/ORDERS/mine", "ANY /{proxy+}", { proxy: "ORDERS/mine" }],
    ["GET", "/", "GET /", null],
    ["POST", "/", undefined, undefined],
  ])("%s %s: %s", (method, path, key, pathParameters) => {
    for (const table of [TABLE, TABLE.toReversed()]) {
      const selection = selectRoute("http", table, method, path);
      expect(selection?.route.key).toBe(key);
      expect(selection?.pathParameters).toEqual(pathParameters);
    }
  });

  it("prefers a more specific ANY to a wider exact method", () => {
    expect(selectRoute("http", routes("GET /{id}", "ANY /orders"), "GET", "/orders")?.route.key).toBe("ANY /orders");
  });

  it("falls back to a wider route where the method is missing, but on REST the resource is chosen first", () => {
    const table = routes("GET /orders", "ANY /{proxy+}");
    expect(selectRoute("http", table, "POST", "/orders")?.route.key).toBe("ANY /{proxy+}");
    expect(selectRoute("rest", table, "POST", "/orders")).toBeNull();
  });
});

describe("message route selection", () => {
  const table = routes("$connect", "$default", "sendMessage");
  it.each([
    ['{"action":"sendMessage"}', "sendMessage"],
    ['{"action":"other"}', "$default"],
    ['{"action":"$connect"}', "$default"],
    ['{"action":1}', "$default"],
    ["not json", "$default"],
    ["null", "$default"],
  ])("%s: %s", (body, key) => {
    expect(selectMessageRoute(table, body)?.key).toBe(key);
  });

  it("answers nothing where there is no default", () => {
    expect(selectMessageRoute(routes("sendMessage"), "x")).toBeNull();
  });
});
