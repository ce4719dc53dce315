import { describe, expect, it } from "vitest";
import { SallyportError } from "../../src/errors.ts";
import { defineRoutes, emfMetrics, guard, identity, type Metrics, resolverGuard, scope } from "../../src/guard/index.ts";
import { encodeText } from "../../src/principal/codec.ts";
import type { OnUnavailable, RevocationSource } from "../../src/sessions/revocations.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";

const RULE = scope("a");
const routes = defineRoutes({ "GET /orders": RULE });
const principal = testPrincipal({ scopes: ["a"], expiresAt: 60 });
type Given = typeof principal | null;

interface Options {
  readonly clock: () => number;
  readonly stopwatch: () => number;
  readonly log: (line: object) => void;
  readonly metrics: Metrics;
  readonly revocations?: RevocationSource;
}
type Handler = () => Promise<unknown>;
type Door = (handler: Handler, options: Options) => (given: Given) => unknown;

const proxied = (given: Given) => ({
  httpMethod: "GET",
  resource: "/orders",
  requestContext: { authorizer: given && authorizerContext(given, "rest") },
});
const DOORS: Readonly<Record<string, Door>> = {
  guard: (handler, options) => {
    const guarded = guard(routes, handler, options);
    return (given) => guarded(proxied(given));
  },
  middleware: (_handler, options) => {
    const { before } = identity(routes, options);
    return (given) => before({ event: proxied(given), context: {} });
  },
  "resolver's guard": (handler, options) => {
    const guarded = resolverGuard(RULE, handler, options);
    return (given) => guarded({ identity: { resolverContext: given && encodeText(given) } }).catch(() => null);
  },
};

/** A door on a clock that only the test moves, what it counted, and how it asked for that to be written. */
function watched(door: Door, more: { readonly handler?: Handler; readonly revocations?: RevocationSource } = {}) {
  const counts: Record<string, number> = {};
  const flushes: [now: number, force: boolean][] = [];
  const metrics: Metrics = {
    count: (name, about = null) => {
      for (const each of about === null ? [name] : [name, `${name}.${about}`]) counts[each] = (counts[each] ?? 0) + 1;
    },
    duration: (milliseconds) => void (counts["durations"] = (counts["durations"] ?? 0) + milliseconds),
    flush: (now, force = false) => void flushes.push([now, force]),
  };
  const { handler = async () => null, revocations } = more;
  let elapsed = 0;
  const stopwatch = () => (elapsed += 1.25);
  const ask = door(handler, { clock: () => 0, stopwatch, log: () => {}, metrics, ...(revocations && { revocations }) });
  return { counts, flushes, ask };
}

/** Revocations that cannot be read: then a request is let through or not, as they say. */
const unreadable = (outcome: OnUnavailable): RevocationSource => ({
  keep: null,
  check: () => {},
  open: ({ unavailable }) => ({
    check: async () => {
      unavailable?.(outcome);
      if (outcome === "deny") throw new SallyportError("revocations_unavailable");
    },
  }),
});

describe.each(Object.entries(DOORS))("the %s counts", (_name, door) => {
  it("what it decides, by reason and by issuer, and how long that takes", async () => {
    const { counts, flushes, ask } = watched(door);
    await ask(principal);
    await ask(null);
    await ask({ ...principal, scopes: [] });
    expect(counts).toEqual({
      allowed: 1,
      "allowed.test": 1,
      refused: 2,
      "refused.test": 1,
      principal_missing: 1,
      rule_denied: 1,
      "rule_denied.test": 1,
      durations: 3.75,
    });
    expect(flushes).toEqual([
      [2.5, false],
      [5, false],
      [7.5, false],
    ]);
  });

  it("revocations that could not be read, and writes at once where that refuses the request", async () => {
    const open = watched(door, { revocations: unreadable("allow") });
    await open.ask(principal);
    expect(open.counts).toMatchObject({ "revocationsUnavailable.allow": 1, allowed: 1 });
    expect(open.flushes).toEqual([[2.5, false]]);
    const closed = watched(door, { revocations: unreadable("deny") });
    await closed.ask(principal);
    expect(closed.counts).toEqual({
      "revocationsUnavailable.deny": 1,
      failed: 1,
      "failed.test": 1,
      revocations_unavailable: 1,
      "revocations_unavailable.test": 1,
      durations: 1.25,
    });
    expect(closed.flushes).toEqual([[2.5, true]]);
  });
});

it.each(Object.entries(DOORS).filter(([name]) => name !== "middleware"))(
  "the %s counts a handler that throws as a failure, after what it decided, and writes at once",
  async (_name, door) => {
    const { counts, flushes, ask } = watched(door, { handler: () => Promise.reject(new TypeError("secret")) });
    await ask(principal);
    expect(counts).toEqual({
      allowed: 1,
      "allowed.test": 1,
      failed: 1,
      "failed.test": 1,
      internal_error: 1,
      "internal_error.test": 1,
      durations: 1.25,
    });
    expect(flushes).toEqual([
      [2.5, false],
      [3.75, true],
    ]);
  },
);

it("what is given to authorizers is given to guards: the Embedded Metric Format", async () => {
  const lines: string[] = [];
  const metrics = emfMetrics({ service: "orders", write: (line) => void lines.push(line) });
  await guard(routes, async () => null, { log: () => {}, metrics })(proxied(null));
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ service: "orders", refused: 1, principal_missing: 1 });
});
