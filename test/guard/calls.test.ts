import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/config/report.ts";
import { defineRoutes, guard, identity, resolverGuard } from "../../src/guard/index.ts";
import { problemsIn } from "../config/problems.ts";

const routes = defineRoutes({ "GET /me": "authenticated" });
const handler = async () => null;
const NO_TABLE = { message: "the route table is an object, not what `defineRoutes` answers." };

/** As plain JavaScript calls them: with anything. */
type Call = (...given: unknown[]) => unknown;
const [makeGuard, makeIdentity, makeResolver] = [guard, identity, resolverGuard] as unknown as [Call, Call, Call];

it.each<[string, () => unknown, Partial<Problem>[]]>([
  ["no routes", () => makeGuard(undefined, handler), [{ path: "guard", message: expect.stringContaining("is undefined") as string }]],
  ["routes that were not checked", () => makeGuard({ "GET /me": "authenticated" }, handler), [NO_TABLE]],
  ["a module of routes", () => makeGuard({ routes: { "GET /me": "authenticated" } }, handler), [NO_TABLE]],
  ["no handler", () => makeGuard(routes), [{ path: "guard", message: "the handler is undefined, not a function." }]],
  [
    "its arguments swapped",
    () => makeGuard(handler, routes),
    [
      { message: "the route table is a function, not what `defineRoutes` answers." },
      { message: "the handler is an object, not a function." },
    ],
  ],
  ["options that are none", () => makeGuard(routes, handler, null), [{ path: "guard", message: "the options are null." }]],
  [
    "a misspelt option",
    () => makeGuard(routes, handler, { revocation: null }),
    [{ path: "guard.revocation", message: "is not a known option.", fix: "Did you mean `revocations`?" }],
  ],
])("a guard does not start with %s", (_, make, problems) => {
  expect(problemsIn(make)).toMatchObject(problems);
});

describe("nor does", () => {
  it("the middleware, with routes that were not checked or a misspelt option", () => {
    expect(problemsIn(() => makeIdentity({ "GET /me": "authenticated" }))).toMatchObject([{ path: "identity", ...NO_TABLE }]);
    expect(problemsIn(() => makeIdentity(routes, { resourceMetaData: null }))).toMatchObject([{ path: "identity.resourceMetaData" }]);
  });

  it("a resolver's guard, without a handler or with a misspelt option", () => {
    expect(problemsIn(() => makeResolver("authenticated"))).toMatchObject([{ path: "resolverGuard" }]);
    const misspelt = () => makeResolver("authenticated", handler, { clok: Date.now });
    expect(problemsIn(misspelt)).toMatchObject([{ path: "resolverGuard.clok", fix: "Did you mean `clock`?" }]);
  });
});

it("every option that there is, is taken", () => {
  const common = { clock: Date.now, log: () => {}, metrics: null, stopwatch: () => 0, revocations: null };
  const options = { ...common, from: () => expect.unreachable(), resourceMetadata: null, connectQuery: [] };
  expect(problemsIn(() => makeGuard(routes, handler, options))).toEqual([]);
  expect(problemsIn(() => makeIdentity(routes, options))).toEqual([]);
  expect(problemsIn(() => makeResolver("authenticated", handler, common))).toEqual([]);
});
