import { describe, expect, it } from "vitest";
import {
  generic,
  isGreedy,
  mayMeet,
  meet,
  ONE,
  type Pattern,
  patternOf,
  reaches,
  render,
  REST,
  spellOut,
  swallows,
  type Token,
  tokensOf,
} from "../../src/gateway/policy/pattern.ts";
import { holds, isSubtree } from "../../src/gateway/policy/reach.ts";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import { matchRoute } from "../../src/rules/match-route.ts";
import type { Route } from "../../src/rules/route-table.ts";

const routeOf = (key: string) => defineRoutes({ [key]: "public" }).routes.get(key) as Route;

describe("a route's shape", () => {
  it("is its literals, its parameters and its rest", () => {
    expect(tokensOf(routeOf("GET /a/{x}/b/{rest+}"))).toEqual(["a", ONE, "b", REST]);
    expect(tokensOf(routeOf("GET /"))).toEqual([]);
  });

  it("is greedy by its end", () => {
    expect([[REST], ["a", REST], ["a", ONE], []].map((tokens) => isGreedy(tokens as Token[]))).toEqual([true, true, false, false]);
  });

  it.each<[Token[], boolean]>([
    [[REST], true],
    [["a", REST], true],
    [[ONE, REST], false],
    [["a"], false],
  ])("%j is a subtree: %s", (tokens, expected) => expect(isSubtree({ tokens, route: routeOf("GET /") })).toBe(expected));

  it.each<[Token[], Token[], boolean]>([
    [["a", REST], ["a", "b"], true],
    [["a", REST], ["a", ONE, "c"], true],
    [["a", REST], ["a"], false],
    [["a", REST], ["b", "c"], false],
    [["a", REST], [ONE, "c"], false],
    [[REST], ["x"], true],
    [[REST], [], false],
  ])("the subtree %j holds %j: %s", (subtree, tokens, expected) => {
    const route = routeOf("GET /");
    expect(holds({ tokens: subtree, route }, { tokens, route })).toBe(expected);
  });
});

describe("a pattern", () => {
  it.each<[Token[], Pattern, string]>([
    [[], [], ""],
    [["a"], ["a"], "a"],
    [["a", ONE, "b"], ["a", 1, "b"], "a/?*/b"],
    [["a", REST], ["a", 1], "a/?*"],
  ])("of %j is %j: %s", (tokens, pattern, text) => expect([patternOf(tokens), render(patternOf(tokens))]).toEqual([pattern, text]));

  it.each<[Pattern, string]>([
    [[0], "*"],
    [[2], "*/*"],
    [["a", 3, "b"], "a/*/*/*/b"],
  ])("%j as text is %s", (pattern, text) => expect(render(pattern)).toBe(text));

  it.each<[Pattern, Token[], boolean]>([
    [[], [], true],
    [[], ["a"], false],
    [["a"], ["a"], true],
    [["a"], ["b"], false],
    [["a"], [ONE], false],
    [[1], ["a"], true],
    [[1], ["a", "b"], true],
    [[1], [], false],
    [[0], [], true],
    [[2], ["a"], false],
    [[2], ["a", ONE], true],
    [[1, "b"], ["a", "x", "b"], true],
    [[1, "b"], ["a", "x"], false],
    [["a", 1], ["a", REST], true],
    [["a", 2], ["a", REST], false],
  ])("%j swallows %j whole: %s", (pattern, tokens, expected) => expect(swallows(pattern, tokens)).toBe(expected));
});

describe("where two shapes meet", () => {
  it.each<[Token[], Token[], Token[] | null]>([
    [[], [], []],
    [["a"], [], null],
    [[], ["a"], null],
    [["a"], ["a"], ["a"]],
    [["a"], ["b"], null],
    [["a"], [ONE], ["a"]],
    [[ONE], ["a"], ["a"]],
    [[ONE], [ONE], [ONE]],
    [["a", ONE], ["a"], null],
    [[REST], ["a", ONE], ["a", ONE]],
    [["a", ONE], [REST], ["a", ONE]],
    [
      ["a", REST],
      [ONE, "b", REST],
      ["a", "b", REST],
    ],
    [[REST], [], null],
    [
      ["a", REST],
      ["a", REST],
      ["a", REST],
    ],
  ])("%j and %j: %j", (left, right, expected) => expect(meet(left, right)).toEqual(expected));
});

describe("a shape spelled out", () => {
  it.each<[Token[], number, Token[][]]>([
    [["a", ONE], 5, [["a", ONE]]],
    [["a", REST], 0, [["a", ONE]]],
    [
      ["a", REST],
      3,
      [
        ["a", ONE],
        ["a", ONE, ONE],
        ["a", ONE, ONE, ONE],
      ],
    ],
    [[REST], 1, [[ONE], [ONE, ONE]]],
    [["a", "b", REST], 1, [["a", "b", ONE]]],
  ])("%j to depth %d", (tokens, depth, expected) => expect([...spellOut(tokens, depth)]).toEqual(expected));

  it("has segments like no literal for what varies", () => {
    const [first, second] = generic(["a", ONE]);
    expect(first).toBe("a");
    expect(second).not.toMatch(/[\w/]/);
  });
});

describe("a pattern reaches a route", () => {
  const table = defineRoutes({
    "GET /a/{x}": "public",
    "GET /a/b": "public",
    "GET /a/{x}/c": "public",
    "GET /d/{rest+}": "public",
    "GET /": "public",
  });
  const select = (segments: readonly string[]) => matchRoute(table, "GET", `/${segments.join("/")}`);
  const shapeOf = (key: string) => {
    const route = table.routes.get(key) as Route;
    return { tokens: tokensOf(route), route };
  };
  const reached = (pattern: Pattern) => [...table.routes.keys()].filter((key) => reaches(pattern, shapeOf(key), select, 3));

  it.each<[Pattern, string[]]>([
    [
      ["a", 1],
      ["GET /a/{x}", "GET /a/b", "GET /a/{x}/c"],
    ],
    [["a", 2], ["GET /a/{x}/c"]],
    [["a", "b"], ["GET /a/b"]],
    [["a", "z"], ["GET /a/{x}"]],
    [["a", 1, "c"], ["GET /a/{x}/c"]],
    [["a", 1, "z"], []],
    [["d", "x", "y", "z", "w"], ["GET /d/{rest+}"]],
    [["d", 9], ["GET /d/{rest+}"]],
    [["d"], []],
    [["e", 1], []],
    [
      [1, "c"],
      ["GET /a/{x}", "GET /a/{x}/c", "GET /d/{rest+}"],
    ],
    [[3], ["GET /a/{x}/c", "GET /d/{rest+}"]],
    [[4], ["GET /d/{rest+}"]],
    [[0], ["GET /a/{x}", "GET /a/b", "GET /a/{x}/c", "GET /d/{rest+}", "GET /"]],
    [[], ["GET /"]],
    [["a"], []],
  ])("%j", (pattern, keys) => expect(reached(pattern)).toEqual(keys));

  it("only with paths of the route's own shape", () => {
    const { route } = shapeOf("GET /");
    const overlap = (pattern: Pattern, tokens: Token[]) => reaches(pattern, { tokens, route }, () => route, 3);
    expect(overlap([1, "b", 1], ["a", "b", "d"])).toBe(true);
    expect(overlap([1, "b", 1], ["a", "c", "d"])).toBe(false);
    expect(overlap([1, "b", 1], [ONE, ONE, ONE])).toBe(true);
    expect(overlap(["a"], ["a", REST])).toBe(false);
  });

  it("not with the root where the route is what is left of the rest", () => {
    const whole = defineRoutes({ $default: "public" });
    const route = whole.routes.get("$default") as Route;
    const left = (pattern: Pattern, tokens: Token[]) => reaches(pattern, { tokens, route }, () => route, 0);
    expect([left([], []), left([], [REST]), left(["a"], [REST])]).toEqual([true, false, true]);
  });
});

describe("a look at both ends of a pattern and a shape", () => {
  it.each<[Pattern, Token[]]>([
    [["a"], ["b"]],
    [
      ["a", 1],
      ["b", REST],
    ],
    [
      ["a", "b", 1],
      ["a", "c", REST],
    ],
    [["a", "b"], ["a"]],
    [
      [1, "a"],
      [ONE, "b"],
    ],
    [[2], [ONE]],
    [
      ["a", 2],
      ["a", ONE],
    ],
  ])("tells that %j and %j hold no path in common", (pattern, tokens) => expect(mayMeet(pattern, tokens)).toBe(false));

  it.each<[Pattern, Token[]]>([
    [["a"], ["a"]],
    [["a"], [ONE]],
    [
      ["a", "b", "c"],
      ["a", REST],
    ],
    [
      ["a", 5],
      ["a", REST],
    ],
    [
      ["a", 1],
      ["a", ONE, "c"],
    ],
    [
      [1, "b"],
      ["a", ONE],
    ],
    [[0], []],
    [
      [1, "b", 1],
      ["a", "c", "d"],
    ],
  ])("leaves %j and %j to a closer look", (pattern, tokens) => expect(mayMeet(pattern, tokens)).toBe(true));
});
