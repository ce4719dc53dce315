import fc from "fast-check";
import { expect, it } from "vitest";
import { parseArn } from "../../src/gateway/arn.ts";
import { compilePolicy, compilePolicyByRule } from "../../src/gateway/policy/policy.ts";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import { evaluate } from "../../src/rules/evaluate.ts";
import { routeGroups } from "../../src/rules/route-groups.ts";
import type { Route } from "../../src/rules/route-table.ts";
import { allOf, anyOf, claim, custom, multiFactor, role, type RuleInput, scope } from "../../src/rules/rule.ts";
import { testPrincipal } from "../../src/testing/index.ts";

const keysOf = (routes: Readonly<Record<string, RuleInput>>) =>
  routeGroups(defineRoutes(routes)).map((group) => group.map(({ key }) => key));
const yes = () => true;

it("puts routes whose rules say the same into one group, in the order of the table", () => {
  const routes = { "GET /a": scope("x"), "GET /b": "authenticated", "GET /c": scope("x"), "GET /d": allOf(scope("x")) } as const;
  expect(keysOf(routes)).toEqual([["GET /a", "GET /c"], ["GET /b"], ["GET /d"]]);
});

it.each([
  ["a name", scope("a"), scope("b")],
  ["a kind", scope("a"), role("a")],
  ["an order", anyOf(scope("a"), role("b")), anyOf(role("b"), scope("a"))],
  ["a type", claim("level", [1]), claim("level", ["1"])],
  ["a time", multiFactor({ within: "1m" }), multiFactor({ within: "2m" })],
  ["a function", custom("mine", yes), custom("mine", () => true)],
  ["a function deep inside", allOf(custom("mine", yes)), allOf(custom("mine", () => true))],
])("keeps rules apart that differ in %s", (_what, one, other) => {
  expect(keysOf({ "GET /a": one, "GET /b": other })).toHaveLength(2);
});

it("takes one function for one rule", () => {
  expect(keysOf({ "GET /a": custom("mine", yes), "GET /b": custom("mine", yes) })).toHaveLength(1);
});

it("works a table out once", () => {
  const table = defineRoutes({ "GET /a": "public" });
  expect(routeGroups(table)).toBe(routeGroups(table));
});

const rules = fc.constantFrom<RuleInput>(
  "public",
  "authenticated",
  scope("a"),
  scope("b"),
  role("a"),
  anyOf(scope("b"), role("c")),
  allOf("authenticated", scope("a")),
  custom("of a kind", ({ kind }) => kind === "user"),
);
const paths = fc.constantFrom("/a", "/b", "/a/b", "/a/{x}", "/{x}", "/{x}/b", "/a/{rest+}", "/c/d/e");
const tables = fc.dictionary(
  fc.tuple(fc.constantFrom("GET", "POST", "ANY"), paths).map((parts) => parts.join(" ")),
  rules,
  { minKeys: 1, maxKeys: 12 },
);
const names = fc.subarray(["a", "b", "c"]);

it("makes the same policy by rule as by route", () => {
  fc.assert(
    fc.property(tables, names, names, fc.constantFrom("GET/a", "POST/a/b", "GET/c/d/e", "PUT/b"), (input, scopes, roles, request) => {
      const principal = testPrincipal({ scopes, roles });
      const allowed = ({ rule }: Route) => evaluate(rule, principal, 0).holds;
      const arn = parseArn(`arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/${request}`);
      expect(compilePolicyByRule(defineRoutes(input), allowed, arn)).toEqual(compilePolicy(defineRoutes(input), allowed, arn));
    }),
    { numRuns: 300 },
  );
});
