import { expect, it } from "vitest";
import { describeRule } from "../../src/rules/describe.ts";
import {
  allOf,
  anyOf,
  anyScope,
  assurance,
  authenticatedWithin,
  claim,
  custom,
  group,
  live,
  multiFactor,
  permission,
  type Rule,
  role,
  scope,
  toRule,
  user,
} from "../../src/rules/rule.ts";

it.each<[Rule, string]>([
  [toRule("public"), "public"],
  [toRule("authenticated"), "authenticated"],
  [scope("orders:write"), "scope orders:write"],
  [
    allOf(scope("orders:write"), anyOf(group("buyers"), permission("orders:create"))),
    "scope orders:write and (group buyers or permission orders:create)",
  ],
  [anyScope("a", "b"), "scope a or scope b"],
  [allOf(anyOf(scope("a"), scope("b"))), "scope a or scope b"],
  [allOf(role("admin"), multiFactor({ within: "15m" })), "role admin and multi-factor within 15m"],
  [anyOf(multiFactor(), authenticatedWithin("1h"), assurance("gold")), "multi-factor or authenticated within 1h or assurance gold"],
  [allOf(anyOf(role("a")), user("customers|1")), "role a and user customers|1"],
  [claim(["org", "unit"], ["sales", 3]), 'claim org.unit is "sales" or 3'],
  [allOf(live(), role("a")), "live and role a"],
  [custom("office hours", () => true), "custom office hours"],
])("prints %#", (rule, text) => {
  expect(describeRule(rule)).toBe(text);
});
