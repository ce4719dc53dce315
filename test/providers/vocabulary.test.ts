import { describe, expect, it } from "vitest";
import { translate, translateAll } from "../../src/providers/vocabulary.ts";

describe("vocabulary", () => {
  it("prefers the table to the prefix, and leaves the rest to the explicit choice", () => {
    const mapping = { map: { "orders-api/all": "orders" }, strip: "orders-api/", rest: "drop" } as const;
    expect(["orders-api/all", "orders-api/read", "openid"].map((name) => translate(name, mapping))).toEqual(["orders", "read", null]);
    expect(translate("openid", { map: mapping.map, rest: "pass" })).toBe("openid");
  });

  it("a name that `map` hands out is reached through `map` only", () => {
    const mapping = { map: { legacy: "orders.read" }, strip: "orders-api/", rest: "drop" } as const;
    expect(["legacy", "orders-api/orders.read"].map((name) => translate(name, mapping))).toEqual(["orders.read", null]);
    expect(translate("orders.read", { map: mapping.map, rest: "pass" })).toBeNull();
  });

  it("does not cut a name down to nothing", () => {
    expect(translate("orders-api/", { strip: "orders-api/", rest: "drop" })).toBeNull();
  });

  it("finds nothing by inheritance", () => {
    expect(translate("constructor", { map: {}, rest: "drop" })).toBeNull();
    expect(translate("__proto__", { map: {}, rest: "drop" })).toBeNull();
  });

  it("names each right once", () => {
    expect(translateAll(["a/read", "read", "a/read"], { strip: "a/", rest: "drop" })).toEqual(["read"]);
    expect(translateAll(["a", "b"], undefined)).toEqual(["a", "b"]);
  });
});
