import { describe, expect, it } from "vitest";
import { ConfigurationError, type Problem, startReport } from "../../src/config/report.ts";
import { checkRoutes, defineRoutes } from "../../src/rules/define-routes.ts";
import {
  allOf,
  anyOf,
  authenticatedWithin,
  claim,
  custom,
  group,
  issuer,
  multiFactor,
  type RuleInput,
  scope,
} from "../../src/rules/rule.ts";

const problemsOf = (table: unknown): readonly Problem[] => {
  try {
    defineRoutes(table as Record<string, RuleInput>);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
};

it("takes every kind of route key", () => {
  const keys = ["GET /", "GET /orders/{id}", "ANY /x/{proxy+}", "PATCH /a.b/~c/%2f", "$default", "$connect", "$disconnect", "sendMessage"];
  const { routes } = defineRoutes(Object.fromEntries(keys.map((key) => [key, "authenticated"])));
  expect([...routes.keys()]).toEqual(keys);
  expect(routes.get("GET /")).toEqual({ key: "GET /", method: "GET", segments: [], rule: { kind: "authenticated" } });
  expect(routes.get("ANY /x/{proxy+}")).toMatchObject({ method: "ANY", segments: ["x", "{proxy+}"] });
  expect(routes.get("$connect")).toMatchObject({ method: null, segments: [] });
});

it.each([
  ["get /orders", "upper case"],
  ["FETCH /orders", "not one that API Gateway routes"],
  ["GET orders", "does not start with a slash"],
  ["GET  /orders", "does not start with a slash"],
  ["GET /orders extra", "does not start with a slash"],
  ["GET", "not a route key"],
  ["/orders", "not a route key"],
  ["", "not a route key"],
  ["$other", "not a route key"],
  ["GET /a//b", "empty segment"],
  ["GET /a/", "empty segment"],
  ["GET /{}", "parameter is malformed"],
  ["GET /a{id}", "parameter is malformed"],
  ["GET /{a}/{a}", "same name"],
  ["GET /{rest+}/x", "not the last segment"],
  ["GET /a*", "cannot match"],
  ["GET /a?b", "cannot match"],
  ["GET /%zz", "cannot match"],
])("refuses the route key %j", (key, message) => {
  const problems = problemsOf({ [key]: "authenticated" });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({
    path: `routes["${key}"]`,
    message: expect.stringContaining(message),
    fix: expect.stringMatching(/\.$/),
  });
});

it.each<[string, unknown, string]>([
  ["an unknown kind", { kind: "scoop", name: "a" }, "unknown kind"],
  ["an inherited kind", { kind: "constructor" }, "unknown kind"],
  ["a misspelt word", "publik", "unknown kind"],
  ["no rule", undefined, "undefined"],
  ["null", null, "null"],
  ["a function", () => true, "a function"],
  ["an empty name", scope(""), "name is empty"],
  ["a blank name", group("  "), "name is empty"],
  ["an undefined name", scope(undefined as unknown as string), "undefined"],
  ["a name from a missing variable", group("undefined"), "placeholder"],
  ["a wildcard name", scope("*"), "placeholder"],
  ["a padded name", group(" buyers"), "space"],
  ["two scopes in one", scope("a b"), "holds a space"],
  ["an empty allOf", allOf(), "no rules"],
  ["an empty anyOf", anyOf(), "no rules"],
  ["public inside another rule", anyOf("public", scope("a")), "part of another rule"],
  ["a bad duration", multiFactor({ within: "soon" }), "duration"],
  ["a zero duration", authenticatedWithin("0s"), "duration"],
  ["a missing duration", { kind: "authenticatedWithin" }, "duration"],
  ["a claim without values", claim("unit", []), "values"],
  ["a claim with a wildcard", claim("unit", ["*"]), "values"],
  ["a claim without a path", claim([], ["x"]), "path"],
  ["a custom rule without a function", custom("mine", "true" as unknown as () => boolean), "no function"],
])("refuses a rule with %s", (_, rule, message) => {
  const problems = problemsOf({ "GET /": rule });
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toContain(message);
});

it("refuses two keys for one route, whatever their parameters are called", () => {
  expect(problemsOf({ "GET /a/{x}": "authenticated", "GET /a/{y}": "public" })[0]).toMatchObject({
    path: 'routes["GET /a/{y}"]',
    message: 'this is the same route as "GET /a/{x}".',
  });
  expect(problemsOf({ "GET /a/{x}": "authenticated", "GET /a/{y+}": "public", "POST /a/{y}": "public" })).toEqual([]);
});

it("refuses a table that is not an object", () => {
  for (const table of [null, undefined, [], "x"]) expect(problemsOf(table)).toHaveLength(1);
});

it("reports everything at once, with the path into nested rules", () => {
  const paths = problemsOf({ "get /x": "public", "GET /y": allOf(scope("a"), anyOf(group(""), multiFactor({ within: "1" }))) }).map(
    ({ path }) => path,
  );
  expect(paths).toEqual(['routes["get /x"]', 'routes["GET /y"].allOf[1].anyOf[0]', 'routes["GET /y"].allOf[1].anyOf[1].within']);
});

describe("with known issuers", () => {
  const check = (table: Parameters<typeof checkRoutes>[0]) => {
    const problems: Problem[] = [];
    checkRoutes(table, startReport(problems, "routes"), ["customers"]);
    return problems;
  };

  it("refuses a rule that names another one, in a plain record and in a route table", () => {
    const table = { "GET /a": issuer("customers"), "GET /b": anyOf(issuer("staff")) };
    for (const input of [table, defineRoutes(table)]) {
      expect(check(input)).toEqual([
        { path: 'routes["GET /b"].anyOf[0]', message: "the rule names an issuer that is not configured.", fix: "Use one of: customers." },
      ]);
    }
  });

  it("does not say a rule's value", () => {
    expect(JSON.stringify(check({ "GET /a": issuer("a-secret-name") }))).not.toContain("a-secret-name");
  });
});
