import { describe, expect, it } from "vitest";
import { ONE, REST } from "../../src/gateway/policy/pattern.ts";
import { viewOf, worldsOf } from "../../src/gateway/policy/world.ts";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import type { RouteTable } from "../../src/rules/route-table.ts";

const tableOf = (...keys: string[]) => defineRoutes(Object.fromEntries(keys.map((key) => [key, "public" as const])));
const shapesOf = (table: RouteTable) =>
  worldsOf(table).map(({ methods, shapes }) => [methods.join(), ...shapes.map(({ tokens, route }) => [route.key, tokens])]);

describe("the paths of a method", () => {
  it("are told apart by their segments", () => {
    const [world] = worldsOf(tableOf("ANY /ab/c", "ANY /a/bc"));
    expect(world?.shapes.map(({ tokens }) => tokens)).toEqual([
      ["ab", "c"],
      ["a", "bc"],
    ]);
  });

  it("are told apart where a segment is a number", () => {
    const [world] = worldsOf(tableOf("ANY /a/{x}", "ANY /a/1", "ANY /a/{rest+}", "ANY /a/2"));
    expect(world?.shapes.map(({ tokens }) => tokens)).toEqual([
      ["a", ONE],
      ["a", "1"],
      ["a", REST],
      ["a", "2"],
    ]);
  });

  it("are those of its own routes before those of ANY, and no others", () => {
    expect(shapesOf(tableOf("ANY /a", "GET /a", "GET /b", "$connect"))).toEqual([
      ["DELETE,HEAD,OPTIONS,PATCH,POST,PUT", ["ANY /a", ["a"]]],
      ["GET", ["GET /a", ["a"]], ["GET /b", ["b"]]],
    ]);
  });

  it.each<[string[], unknown[]]>([
    [
      [],
      [
        ["$default", []],
        ["$default", [REST]],
      ],
    ],
    [
      ["ANY /a"],
      [
        ["ANY /a", ["a"]],
        ["$default", []],
        ["$default", [REST]],
      ],
    ],
    [
      ["ANY /a", "ANY /"],
      [
        ["ANY /a", ["a"]],
        ["ANY /", []],
        ["$default", [REST]],
      ],
    ],
    [
      ["ANY /{rest+}"],
      [
        ["ANY /{rest+}", [REST]],
        ["$default", []],
      ],
    ],
    [
      ["ANY /{rest+}", "ANY /"],
      [
        ["ANY /{rest+}", [REST]],
        ["ANY /", []],
      ],
    ],
    [
      ["ANY /a/{rest+}", "ANY /{x}"],
      [
        ["ANY /a/{rest+}", ["a", REST]],
        ["ANY /{x}", [ONE]],
        ["$default", []],
        ["$default", [REST]],
      ],
    ],
  ])("beside %j leave to $default what they do not take", (keys, shapes) => {
    expect(shapesOf(tableOf(...keys, "$default"))).toEqual([["DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT", ...shapes]]);
  });
});

describe("what a denial takes from the reachable routes", () => {
  const table = tableOf("ANY /a/{x}", "ANY /a/{x}/b", "ANY /c/{rest+}");
  const [world] = worldsOf(table);
  if (world === undefined) throw new Error("a table has a world");
  const view = viewOf(world, new Set(table.routes.values()));
  const lost = (...pattern: (string | number)[]) => [...view.lossOf(pattern)].map(([{ route }, part]) => [route.key, part]);

  it("is all of a route or part of it", () => {
    expect(lost("a", 1)).toEqual([
      ["ANY /a/{x}", 1],
      ["ANY /a/{x}/b", 1],
    ]);
    expect(lost("a", "b")).toEqual([["ANY /a/{x}", 0.25]]);
    expect(lost("c", 2)).toEqual([["ANY /c/{rest+}", 0.25]]);
    expect(lost("d")).toEqual([]);
  });

  it("is worked out once for each pattern", () => {
    expect(view.lossOf(["a", 1])).toBe(view.lossOf(["a", 1]));
    expect(view.lossOf(["a", 1])).not.toBe(view.lossOf(["a", 2]));
  });
});
