import { createHash, randomUUID } from "node:crypto";

/** What an order id looks like. */
export const ORDER_ID = /^[0-9a-f]{32}$/;

/** An id that follows from owner and key, or a random one without a key. Two owners' equal keys give different ids. */
export function orderId(ownerId: string, idempotencyKey: string | null): string {
  if (idempotencyKey === null) return randomUUID().replaceAll("-", "");
  return createHash("sha256")
    .update(JSON.stringify([ownerId, idempotencyKey]))
    .digest("hex")
    .slice(0, 32);
}
