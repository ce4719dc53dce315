import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startReport } from "../../src/config/report.ts";
import { pathSearch } from "../../src/gateway/policy/path-search.ts";
import { safeGrant } from "../../src/gateway/policy/policy-resources.ts";
import { DEAD, resourceMachine } from "../../src/gateway/policy/resource-machine.ts";
import { matchesResource } from "../../src/gateway/policy/resource-match.ts";
import { worldsOf } from "../../src/gateway/policy/world.ts";
import { checkRoutes } from "../../src/rules/define-routes.ts";
import { METHODS } from "../../src/rules/route-key.ts";
import { everyPath } from "./every-path.ts";
import { selectRoute } from "./reference.ts";

const piece = fc.constantFrom("a", "b", "", "*", "*", "?*", "?*");
const resourceOf = (pieces: number) =>
  fc
    .tuple(fc.constantFrom("GET", "POST", "PUT", "*", "???"), fc.array(piece, { minLength: 1, maxLength: pieces }))
    .map(([method, parts]) => [method, ...parts].join("/"));
const resource = resourceOf(4);
const paths = everyPath(["a", "b", "z", ""], 5);

describe("a resource followed segment by segment", () => {
  it("matches what it matches as a text", () => {
    fc.assert(
      fc.property(resource, fc.constantFrom(...METHODS), fc.constantFrom(...paths), (text, method, path) => {
        const machine = resourceMachine(text);
        const state = `${method}${path}`.split("/").reduce((at, segment) => machine.step(at, segment), machine.start);
        const matches = matchesResource(text, method + path);
        expect(machine.accepts(state)).toBe(matches);
        if (state === DEAD) expect(matches || matchesResource(text, `${method}${path}/a`)).toBe(false);
        if (machine.acceptsAll(state)) expect(matchesResource(text, `${method}${path}//z/`)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it("names what leads on", () => {
    const machine = resourceMachine("GET/a/?*");
    const states = ["GET", "a", "x"].reduce((list, segment) => [...list, machine.step(list.at(-1) ?? DEAD, segment)], [machine.start]);
    expect(states.map((state) => [machine.literals(state), machine.isOpen(state)])).toEqual([
      [["GET"], false],
      [["a"], false],
      [[], true],
      [[], true],
    ]);
    expect(machine.step(machine.start, "POST")).toBe(DEAD);
  });
});

const routeKey = fc
  .tuple(fc.constantFrom("GET", "POST", "ANY"), fc.array(fc.constantFrom("a", "b", "{}"), { maxLength: 2 }), fc.nat(2), fc.boolean())
  .map(([method, segments, greedy, isOpen]): readonly [key: string, isOpen: boolean] => {
    const named = segments.map((part, index) => (part === "{}" ? `{p${index}}` : part));
    return [`${method} /${[...named, ...(greedy === 0 ? ["{rest+}"] : [])].join("/")}`, isOpen];
  });
const anyKey = fc.oneof(
  { weight: 9, arbitrary: routeKey },
  { weight: 1, arbitrary: fc.boolean().map((isOpen): readonly [key: string, isOpen: boolean] => ["$default", isOpen]) },
);
const tables = fc.uniqueArray(anyKey, { selector: ([key]) => key, minLength: 1, maxLength: 8 });
const few = resourceOf(2);
/** So long that what resources of two parts and routes of three have in common is among them. */
const longPaths = everyPath(["a", "b", "z", ""], 6);

it("finds what there is to be found, and nothing else", () => {
  const counts = { overGrants: 0, none: 0 };
  fc.assert(
    fc.property(
      tables,
      few,
      fc.array(few, { minLength: 1, maxLength: 4 }),
      fc.array(resourceOf(3), { maxLength: 4 }),
      (entries, within, allow, deny) => {
        const table = checkRoutes(Object.fromEntries(entries.map(([key]) => [key, "public" as const])), startReport([]));
        const mayReach = new Map(entries);
        const reachable = new Set([...table.routes.values()].filter(({ key }) => mayReach.get(key)));
        const isReachable = (method: string, path: string) => {
          const route = selectRoute(table, method, path);
          return route !== null && reachable.has(route);
        };
        const inside = METHODS.flatMap((method) => longPaths.map((path) => ({ method, path, text: method + path }))).filter(({ text }) =>
          matchesResource(within, text),
        );
        const matches = (list: readonly string[], text: string) => list.some((each) => matchesResource(each, text));
        const overGranted = inside
          .filter(({ text }) => matches(allow, text) && !matches(deny, text))
          .some(({ method, path }) => !isReachable(method, path));
        const search = pathSearch(worldsOf(table), reachable);
        for (let round = 0; round < 2; round += 1) {
          expect(search.findsOverGrant({ within, allow, deny })).toBe(overGranted);
          expect(search.findsReachable(within)).toBe(inside.some(({ method, path }) => isReachable(method, path)));
        }
        // A denial of what was found makes it look for something else.
        expect(search.findsOverGrant({ within, allow, deny: [...deny, "*"] })).toBe(false);
        counts[overGranted ? "overGrants" : "none"] += 1;
      },
    ),
    { numRuns: 150 },
  );
  expect(Math.min(counts.overGrants, counts.none)).toBeGreaterThan(20);
});

describe("a grant whose denials are not enough", () => {
  const table = checkRoutes({ "GET /a/{x}/{rest+}": "public" }, startReport([]));
  const search = pathSearch(worldsOf(table), new Set(table.routes.values()));

  it("is denied every path with empty segments, if that will do", () => {
    expect(safeGrant(["GET/a/?*/?*"], ["GET/a//*"], search)).toEqual([{ allow: ["GET/a/?*/?*"], deny: ["GET/a//*"] }]);
    expect(safeGrant(["GET/a/?*/?*"], ["GET/b/?*"], search)).toEqual([{ allow: ["GET/a/?*/?*"], deny: ["*//*"] }]);
  });

  it("is left out, if it will not", () => {
    expect(safeGrant(["GET/a/?*"], ["GET/a//*"], search)).toEqual([]);
    expect(safeGrant(["???/a/?*/?*"], ["*//*"], search)).toEqual([]);
  });
});

it("a search that is given up allows nothing that it would have had to look at", () => {
  const { routes } = checkRoutes({ "GET /a": "public", "GET /a/{x}": "public", "GET /b": "public" }, startReport([]));
  const reachable = new Set([...routes.values()].filter(({ key }) => key !== "GET /b"));
  const [finished, givenUp] = [pathSearch(worldsOf({ routes }), reachable), pathSearch(worldsOf({ routes }), reachable, 2)];
  const [allow, deny] = [["GET/a/?*"], ["GET/a/*/*"]];
  expect(safeGrant(allow, deny, finished)).toEqual([{ allow, deny }]);
  expect(safeGrant(allow, deny, givenUp)).toEqual([]);
  expect(safeGrant(["GET/a"], [], givenUp)).toEqual([{ allow: ["GET/a"], deny: [] }]);
  expect([givenUp.findsReachable("GET/x"), finished.findsReachable("GET/x")]).toEqual([true, false]);
});
