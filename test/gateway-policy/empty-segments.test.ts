import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startReport } from "../../src/config/report.ts";
import { parseArn } from "../../src/gateway/arn.ts";
import { compilePolicy } from "../../src/gateway/policy/policy.ts";
import { checkRoutes } from "../../src/rules/define-routes.ts";
import type { RouteTable } from "../../src/rules/route-table.ts";
import { everyPath } from "./every-path.ts";
import { policyAllows, selectRoute } from "./reference.ts";

const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/";

/** A table of which the principal may reach what has no `!`. */
function tableOf(marked: readonly string[]) {
  const keys = marked.map((key) => key.replace("!", ""));
  const table = checkRoutes(Object.fromEntries(keys.map((key) => [key, "authenticated" as const])), startReport([]));
  return { table, open: new Set(marked.filter((key) => !key.startsWith("!"))) };
}

const isOpen = (table: RouteTable, open: ReadonlySet<string>, method: string, path: string) =>
  open.has(selectRoute(table, method, path)?.key ?? "none");

/** What becomes of every one of these requests when an answer made for one is replayed on them. */
function replay(marked: readonly string[], methods: readonly string[], paths: readonly string[], asked: string) {
  const { table, open } = tableOf(marked);
  const policy = compilePolicy(table, ({ key }) => open.has(key), parseArn(STAGE + asked));
  const [overGranted, refused]: [string[], string[]] = [[], []];
  for (const method of methods) {
    for (const path of paths) {
      const [is, should] = [policyAllows(policy, `${STAGE}${method}${path}`), isOpen(table, open, method, path)];
      if (is !== should) (is ? overGranted : refused).push(method + path);
    }
  }
  const listed = policy.Statement.map(({ Resource }) => Resource.map((resource) => resource.slice(STAGE.length)).join(" ")).join(" | ");
  return { overGranted, refused, listed };
}

describe("a greedy parameter takes empty segments and a slash at the end", () => {
  const paths = everyPath(["a", "b", "1", ""], 5);

  it.each([
    ["GET /{tenant}/{proxy+}", "GET/?*/?* | GET//*"],
    ["GET /{proxy+}", "GET/?*"],
    ["GET /a/{proxy+}", "GET/a/?*"],
    ["GET /a/{x}/{proxy+}", "GET/a/?*/?* | GET/a//*"],
    ["PUT /a/{proxy+}, GET /{x}/{proxy+}", "GET/?*/?* PUT/a/?* | GET//*"],
    ["GET /b, GET /a/{x}/{proxy+}, GET /b/{x}", "GET/b GET/a/?*/?* GET/b/?* | GET/a//* GET/b/*/*"],
  ])("in %s", (routes, expected) => {
    for (const asked of ["GET/a/b", "GET/a/b/", "GET/a/b//1", "DELETE/none"]) {
      const { overGranted, refused, listed } = replay(routes.split(", "), ["GET", "PUT"], paths, asked);
      expect(overGranted).toEqual([]);
      expect(refused).toEqual([]);
      expect(listed).toBe(expected);
    }
  });

  it("in every method, of ANY", () => {
    const { overGranted, refused } = replay(["ANY /{tenant}/{proxy+}"], ["GET", "PUT", "POST", "OPTIONS"], paths, "GET/acme/docs/");
    expect([overGranted, refused]).toEqual([[], []]);
  });

  it("but not in the place of a parameter before it, though with two of these more has to be refused", () => {
    const { overGranted, refused, listed } = replay(["GET /{x}/{y}/{proxy+}"], ["GET"], paths, "GET/none");
    expect(overGranted).toEqual([]);
    expect(listed).toBe("GET/?*/?*/?* | GET/?*//*/?* GET//*");
    // `/a//b/c` is nobody's, and a wildcard cannot tell `/1/a//b/c` from it.
    expect(refused.length > 0 && refused.every((request) => /^GET\/.+\/.+\/\/.*[^/]/.test(request) || /\/\/\/+$/.test(request))).toBe(true);
  });

  it("of a denied route too, though on other paths nothing is left to it", () => {
    const marked = ["!GET /a/{x}/{rest+}", "GET /a/{x}", "GET /{rest+}", "!GET /a/{rest+}"];
    const { overGranted, listed } = replay(marked, ["GET"], paths, "GET/none");
    expect(overGranted).toEqual([]);
    expect(listed).toBe("GET/?* | GET/a/?*/?* GET/a/?*/ GET/a//*");
  });

  it("by denials that serve all routes where those for each leave no room", () => {
    const names = Array.from({ length: 40 }, (_, index) => `GET /r${index}/{x}/{proxy+}`);
    const requests = names.map((key) => `/${key.slice("GET /".length).replace("{x}/{proxy+}", "1/2")}`);
    const { overGranted, refused, listed } = replay([...names, "GET /last"], ["GET"], [...requests, "/r1//2", "/last"], "GET/none");
    expect([overGranted, refused]).toEqual([[], []]);
    expect(listed.split(" | ")[1]?.split(" ")).toHaveLength(names.length);
    const more = Array.from({ length: 70 }, (_, index) => `GET /r${index}/{x}/{proxy+}`);
    const full = replay(more, ["GET"], ["/r69/1/2", "/r1/1/2", "/r1/1/2/", "/r69//2"], "GET/none");
    expect([full.overGranted, full.refused, full.listed.split(" | ")[1]]).toEqual([[], [], "*//*"]);
  });
});

const segment = fc.oneof({ weight: 3, arbitrary: fc.constantFrom("a", "b") }, { weight: 3, arbitrary: fc.constant("{}") });
const routeKey = fc
  .tuple(fc.constantFrom("GET", "POST", "ANY"), fc.array(segment, { maxLength: 3 }), fc.boolean(), fc.boolean())
  .map(([method, segments, isGreedy, isOpen]) => {
    const named = segments.map((part, index) => (part === "{}" ? `{p${index}}` : part));
    return `${isOpen ? "" : "!"}${method} /${[...named, ...(isGreedy ? ["{rest+}"] : [])].join("/")}`;
  });
const tables = fc.uniqueArray(
  fc.oneof({ weight: 12, arbitrary: routeKey }, { weight: 1, arbitrary: fc.constantFrom("$default", "!$default") }),
  {
    selector: (key) => key.replace("!", ""),
    minLength: 1,
    maxLength: 10,
  },
);

it("nothing is allowed that the table denies, on whatever path with empty segments and slashes at the end", () => {
  const paths = everyPath(["a", "b", "z", ""], 5);
  fc.assert(
    fc.property(tables, fc.constantFrom("GET", "POST"), fc.constantFrom(...paths), (marked, method, path) => {
      expect(replay(marked, ["GET", "POST"], paths, method + path).overGranted).toEqual([]);
    }),
    { numRuns: 120 },
  );
});

it("everything is allowed that the table allows, in tables without overlap, empty segments and slashes at the end included", () => {
  const ends = ["", "/{x}", "/{x}/y", "/y/{x}", "/{x+}", "/y/{x+}", "/{x}/{y}", "/{x}/{rest+}", "/y/{x}/{rest+}"];
  const distinct = fc.uniqueArray(
    fc.tuple(fc.constantFrom("GET", "POST", "ANY"), fc.nat(3), fc.constantFrom(...ends), fc.constantFrom("", "", "!")),
    { selector: ([, name]) => name, minLength: 1 },
  );
  const behind = everyPath(["y", "v", ""], 4);
  const paths = ["/", "//", "/y", ...[0, 1, 2, 3].flatMap((name) => [`/r${name}`, ...behind.map((path) => `/r${name}${path}`)])];
  fc.assert(
    fc.property(distinct, fc.constantFrom(...paths), (parts, asked) => {
      const marked = parts.map(([method, name, end, mark]) => `${mark}${method} /r${name}${end}`);
      const { overGranted, refused } = replay(marked, ["GET", "POST", "HEAD"], paths, `GET${asked}`);
      expect([overGranted, refused]).toEqual([[], []]);
    }),
    { numRuns: 100 },
  );
});
