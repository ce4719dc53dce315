import { describe, expect, it } from "vitest";
import { parseIdempotencyKey, parseNewOrder, parseOrderId, parsePage } from "../../functions/orders/order-request.ts";
import type { ApiRequest } from "../../functions/http.ts";

const ORDER = { sku: "TEA-EARL-GREY-100", quantity: 2 };
const request = (body: unknown): ApiRequest => ({ body: typeof body === "string" ? body : JSON.stringify(body) });
const base64 = (body: string | Uint8Array): ApiRequest => ({ body: Buffer.from(body).toString("base64"), isBase64Encoded: true });
const fieldsOf = (parsed: { ok: boolean; errors?: readonly { field: string }[] }) => parsed.errors?.map(({ field }) => field) ?? [];

describe("the body of an order", () => {
  it("is read, with or without a note, plain or in base64", () => {
    const value = { ...ORDER, note: null };
    expect(parseNewOrder(request(ORDER))).toEqual({ ok: true, value });
    expect(parseNewOrder(request({ ...ORDER, note: null }))).toEqual({ ok: true, value });
    expect(parseNewOrder(request({ ...ORDER, note: "schön" }))).toEqual({ ok: true, value: { ...ORDER, note: "schön" } });
    expect(parseNewOrder(base64(JSON.stringify({ ...ORDER, note: "schön" })))).toEqual({ ok: true, value: { ...ORDER, note: "schön" } });
  });

  it.each([
    ["absent", { body: null }],
    ["empty", { body: "" }],
    ["not JSON", request("{")],
    ["an array", request([ORDER])],
    ["null", request("null")],
    ["a text", request('"order"')],
    ["not base64", { body: "%%%%", isBase64Encoded: true }],
    ["not UTF-8", base64(Uint8Array.from([0x22, 0xff, 0x22]))],
    ["too large", request({ ...ORDER, note: "x".repeat(16_384) })],
    ["too large in bytes, not in characters", request(`{"note":"${"é".repeat(9000)}"}`)],
    ["too large in base64", base64(JSON.stringify({ ...ORDER, note: "x".repeat(16_384) }))],
  ])("is refused when it is %s", (_case, event) => {
    expect(fieldsOf(parseNewOrder(event))).toEqual(["body"]);
  });

  it("says what is too large, and takes 16 kB", () => {
    const padded = (bytes: number) => JSON.stringify(ORDER).padEnd(bytes, " ");
    for (const make of [request, base64]) {
      expect(parseNewOrder(make(padded(16_384)))).toMatchObject({ ok: true });
      expect(parseNewOrder(make(padded(16_385)))).toEqual({
        ok: false,
        errors: [{ field: "body", message: "must not be larger than 16 kB" }],
      });
    }
  });

  it.each([
    ["sku", 1],
    ["sku", ""],
    ["sku", "tea"],
    ["sku", "TEA--1"],
    ["sku", "TEA-1\n"],
    ["sku", "T".repeat(41)],
    ["quantity", 0],
    ["quantity", 1001],
    ["quantity", 1.5],
    ["quantity", "2"],
    ["quantity", null],
    ["note", 1],
    ["note", "x".repeat(281)],
  ])("is refused when %s is %j, and the field is named", (field, value) => {
    expect(fieldsOf(parseNewOrder(request({ ...ORDER, [field]: value })))).toEqual([field]);
  });

  it("is refused for fields it does not have, and for those it lacks, all at once", () => {
    expect(fieldsOf(parseNewOrder(request('{"price":1,"__proto__":{},"toString":1}')))).toEqual([
      "price",
      "__proto__",
      "toString",
      "sku",
      "quantity",
    ]);
  });

  it("is never repeated in the answer", () => {
    const answer = JSON.stringify(parseNewOrder(request({ sku: "my secret", quantity: "my secret", note: 1 })));
    expect(answer).not.toContain("my secret");
  });
});

describe("the other parts of a request", () => {
  it("an Idempotency-Key is visible ASCII, whatever the case of the header's name", () => {
    expect(parseIdempotencyKey({})).toEqual({ ok: true, value: null });
    expect(parseIdempotencyKey({ headers: { "Idempotency-Key": "a-1" } })).toEqual({ ok: true, value: "a-1" });
    expect(parseIdempotencyKey({ headers: { "idempotency-key": "a-1" } })).toEqual({ ok: true, value: "a-1" });
    for (const key of ["", " ", "a b", "é", "a\n", "k".repeat(129)]) {
      expect(fieldsOf(parseIdempotencyKey({ headers: { "idempotency-key": key } }))).toEqual(["Idempotency-Key"]);
    }
  });

  it("an order id is 32 hexadecimal digits", () => {
    const id = "0123456789abcdef0123456789abcdef";
    expect(parseOrderId({ pathParameters: { id } })).toEqual({ ok: true, value: id });
    for (const wrong of [undefined, "", "1", id.toUpperCase(), `${id}0`, `${id}\n`, "../orders"]) {
      expect(fieldsOf(parseOrderId({ pathParameters: { id: wrong } }))).toEqual(["id"]);
    }
    expect(fieldsOf(parseOrderId({ pathParameters: null }))).toEqual(["id"]);
  });

  it("a page has a limit and a start", () => {
    const after = "0123456789abcdef0123456789abcdef";
    expect(parsePage({ queryStringParameters: null })).toEqual({ ok: true, value: { limit: 50, after: null } });
    expect(parsePage({ queryStringParameters: { limit: "100", after } })).toEqual({ ok: true, value: { limit: 100, after } });
    for (const limit of ["0", "101", "1e1", "-1", "", "1.5"])
      expect(fieldsOf(parsePage({ queryStringParameters: { limit } }))).toEqual(["limit"]);
    expect(fieldsOf(parsePage({ queryStringParameters: { after: "x" } }))).toEqual(["after"]);
  });
});
