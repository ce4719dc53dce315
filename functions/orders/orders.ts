/** What a customer asks for. */
export interface NewOrder {
  /** The article's stock keeping unit: `TEA-EARL-GREY-100`. */
  readonly sku: string;
  /** Pieces: 1 to 1,000. */
  readonly quantity: number;
  /** A remark for the people who pack it; up to 280 characters. */
  readonly note: string | null;
}

/** An order as it is kept and shown. */
export interface Order extends NewOrder {
  /** 32 lower-case hexadecimal digits. */
  readonly id: string;
  readonly status: "placed";
  /** ISO 8601, UTC. */
  readonly placedAt: string;
}

/** One page of a list; `next` starts the page after it, null on the last one. */
export interface OrderPage {
  readonly orders: readonly Order[];
  readonly next: string | null;
}

/** Which page of a list is wanted. */
export interface PageRequest {
  /** Orders a page holds at most. */
  readonly limit: number;
  /** The id after which the page starts; null for the first page. */
  readonly after: string | null;
}

/** Where orders are kept. Every call names the owner, and no call reaches another owner's orders. */
export interface OrderStore {
  list(ownerId: string, page: PageRequest): Promise<OrderPage>;
  get(ownerId: string, id: string): Promise<Order | null>;
  /** Keeps the order unless the owner has one with this id; answers the one that is kept and whether it is this one. */
  add(ownerId: string, order: Order): Promise<{ readonly order: Order; readonly added: boolean }>;
}

/** Where time and ids come from. */
interface Sources {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /**
   * The order id for an attempt. The same owner and key always give the same id; a null key always gives a new one.
   */
  readonly orderId: (ownerId: string, idempotencyKey: string | null) => string;
}

/** What became of an order: placed now, placed by an earlier attempt, or refused because the key was used for another order. */
export type Placement =
  | { readonly kind: "placed"; readonly order: Order }
  | { readonly kind: "replayed"; readonly order: Order }
  | { readonly kind: "conflict" };

/**
 * Places an order at most once for each owner and idempotency key. The id follows from the two, so one conditional write
 * decides every race, and no second record can get lost or expire before the order does.
 */
export async function placeOrder(
  store: OrderStore,
  sources: Sources,
  ownerId: string,
  wanted: NewOrder,
  idempotencyKey: string | null,
): Promise<Placement> {
  const { sku, quantity, note } = wanted;
  const id = sources.orderId(ownerId, idempotencyKey);
  const placedAt = new Date(sources.clock()).toISOString();
  const { order, added } = await store.add(ownerId, { id, sku, quantity, note, status: "placed", placedAt });
  if (added) return { kind: "placed", order };
  const same = order.sku === sku && order.quantity === quantity && order.note === note;
  return same ? { kind: "replayed", order } : { kind: "conflict" };
}
