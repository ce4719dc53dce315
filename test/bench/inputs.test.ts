import { expect, it } from "vitest";
import { supplyTokens } from "../../bench/memory.ts";
import { createGateway, routeKey } from "../../bench/tokens.ts";
import type { Gateway } from "../../src/gateway.ts";
import { routeGroups } from "../../src/rules/route-groups.ts";

function counter(): () => string {
  let minted = 0;
  return () => `token ${(minted += 1)}`;
}

it("mints a distinct token whenever one is wanted, and a repeated one once", () => {
  const distinct = supplyTokens("distinct", counter());
  expect([distinct(), distinct(), distinct()]).toEqual(["token 1", "token 2", "token 3"]);
  const repeated = supplyTokens("repeated", counter());
  expect([repeated(), repeated(), repeated()]).toEqual(["token 1", "token 1", "token 1"]);
});

it("guards all routes with one rule, or every second with one of its own and never the last", () => {
  const sizes = { issuers: 1, routes: 1_000 };
  const ruleOf = ({ routes }: Gateway, index: number) => routes.get(routeKey(index))?.rule;
  const [shared, own] = [createGateway("ES256", sizes), createGateway("ES256", { ...sizes, sharesRules: false })];
  expect(routeGroups(shared)).toHaveLength(1);
  expect(routeGroups(own)).toHaveLength(501);
  expect(ruleOf(own, 999)).toEqual(ruleOf(shared, 999));
  expect(ruleOf(own, 998)).not.toEqual(ruleOf(shared, 998));
});
