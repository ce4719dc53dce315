import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseArn } from "../../src/gateway/arn.ts";
import { compilePolicy } from "../../src/gateway/policy/policy.ts";
import { routesLeftOut } from "../../src/gateway/policy/routes-left-out.ts";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import type { RouteTable } from "../../src/rules/route-table.ts";
import { makesPolicy } from "./makes-policy.ts";
import { policyAllows } from "./reference.ts";

const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/";
const lines = readFileSync(new URL("worked-policies.txt", import.meta.url), "utf8").split("\n");
const cases = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split(" -> ") as [string, string]);

/** The table of a list of routes in which `!` marks those that the principal may not reach, and what the policy for it is. */
function compile(routes: string, request: string) {
  const marked = routes.split(", ");
  const keys = marked.map((route) => route.replace("!", ""));
  const table = defineRoutes(Object.fromEntries(keys.map((key) => [key, "authenticated" as const])));
  const reachable = new Set(keys.filter((_, index) => !marked[index]?.startsWith("!")));
  const policy = compilePolicy(table, ({ key }) => reachable.has(key), parseArn(STAGE + request));
  const listed = (effect: string) =>
    policy.Statement.filter(({ Effect }) => Effect === effect)
      .flatMap(({ Resource }) => Resource.map((resource) => resource.slice(STAGE.length)))
      .join(" ");
  return { policy, text: `${listed("Allow")} | ${listed("Deny")}`.trim() };
}

describe("the policy of each worked table", () => {
  it.each(cases)("%s is %s", (routes, expected) => expect(compile(routes, "DELETE/zz/zz/zz/zz/zz").text).toBe(expected));
});

describe("a denial that several methods need", () => {
  const chain = (method: string, length: number) =>
    Array.from({ length }, (_, index) => `${method} /a${Array.from({ length: index + 1 }, (_each, at) => `/{p${at}}`).join("")}`);

  it.each([2, 3, 4, 5, 6])("takes nothing from a greedy route of another method, %d segments deep", (length) => {
    const routes = [...chain("GET", length), ...chain("PUT", length), "POST /{rest+}"].join(", ");
    const { policy } = compile(routes, "GET/a/1");
    for (const request of ["GET/a/1", `PUT/a${"/1".repeat(length)}`, "POST/a/1/2/3/4/5/6/7/8/9", "POST/b"])
      expect([request, policyAllows(policy, STAGE + request)]).toEqual([request, true]);
    expect(policyAllows(policy, `${STAGE}GET/a${"/1".repeat(length + 1)}`)).toBe(false);
  });

  it("is one for all of them where no route of any method is that deep", () => {
    const routes = [...chain("GET", 2), ...chain("PUT", 2), "POST /b"].join(", ");
    expect(compile(routes, "GET/a/1").text).toBe("???/a/?* ???/a/?*/?* POST/b | */a/*/*/* *//* */?*/");
  });
});

describe("the policy as a whole", () => {
  const part = (effect: string, ...resources: string[]) => ({
    Action: "execute-api:Invoke",
    Effect: effect,
    Resource: resources.map((resource) => STAGE + resource),
  });
  const document = (...statements: object[]) => ({ Version: "2012-10-17", Statement: statements });

  it.each([
    ["GET /a", "GET/a", document(part("Allow", "GET/a"))],
    ["GET /a/{x}", "GET/a/1", document(part("Allow", "GET/a/?*"), part("Deny", "GET/a/*/*"))],
    ["!GET /a", "GET/a", document(part("Deny", "*"))],
    ["$connect", "$connect", document(part("Allow", "$connect"))],
    ["!$connect", "$connect", document(part("Deny", "*"))],
  ])("of %s, asked for %s", (routes, request, expected) => expect(compile(routes, request).policy).toEqual(expected));

  it("of a path as long as a resource may be holds it, and of a longer one only what else fits", () => {
    const fill = (length: number) => `GET/a/${"x".repeat(length - STAGE.length - "GET/a//b".length)}/b`;
    // A denial of the first route stands in the way of the second, which is therefore named for this request alone.
    const routes = "GET /a/{x}, GET /a/{x}/b";
    expect(compile(`${routes}, GET /c`, fill(512)).text).toBe(`${fill(512)} GET/c |`);
    expect(compile(`${routes}, GET /c`, fill(513)).text).toBe("GET/c |");
    expect(compile(routes, fill(512)).text).toBe(`${fill(512)} |`);
    expect(compile(routes, fill(513)).text).toBe("| *");
  });
});

describe("a policy that is asked for again", () => {
  /** Eight routes, of which any set may be open: so many kinds of principals. */
  const freshTable = () =>
    defineRoutes(Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map((bit) => [`GET /r${bit}`, "authenticated" as const])));
  const listOf = (table: RouteTable, kind: number, stage = STAGE) => {
    const isOpen = ({ key }: { readonly key: string }) => ((kind >> Number(key.at(-1))) & 1) === 1;
    return compilePolicy(table, isOpen, parseArn(`${stage}GET/none`)).Statement[0]?.Resource;
  };

  it("is made once, for each kind of principal", () => {
    const table = freshTable();
    const isMade = (kind: number) => makesPolicy(() => listOf(table, kind));
    expect([1, 2, 1, 2, 3].map(isMade)).toEqual([true, true, false, false, true]);
    expect(listOf(table, 3)).toEqual([`${STAGE}GET/r0`, `${STAGE}GET/r1`]);
  });

  it("is made anew for another stage", () => {
    const table = freshTable();
    const test = STAGE.replace("prod", "test");
    const isMade = (stage: string) => makesPolicy(() => listOf(table, 1, stage));
    expect([STAGE, STAGE, test, test, STAGE].map(isMade)).toEqual([true, false, true, false, true]);
    expect([listOf(table, 1), listOf(table, 1, test)]).toEqual([[`${STAGE}GET/r0`], [`${test}GET/r0`]]);
  });

  it("is remembered for two hundred kinds, and those asked for last", () => {
    const table = freshTable();
    const isMade = (kind: number) => makesPolicy(() => listOf(table, kind));
    for (let kind = 1; kind <= 200; kind++) isMade(kind);
    expect([1, 201, 1, 2].map(isMade)).toEqual([false, true, false, true]);
  });
});

describe("the routes that one policy cannot hold", () => {
  it.each([
    ["GET /a/{x}, GET /a/{x}/b, GET /a/{x}/c", ["GET /a/{x}"]],
    ["GET /a/{x}, GET /a/{x}/b", ["GET /a/{x}/b"]],
    ["GET /a/{rest+}, GET /a/{x}/b", []],
    ["GET /a/{x}, GET /a/{x}/{y}", []],
    ["ANY /a/{x}, ANY /a/{x}/b, ANY /a/{x}/c", ["ANY /a/{x}"]],
    ["GET /{x}/a, GET /{x}/{y}/a, GET /b", ["GET /{x}/{y}/a"]],
  ])("of %s are %j", (routes, expected) => {
    const table = defineRoutes(Object.fromEntries(routes.split(", ").map((key) => [key, "public" as const])));
    expect(routesLeftOut(table).map(({ key }) => key)).toEqual(expected);
  });
});
