import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { orderId } from "../../functions/orders/order-id.ts";
import { createOrderStore } from "../../functions/orders/order-store.ts";
import { type NewOrder, type OrderStore, placeOrder } from "../../functions/orders/orders.ts";
import { startDatabase } from "./database.ts";

const TEA: NewOrder = { sku: "TEA-100", quantity: 2, note: null };
const FIRST_PAGE = { limit: 50, after: null };

let database: Awaited<ReturnType<typeof startDatabase>>;
let store: OrderStore;
let ticks = 1_800_000_000_000;
let owners = 0;

beforeAll(async () => {
  database = await startDatabase("orders");
  store = createOrderStore(database.client, "orders");
});
afterAll(() => database.stop());

const newOwner = () => `owner-${++owners}`;
const place = (owner: string, order: NewOrder, key: string | null) =>
  placeOrder(store, { clock: () => (ticks += 1000), orderId }, owner, order, key);

/** Places an order that has to be placed, now or before. */
async function placed(owner: string, order: NewOrder, key: string | null) {
  const placement = await place(owner, order, key);
  if (placement.kind === "conflict") throw new Error("The order was refused.");
  return placement.order;
}

describe("the order store", () => {
  it("keeps an order as it was placed", async () => {
    const owner = newOwner();
    const order = await placed(owner, { sku: "CUP-1", quantity: 3, note: "blue, please" }, null);
    expect(order).toMatchObject({ sku: "CUP-1", quantity: 3, note: "blue, please", status: "placed" });
    expect(order.placedAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(await store.get(owner, order.id)).toEqual(order);
    expect(await store.list(owner, FIRST_PAGE)).toEqual({ orders: [order], next: null });
  });

  it("shows nobody another owner's orders", async () => {
    const [mine, other] = [newOwner(), newOwner()];
    const order = await placed(mine, TEA, null);
    expect(await store.get(other, order.id)).toBeNull();
    expect((await store.list(other, FIRST_PAGE)).orders).toEqual([]);
    expect((await store.list(other, { limit: 50, after: order.id })).orders).toEqual([]);
  });

  it("lists page by page, every order once", async () => {
    const owner = newOwner();
    const ids = await Promise.all(Array.from({ length: 7 }, async () => (await placed(owner, TEA, null)).id));
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; more = after !== null) {
      const page = await store.list(owner, { limit: 3, after });
      expect(page.orders.length).toBeLessThanOrEqual(3);
      seen.push(...page.orders.map(({ id }) => id));
      after = page.next;
    }
    expect(seen).toEqual(ids.toSorted());
  });
});

describe("an idempotency key", () => {
  it("answers the same order again, as it was first placed", async () => {
    const owner = newOwner();
    const first = await place(owner, TEA, "key-1");
    const again = await place(owner, TEA, "key-1");
    expect(first.kind).toBe("placed");
    expect(again).toEqual({ ...first, kind: "replayed" });
    expect((await store.list(owner, FIRST_PAGE)).orders).toHaveLength(1);
  });

  it.each([
    ["sku", { ...TEA, sku: "TEA-200" }],
    ["quantity", { ...TEA, quantity: 3 }],
    ["note", { ...TEA, note: "quickly" }],
  ])("is refused for an order with another %s, and nothing is overwritten", async (_field, other) => {
    const owner = newOwner();
    const first = await placed(owner, TEA, "key-1");
    expect(await place(owner, other, "key-1")).toEqual({ kind: "conflict" });
    expect(await store.get(owner, first.id)).toEqual(first);
  });

  it("places one order when twenty attempts race", async () => {
    const owner = newOwner();
    const placements = await Promise.all(Array.from({ length: 20 }, () => place(owner, TEA, "key-1")));
    expect(placements.filter(({ kind }) => kind === "placed")).toHaveLength(1);
    expect(placements.filter(({ kind }) => kind === "replayed")).toHaveLength(19);
    const { orders } = await store.list(owner, FIRST_PAGE);
    expect(orders).toHaveLength(1);
    for (const placement of placements) expect(placement).toMatchObject({ order: orders[0] });
  });

  it("belongs to its owner: another owner's equal key places another order", async () => {
    const [first, second] = [await place(newOwner(), TEA, "key-1"), await place(newOwner(), TEA, "key-1")];
    expect([first.kind, second.kind]).toEqual(["placed", "placed"]);
    expect(orderId("a", "b-key")).not.toBe(orderId("a-b", "key"));
  });

  it("is not needed: without one, every attempt is an order", async () => {
    const owner = newOwner();
    const ids = [(await placed(owner, TEA, null)).id, (await placed(owner, TEA, null)).id];
    expect(new Set(ids).size).toBe(2);
  });
});
