import { describe, expect, it } from "vitest";
import { parseArn } from "../../src/gateway/arn.ts";
import { pathSearch } from "../../src/gateway/policy/path-search.ts";
import { compilePolicy, compilePolicyByRule } from "../../src/gateway/policy/policy.ts";
import { documentOf } from "../../src/gateway/policy/policy-document.ts";
import { compileResources } from "../../src/gateway/policy/policy-resources.ts";
import { worldsOf } from "../../src/gateway/policy/world.ts";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import type { Route, RouteTable } from "../../src/rules/route-table.ts";
import { makesPolicy } from "./makes-policy.ts";

const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/";
const tableOf = (...keys: string[]) => defineRoutes(Object.fromEntries(keys.map((key) => [key, "public" as const])));
const policyFor = (table: RouteTable, request = "DELETE/none") => compilePolicy(table, () => true, parseArn(STAGE + request));
const listOf = (table: RouteTable, effect: string, request?: string) =>
  policyFor(table, request).Statement.find(({ Effect }) => Effect === effect)?.Resource;

/** A route without parameters whose resource has so many characters. */
const routeOfSize = (size: number, fill: string) => `GET /${fill.repeat(size - STAGE.length - "GET/".length)}`;

describe("a policy that is nearly full", () => {
  /** What the longest exact resource and the document itself leave of 8,192 bytes; each resource comes with quotes and a comma. */
  const room = 8_192 - 512 - JSON.stringify(documentOf([""], [""])).length;
  const needed = (resources: readonly string[]) => resources.reduce((sum, resource) => sum + STAGE.length + resource.length + 3, 0);

  /** Routes that need exactly so much room, but for the given ones' part of it. */
  function fillers(size: number): string[] {
    const whole = Math.floor(size / 515) - 1;
    const rest = size - whole * 515;
    const sizes = [...Array<number>(whole).fill(512), Math.floor(rest / 2) - 3, Math.ceil(rest / 2) - 3];
    return sizes.map((length, index) => routeOfSize(length, String.fromCodePoint(97 + index)));
  }

  it("is filled to the last byte, and not beyond it", () => {
    const [exact, oneMore] = [tableOf(...fillers(room)), tableOf(...fillers(room + 1))];
    expect(listOf(exact, "Allow")).toHaveLength(exact.routes.size);
    expect(listOf(oneMore, "Allow")).toHaveLength(oneMore.routes.size - 1);
  });

  it("counts a denial that several routes need once", () => {
    const resources = ["GET/1/?*/?*", "GET/2/?*/?*", "*//*"];
    const routes = ["GET /1/{x}/{rest+}", "GET /2/{x}/{rest+}"];
    const table = tableOf(...routes, ...fillers(room - needed(resources)));
    expect(listOf(table, "Deny")).toEqual([STAGE + resources[2]]);
    expect(listOf(table, "Allow")).toHaveLength(table.routes.size);
    const oneMore = tableOf(...routes, ...fillers(room - needed(resources) + 1));
    expect(listOf(oneMore, "Allow")).toHaveLength(oneMore.routes.size - 1);
  });

  it("stays within 8,192 bytes with the longest resource of a request beside it", () => {
    const stuck = ["GET /1/{x}", "GET /1/{x}/b"];
    const deny = ["GET/2/*/*"];
    const table = tableOf("GET /2/{x}", ...stuck, ...fillers(room - needed(["GET/2/?*", ...deny])));
    const request = `GET/1/${"x".repeat(512 - STAGE.length - "GET/1//b".length)}/b`;
    const policy = policyFor(table, request);
    expect(policy.Statement.map(({ Resource }) => Resource.length)).toEqual([table.routes.size - 1, 1]);
    expect(policy.Statement[0]?.Resource[0]).toBe(STAGE + request);
    expect(JSON.stringify(policy).length).toBe(8_192 - 3);
  });
});

describe("a resource of 512 characters", () => {
  it("is the longest that a policy holds", () => {
    const [longest, tooLong] = [routeOfSize(512, "x"), routeOfSize(513, "y")];
    expect(listOf(tableOf(longest, tooLong), "Allow")).toEqual([STAGE + longest.replace(" /", "/")]);
  });

  it("keeps its route out where the denial that comes with it is longer", () => {
    const path = "x".repeat(512 - STAGE.length - "GET//?*".length);
    expect(listOf(tableOf(`GET /${path}/{id}`, "GET /a"), "Allow")).toEqual([`${STAGE}GET/a`]);
    expect(listOf(tableOf(`GET /${path.slice(1)}/{id}`, "GET /a"), "Allow")).toEqual([`${STAGE}GET/${path.slice(1)}/?*`, `${STAGE}GET/a`]);
  });
});

describe("the policies of one principal for requests that denials stand in the way of", () => {
  /** Of each pair the second route is left out: a denial of the first takes it away. */
  const pairs = Array.from({ length: 210 }, (_, index) => [`GET /r${index}/{x}`, `GET /r${index}/{x}/b`]).flat();
  const isMade = (table: RouteTable, index: number) => makesPolicy(() => policyFor(table, `GET/r${index}/1/b`));

  it("are remembered, two hundred of them with the usual one", () => {
    const table = tableOf(...pairs);
    for (let index = 0; index < 199; index++) isMade(table, index);
    expect([0, 198].map((index) => isMade(table, index))).toEqual([false, false]);
  });

  it("are forgotten when there are more", () => {
    const table = tableOf(...pairs);
    for (let index = 0; index < 201; index++) isMade(table, index);
    expect([0, 0].map((index) => isMade(table, index))).toEqual([true, false]);
  });

  it("are the usual one where none stands in the way", () => {
    const long = "x".repeat(512 - STAGE.length - "GET//?*".length);
    const table = tableOf("GET /a/{x}/b", `GET /${long}/{x}`);
    const usual = policyFor(table).Statement;
    expect(makesPolicy(() => policyFor(table, `GET/${long}/1`))).toBe(false);
    const [allow, deny] = policyFor(table, `GET/${long}/1`).Statement;
    expect(allow?.Resource).toEqual([`${STAGE}GET/${long}/1`, ...(usual[0]?.Resource ?? [])]);
    expect(deny).toEqual(usual[1]);
  });
});

describe("routes that are said to be allowed together", () => {
  const table = defineRoutes({ "GET /a": "public", "GET /b": "authenticated", "GET /c": "public" });
  const [a, b, c] = [...table.routes.values()] as [Route, Route, Route];

  it("are by their rules, with the same policy as each for itself", () => {
    for (const kind of ["public", "authenticated", "none"]) {
      const allowed = ({ rule }: Route) => rule.kind === kind;
      for (const request of ["GET/a", "GET/b", "GET/none"]) {
        const arn = parseArn(STAGE + request);
        expect(compilePolicyByRule(table, allowed, arn)).toEqual(compilePolicy(table, allowed, arn));
      }
    }
  });

  it("are nothing to a principal who may not reach the one that is asked for", () => {
    const policy = compilePolicy(table, (route) => route !== b, parseArn(`${STAGE}GET/b`), [[a, b, c]]);
    expect(policy.Statement.map(({ Effect, Resource }) => [Effect, ...Resource])).toEqual([["Deny", `${STAGE}*`]]);
  });
});

it("a table is taken apart once, however many kinds of principals ask", () => {
  const keys = ["GET /a", "GET /b/{x}"];
  const routes = new Map(tableOf(...keys).routes);
  let readings = 0;
  routes.values = () => {
    readings += 1;
    return Map.prototype.values.call(routes);
  };
  const table = { routes };
  const allOf = (...wanted: string[]) => {
    const reachable = new Set(wanted.map((key) => routes.get(key) as Route));
    return compileResources(table, reachable, pathSearch(worldsOf(table), reachable));
  };
  expect(allOf(...keys).flatMap(({ allow }) => allow)).toEqual(["GET/a", "GET/b/?*"]);
  const once = readings;
  expect(allOf("GET /a").flatMap(({ allow }) => allow)).toEqual(["GET/a"]);
  expect([once > 0, readings]).toEqual([true, once]);
});
