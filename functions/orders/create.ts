import { routes } from "../../gateway.routes.ts";
import { revocations } from "../../gateway.sessions.ts";
import { guard } from "../../src/guard/index.ts";
import { json } from "../http.ts";
import { badRequest, keyReused } from "./answers.ts";
import { orderId } from "./order-id.ts";
import { parseIdempotencyKey, parseNewOrder } from "./order-request.ts";
import { orderStore } from "./order-store.ts";
import { placeOrder } from "./orders.ts";
import { ownerOf } from "./owner.ts";

/** `POST /orders`: places an order; with an `Idempotency-Key`, however often it is sent, only once. */
export const handler = guard(
  routes,
  async (event, { principal }) => {
    const key = parseIdempotencyKey(event);
    const wanted = parseNewOrder(event);
    if (!key.ok || !wanted.ok) return badRequest([key, wanted].flatMap((part) => (part.ok ? [] : part.errors)));
    const placement = await placeOrder(orderStore(), { clock: Date.now, orderId }, ownerOf(principal), wanted.value, key.value);
    if (placement.kind === "conflict") return keyReused();
    // Relative to the request's own path, which starts with the stage on a REST API.
    return json(201, placement.order, { location: `orders/${placement.order.id}` });
  },
  { revocations },
);
