import { problem } from "../../src/guard/problem.ts";
import type { FieldError } from "./order-request.ts";

/** 400: the request is wrong in these fields. */
export const badRequest = (errors: readonly FieldError[]) => problem(400, { title: "The request is not valid.", errors });

/** 404, for another owner's order too: ids cannot be tried out. */
export const notFound = () => problem(404, { title: "There is no such order." });

/** 422: the key was used before, for a different order. */
export const keyReused = () =>
  problem(422, {
    title: "The Idempotency-Key was used before.",
    errors: [{ field: "Idempotency-Key", message: "was used for a different order" }],
  });
