import type { Rule } from "./rule.ts";

/** One route of the table, its key taken apart. */
export interface Route {
  /** As written: `GET /orders/{id}`, `ANY /x/{proxy+}`, `$default`, `$connect`. */
  readonly key: string;
  /** Upper case, `ANY`, or null for the `$` routes. */
  readonly method: string | null;
  /** Path segments; empty for the `$` routes. */
  readonly segments: readonly string[];
  readonly rule: Rule;
}

/** The route table: which rule guards which route. A route that is not in it is denied. */
export interface RouteTable {
  readonly routes: ReadonlyMap<string, Route>;
}
