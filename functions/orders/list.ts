import { routes } from "../../gateway.routes.ts";
import { revocations } from "../../gateway.sessions.ts";
import { guard } from "../../src/guard/index.ts";
import { json } from "../http.ts";
import { badRequest } from "./answers.ts";
import { parsePage } from "./order-request.ts";
import { orderStore } from "./order-store.ts";
import { ownerOf } from "./owner.ts";

/** `GET /orders?limit=&after=`: a page of the caller's orders. */
export const handler = guard(
  routes,
  async (event, { principal }) => {
    const page = parsePage(event);
    return page.ok ? json(200, await orderStore().list(ownerOf(principal), page.value)) : badRequest(page.errors);
  },
  { revocations },
);
