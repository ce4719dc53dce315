import type { Proof } from "../principal/proof.ts";
import type { RouteTable } from "../rules/route-table.ts";
import { behindFence, type GuardOptions } from "./guard.ts";
import type { BusinessEvent } from "./guarded-event.ts";
import type { ProblemResult } from "./problem.ts";
import type { Members } from "../members.ts";

/** What a handler that ends sessions is given beside the event. */
export interface SessionContext {
  readonly proof: Proof;
  /** The caller's token, for the identity provider that issued it and for nobody else; null: it was not in the one usual place. */
  readonly accessToken: string | null;
}

/**
 * The guard of functions that end sessions: the only ones that are handed the caller's token. Import rules keep every other
 * function from it.
 */
export function sessionGuard<Result>(
  routes: RouteTable,
  handler: (event: BusinessEvent, context: SessionContext) => Promise<Result>,
  options: GuardOptions = {},
): (event: unknown) => Promise<Result | ProblemResult> {
  return behindFence(routes, options, async (event, passage, original) =>
    handler(event, { proof: passage.proof(), accessToken: bearerToken(original) }),
  );
}

/** Of a request that an authorizer let through, so that its form was checked; null: not one and the same in both forms of the headers. */
function bearerToken({ headers, multiValueHeaders }: Members): string | null {
  const [single, multiple] = [valuesOf(headers), valuesOf(multiValueHeaders)];
  const [value, ...others] = new Set([...single, ...multiple]);
  if (single.length > 1 || multiple.length > 1 || others.length > 0 || typeof value !== "string") return null;
  return /^bearer (\S+)$/i.exec(value)?.[1] ?? null;
}

/** Every value of the Authorization header in one form of the headers. */
function valuesOf(headers: unknown): readonly unknown[] {
  const all = typeof headers === "object" && headers !== null ? Object.entries(headers) : [];
  return all.filter(([name]) => name.toLowerCase() === "authorization").flatMap(([, value]) => value as unknown);
}
