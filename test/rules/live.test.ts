import { expect, it } from "vitest";
import { needsLive, withoutLive } from "../../src/rules/live.ts";
import { allOf, anyOf, live, type Rule, scope, toRule } from "../../src/rules/rule.ts";

const [a, b, authenticated] = [scope("a"), scope("b"), toRule("authenticated")];

it.each<[string, Rule, boolean, Rule]>([
  ["the whole rule", live(), true, authenticated],
  ["a part", allOf(a, live()), true, allOf(a, authenticated)],
  ["a part of a part", allOf(anyOf(a, b), allOf(live(), b)), true, allOf(anyOf(a, b), allOf(authenticated, b))],
  ["nowhere", allOf(a, anyOf(a, b)), false, allOf(a, anyOf(a, b))],
  ["not in a rule without parts", a, false, a],
  ["not in one of several ways, where no table has it", anyOf(a, live()), false, anyOf(a, live())],
])("finds and takes out a live check: %s", (_, rule, needed, rest) => {
  expect(needsLive(rule)).toBe(needed);
  expect(withoutLive(rule)).toEqual(rest);
});
