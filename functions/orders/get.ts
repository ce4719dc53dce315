import { routes } from "../../gateway.routes.ts";
import { revocations } from "../../gateway.sessions.ts";
import { guard } from "../../src/guard/index.ts";
import { json } from "../http.ts";
import { badRequest, notFound } from "./answers.ts";
import { parseOrderId } from "./order-request.ts";
import { orderStore } from "./order-store.ts";
import { ownerOf } from "./owner.ts";

/** `GET /orders/{id}`: one of the caller's orders. */
export const handler = guard(
  routes,
  async (event, { principal }) => {
    const id = parseOrderId(event);
    if (!id.ok) return badRequest(id.errors);
    const order = await orderStore().get(ownerOf(principal), id.value);
    return order === null ? notFound() : json(200, order);
  },
  { revocations },
);
