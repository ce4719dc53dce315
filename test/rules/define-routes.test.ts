import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { ConfigurationError, type Problem, startReport } from "../../src/config/report.ts";
import { checkRoutes, defineRoutes } from "../../src/rules/define-routes.ts";
import type { Route } from "../../src/rules/route-table.ts";
import {
  allOf,
  anyOf,
  anyScope,
  assurance,
  authenticatedWithin,
  claim,
  client,
  custom,
  group,
  issuer,
  live,
  multiFactor,
  permission,
  role,
  type RuleInput,
  scope,
  tenant,
  user,
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
  const keys = [
    "POST /orders:batch",
    "GET /",
    "GET /orders/{id}",
    "ANY /x/{proxy+}",
    "PATCH /a.b/~c/%2f",
    "$default",
    "$connect",
    "$disconnect",
    "sendMessage",
  ];
  const { routes } = defineRoutes(Object.fromEntries(keys.map((key) => [key, "authenticated"])));
  expect([...routes.keys()]).toEqual(keys);
  expect(routes.get("GET /")).toEqual({ key: "GET /", method: "GET", segments: [], rule: { kind: "authenticated" } });
  expect(routes.get("ANY /x/{proxy+}")).toMatchObject({ method: "ANY", segments: ["x", "{proxy+}"] });
  for (const key of ["$connect", "sendMessage"]) expect(routes.get(key)).toMatchObject({ method: null, segments: [] });
});

/** A table of one route: what is wrong with it, and whether the route is left out. */
const checkOne = (key: string, rule: unknown) => {
  const problems: Problem[] = [];
  const { routes } = checkRoutes({ [key]: rule as RuleInput }, startReport(problems, "routes"));
  return { problems, isLeftOut: routes.size === 0 };
};

it.each([
  ["get /orders", "upper case"],
  ["FETCH /orders", "not one that API Gateway routes"],
  ["GET orders", "does not start with a slash"],
  ["GET  /orders", "does not start with a slash"],
  ["GET /orders extra", "cannot match"],
  [" /orders", "not one that API Gateway routes"],
  ["any /orders", "upper case"],
  ["GET", "not a route key"],
  ["/orders", "not a route key"],
  ["", "not a route key"],
  ["$other", "not a route key"],
  ["any", "not a route key"],
  ["send*", "not a route key"],
  ["s".repeat(129), "not a route key"],
  ["GET /a//b", "empty segment"],
  ["GET /a/", "empty segment"],
  ["GET /{}", "parameter is malformed"],
  ["GET /a{id}", "parameter is malformed"],
  ["GET /{id}a", "parameter is malformed"],
  ["GET /{a}/{a}", "same name"],
  ["GET /{rest+}/x", "not the last segment"],
  ["GET /a*", "cannot match"],
  ["GET /a?b", "cannot match"],
  ["GET /%zz", "cannot match"],
  ["GET /me/:id", "parameter is malformed"],
  ["GET /:id/orders", "parameter is malformed"],
  ["GET /:", "parameter is malformed"],
  ["GET /a%2", "cannot match"],
  ["GET /a:b*", "cannot match"],
])("refuses the route key %j", (key, message) => {
  const { problems, isLeftOut } = checkOne(key, "authenticated");
  expect(isLeftOut).toBe(true);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({
    path: `routes["${key}"]`,
    message: expect.stringContaining(message),
    fix: expect.stringMatching(/\.$/),
  });
});

it.each([
  ["get /orders", "Write `GET`."],
  ["FETCH /orders", "GET, HEAD"],
  ["GET /me/:id", "`{name}`"],
])("says what to write instead of what is wrong in %j", (key, fix) => {
  expect(checkOne(key, "public").problems[0]?.fix).toContain(fix);
});

it.each<[string, unknown, string]>([
  ["an unknown kind", { kind: "scoop", name: "a" }, "unknown kind"],
  ["an inherited kind", { kind: "constructor" }, "unknown kind"],
  ["a misspelt word", "publik", "unknown kind"],
  ["a kind in a list", { kind: ["public"] }, "is an object, not"],
  ["no rule", undefined, "is undefined, not"],
  ["null", null, "is null, not"],
  ["a number", 3, "is a number, not"],
  ["a list", ["public"], "is a list, not"],
  ["a function", () => true, "is a function, not"],
  ["an empty name", scope(""), "name is empty"],
  ["a blank name", group("  "), "name is empty"],
  ["an undefined name", scope(undefined as unknown as string), "undefined"],
  ["a name that is a number", role(3 as unknown as string), "is a number, not"],
  ["an issuer without a name", issuer(""), "name is empty"],
  ["a custom rule without a name", custom("", () => true), "name is empty"],
  ["a name from a missing variable", group("undefined"), "placeholder"],
  ["a name from a null", group("null"), "placeholder"],
  ["a wildcard name", scope("*"), "placeholder"],
  ["a padded name", group(" buyers"), "space"],
  ["two scopes in one", scope("a b"), "holds a space"],
  ["an empty allOf", allOf(), "no rules"],
  ["an empty anyOf", anyOf(), "no rules"],
  ["one bad rule among good ones", allOf(scope("a"), scope(""), scope("b")), "name is empty"],
  ["a live check as one of several ways in", anyOf(live(), scope("a")), "several ways in"],
  ["a live check deeper in one of several ways in", anyOf(scope("a"), allOf(live())), "several ways in"],
  ["public inside another rule", anyOf("public", scope("a")), "part of another rule"],
  ["a bad duration", multiFactor({ within: "soon" }), "is a string that"],
  ["a duration in a list", authenticatedWithin(["5m"] as unknown as string), "is a list that"],
  ["a zero duration", authenticatedWithin("0s"), "duration"],
  ["a missing duration", { kind: "authenticatedWithin" }, "duration"],
  ["a claim without values", claim("unit", []), "values"],
  ...["*", "", "undefined", null, {}, ["x"]].map((value): [string, unknown, string] => [
    `a claim with the value ${inspect(value)}`,
    claim("unit", ["x", value as string]),
    "values",
  ]),
  ["a claim without a path", claim([], ["x"]), "path"],
  ...["", " ", "undefined", 3, null].map((part): [string, unknown, string] => [
    `a claim with ${inspect(part)} in its path`,
    claim(["org", part as string], ["x"]),
    "path",
  ]),
  ["a custom rule without a function", custom("mine", "true" as unknown as () => boolean), "no function"],
])("refuses a rule with %s", (_, rule, message) => {
  const { problems, isLeftOut } = checkOne("GET /", rule);
  expect(isLeftOut).toBe(true);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.path).toMatch(/^routes\["GET \/"\](\.(allOf|anyOf)\[\d\]|\.within)*$/);
  expect(problems[0]?.message).toContain(message);
  expect(problems[0]?.fix).toMatch(/.\.$/);
});

it.each([null, 5, true, [], () => "5m", { withn: "5m" }, { within: "5m", or: "6m" }, { within: undefined }, { within: null }])(
  "refuses multi-factor with the options %o",
  (options) => {
    const { problems, isLeftOut } = checkOne("GET /", multiFactor(options as { within: string }));
    expect(isLeftOut).toBe(true);
    expect(problems).toEqual([expect.objectContaining({ path: 'routes["GET /"].within' })]);
  },
);

/** As plain JavaScript calls them: with anything. */
const LOOSE = { scope, group, role, permission, issuer, tenant, user, client, assurance } as Record<
  string,
  (...names: unknown[]) => RuleInput
>;

describe.each(Object.entries(LOOSE))("a rule about one %s", (_kind, make) => {
  it.each([
    [["a", "b"]],
    [["a", "a"]],
    [["a", undefined]],
    [["a", "0"]],
    [["a", 0, "b"]],
    [["a", "b", ["a"]]],
    [["a", 0, ["a"], "b"]],
    [[["a", "b"]]],
  ])("is refused with the names %j, and the fix says how to write several", (names) => {
    const { problems, isLeftOut } = checkOne("GET /", make(...names));
    expect(isLeftOut).toBe(true);
    expect(problems).toEqual([
      { path: 'routes["GET /"]', message: "the name is a list, not text.", fix: expect.stringMatching(/`anyOf`.*`anyScope`/) as string },
    ]);
  });

  it("can be made for each name of a list", () => {
    const names = ["a", "b"];
    for (const rules of [names.map(make), Array.from(new Set(names), make), names.values().map(make).toArray()]) {
      expect(allOf(...rules)).toEqual(allOf(make("a"), make("b")));
      expect(checkOne("GET /", allOf(...rules))).toEqual({ problems: [], isLeftOut: false });
    }
  });
});

it("any of some scopes is refused where they come as a list", () => {
  expect(checkOne("GET /", anyScope(["a", "b"] as unknown as string)).problems).toMatchObject([
    { message: "the name is a list, not text." },
  ]);
  expect(checkOne("GET /", anyScope("a", "b"))).toEqual({ problems: [], isLeftOut: false });
  // @ts-expect-error where there is a compiler, it says so first
  expect(checkOne("GET /", scope("a", "b")).isLeftOut).toBe(true);
});

it.each<[string, RuleInput]>([
  ["multi-factor without a duration", multiFactor()],
  ["a claim of every type", claim("level", ["a", 0, false])],
  ["a group with a space inside", group("north buyers")],
  ["an issuer, while none are known", issuer("customers")],
  ["a live check alone", live()],
  ["a live check as one part", allOf(live(), anyOf(scope("a"), scope("b")))],
])("takes %s", (_, rule) => {
  expect(checkOne("GET /", rule)).toEqual({ problems: [], isLeftOut: false });
});

it("refuses two keys for one route, whatever their parameters are called", () => {
  expect(problemsOf({ "GET /a/{x}": "authenticated", "GET /a/{y}": "public" })[0]).toMatchObject({
    path: 'routes["GET /a/{y}"]',
    message: 'this is the same route as "GET /a/{x}".',
    fix: "Keep one of the two.",
  });
  expect(problemsOf({ "GET /{ab}/{rest+}": "authenticated", "GET /{c}/{d+}": "public" })).toHaveLength(1);
  expect(problemsOf({ "GET /a/{x}": "authenticated", "GET /a/{y+}": "public", "POST /a/{y}": "public", "GET /a": "public" })).toEqual([]);
});

it("refuses a table that is not an object", () => {
  for (const table of [null, undefined, [], "x"]) {
    const expected = { path: "routes", message: "the route table is not an object.", fix: expect.stringContaining("GET /path") };
    expect(problemsOf(table)).toEqual([expected]);
    expect(checkRoutes(table as never, startReport([])).routes.size).toBe(0);
  }
});

it("reports everything at once, with the path into nested rules", () => {
  const paths = problemsOf({ "get /x": "public", "GET /y": allOf(scope("a"), anyOf(group(""), multiFactor({ within: "1" }))) }).map(
    ({ path }) => path,
  );
  expect(paths).toEqual(['routes["get /x"]', 'routes["GET /y"].allOf[1].anyOf[0]', 'routes["GET /y"].allOf[1].anyOf[1].within']);
});

describe("with known issuers", () => {
  const check = (table: Parameters<typeof checkRoutes>[0], issuers = ["customers"]) => {
    const problems: Problem[] = [];
    checkRoutes(table, startReport(problems, "routes"), issuers);
    return problems;
  };

  it("refuses a rule that names another one, in a plain record and in a route table", () => {
    const table = { "GET /a": issuer("customers"), "GET /b": anyOf(issuer("staff"), scope("b")) };
    for (const input of [table, defineRoutes(table)]) {
      expect(check(input)).toEqual([
        { path: 'routes["GET /b"].anyOf[0]', message: "the rule names an issuer that is not configured.", fix: "Use one of: customers." },
      ]);
    }
  });

  it("says which there are", () => {
    const fixOf = (issuers: string[]) => check({ "GET /a": issuer("other") }, issuers)[0]?.fix;
    expect(fixOf(["customers", "staff"])).toBe("Use one of: customers, staff.");
    expect(fixOf([])).toBe("Use one of: (none configured).");
  });

  it("finds one thing wrong with an empty name, not two", () => {
    expect(check({ "GET /a": issuer("") })).toHaveLength(1);
  });

  it("does not say a rule's value", () => {
    expect(JSON.stringify(check({ "GET /a": issuer("a-secret-name") }))).not.toContain("a-secret-name");
  });
});

describe("a route table that was checked before", () => {
  const recheck = (routes: ReadonlyMap<string, Route>) => {
    const problems: Problem[] = [];
    const table = checkRoutes({ routes }, startReport(problems, "routes"), ["customers"]);
    return { table, paths: problems.map(({ path }) => path) };
  };

  it("is taken as it is", () => {
    const { routes } = defineRoutes({ "GET /a/{id}": allOf(scope("a"), anyOf(issuer("customers"), group("b"))), "GET /b": "public" });
    const { table, paths } = recheck(routes);
    expect({ table, paths }).toEqual({ table: { routes }, paths: [] });
    expect(table.routes.get("GET /b")).toBe(routes.get("GET /b"));
  });

  it("is checked again where a route stands under another key, or has another rule, than when it was", () => {
    const { routes } = defineRoutes({ "GET /a": scope("a"), "GET /b": scope("b"), "GET /c": scope("c") });
    const changed = new Map(routes);
    changed.set("get /d", routes.get("GET /a") as Route);
    changed.set("GET /e", routes.get("GET /a") as Route);
    Object.assign(routes.get("GET /b") as Route, { rule: scope("") });
    changed.set("GET /c", { ...(routes.get("GET /c") as Route), rule: scope("*") });
    const { table, paths } = recheck(changed);
    expect(paths).toEqual(['routes["GET /b"]', 'routes["GET /c"]', 'routes["get /d"]']);
    expect(table.routes.get("GET /e")).toMatchObject({ key: "GET /e", segments: ["e"] });
  });

  it("is still held against its own keys", () => {
    const { routes } = defineRoutes({ "GET /a/{id}": "public" });
    const twins = new Map([...routes, ...defineRoutes({ "GET /a/{name}": scope("a") }).routes]);
    expect(recheck(twins).paths).toEqual(['routes["GET /a/{name}"]']);
  });
});
