import { describe, expect, it } from "vitest";
import { translate, translateAll } from "../../src/providers/vocabulary.ts";

describe("vocabulary", () => {
  it("prefers the table to the prefix, and leaves the rest to the explicit choice", () => {
    const mapping = { map: { "orders-api/all": "orders" }, strip: "orders-api/", rest: "pass" } as const;
    expect(["orders-api/all", "orders-api/read", "openid"].map((name) => translate(name, mapping))).toEqual(["orders", "read", "openid"]);
    expect(translate("openid", { ...mapping, rest: "drop" })).toBeNull();
  });

  it("does not cut a name down to nothing", () => {
    expect(translate("orders-api/", { strip: "orders-api/", rest: "drop" })).toBeNull();
  });

  it("finds nothing by inheritance", () => {
    expect(translate("constructor", { map: {}, rest: "drop" })).toBeNull();
    expect(translate("__proto__", { map: {}, rest: "drop" })).toBeNull();
  });

  it("names each right once", () => {
    expect(translateAll(["a/read", "read"], { strip: "a/", rest: "pass" })).toEqual(["read"]);
    expect(translateAll(["a", "b"], undefined)).toEqual(["a", "b"]);
  });
});
