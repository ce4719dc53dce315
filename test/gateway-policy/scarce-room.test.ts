import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startReport } from "../../src/config/report.ts";
import { parseArn } from "../../src/gateway/arn.ts";
import { compilePolicy } from "../../src/gateway/policy/policy.ts";
import { routesLeftOut } from "../../src/gateway/policy/routes-left-out.ts";
import { checkRoutes, defineRoutes } from "../../src/rules/define-routes.ts";
import { METHODS } from "../../src/rules/route-key.ts";
import { everyPath } from "./every-path.ts";
import { policyAllows, selectRoute } from "./reference.ts";

const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/";
/** So long a name that a policy has room for some twenty resources. */
const LONG_STAGE = STAGE.replace("prod", "p".repeat(300));

const tableOf = (keys: readonly string[]) => checkRoutes(Object.fromEntries(keys.map((key) => [key, "public" as const])), startReport([]));
const policyFor = (keys: readonly string[], stage: string, request = "GET/none") =>
  compilePolicy(tableOf(keys), () => true, parseArn(stage + request));
const listOf = (keys: readonly string[], stage: string, effect: string) =>
  policyFor(keys, stage)
    .Statement.filter(({ Effect }) => Effect === effect)
    .flatMap(({ Resource }) => Resource.map((resource) => resource.slice(stage.length)));
const many = (count: number, key: (index: number) => string) => Array.from({ length: count }, (_, index) => key(index));

describe("what is allowed in every method", () => {
  const flat = many(12, (index) => `ANY /r${index}`);

  it("is six resources where there is room, and one where there is not", () => {
    expect(listOf(flat, STAGE, "Allow")).toHaveLength(72);
    expect(listOf(flat, LONG_STAGE, "Allow")).toEqual(many(12, (index) => `*/r${index}`));
    expect(listOf(flat, LONG_STAGE, "Deny")).toEqual(["*/*/*"]);
  });

  it("is one resource with parameters too", () => {
    const keys = many(8, (index) => `ANY /r${index}/{id}`);
    expect(listOf(keys, LONG_STAGE, "Allow")).toEqual(many(8, (index) => `*/r${index}/?*`));
    expect(listOf(keys, LONG_STAGE, "Deny")).toEqual(["*/*/*/*"]);
  });

  it("is not, where a longer path is reachable in any method", () => {
    for (const deeper of ["POST /a/b", "GET /a/{x}/c", "PUT /{x+}", "$default"]) {
      expect(listOf([...flat, deeper], LONG_STAGE, "Allow").filter((resource) => resource.startsWith("*/r"))).toEqual([]);
    }
  });

  it("is not, where the table names each method and has no ANY, or where a method is denied", () => {
    const spelled = flat.flatMap((key) => METHODS.map((method) => key.replace("ANY", method)));
    expect(listOf(spelled, LONG_STAGE, "Allow").some((resource) => resource.startsWith("*"))).toBe(false);
    const table = defineRoutes(
      Object.fromEntries([...flat, "GET /r1"].map((key) => [key, key === "GET /r1" ? "authenticated" : "public"])),
    );
    const policy = compilePolicy(table, ({ rule }) => rule.kind === "public", parseArn(`${LONG_STAGE}GET/none`));
    const allowed = policy.Statement[0]?.Resource.map((resource) => resource.slice(LONG_STAGE.length));
    expect([allowed?.includes("*/r0"), allowed?.includes("*/r1")]).toEqual([true, false]);
    expect(policyAllows(policy, `${LONG_STAGE}GET/r1`)).toBe(false);
  });

  it("is never the root, whose slash ends other paths", () => {
    expect(listOf(["ANY /", ...flat], LONG_STAGE, "Allow")).not.toContain("*/");
  });
});

const routeKey = fc
  .tuple(fc.constantFrom("GET", "ANY", "ANY"), fc.array(fc.constantFrom("a", "b", "c", "{}"), { maxLength: 3 }), fc.nat(5), fc.boolean())
  .map(([method, segments, greedy, isOpen]): readonly [key: string, isOpen: boolean] => {
    const named = segments.map((part, index) => (part === "{}" ? `{p${index}}` : part));
    return [`${method} /${[...named, ...(greedy === 0 ? ["{rest+}"] : [])].join("/")}`, isOpen];
  });
const tables = fc.uniqueArray(routeKey, { selector: ([key]) => key, minLength: 4, maxLength: 14 });

it("nothing is allowed that the table denies where room is scarce either, and the request always if the table allows it", () => {
  const requests = ["GET", "POST", "PATCH"].flatMap((method) => everyPath(["a", "b", "z", ""], 4).map((path) => ({ method, path })));
  let shortened = 0;
  fc.assert(
    fc.property(tables, fc.constantFrom(...requests), (entries, asked) => {
      const table = checkRoutes(Object.fromEntries(entries.map(([key]) => [key, "public" as const])), startReport([]));
      const open = new Set(entries.filter(([, isOpen]) => isOpen).map(([key]) => key));
      const isOpen = ({ method, path }: typeof asked) => open.has(selectRoute(table, method, path)?.key ?? "none");
      const policy = compilePolicy(table, ({ key }) => open.has(key), parseArn(LONG_STAGE + asked.method + asked.path));
      const granted = requests.filter((request) => policyAllows(policy, LONG_STAGE + request.method + request.path));
      expect(granted.filter((request) => !isOpen(request))).toEqual([]);
      expect(granted.includes(asked)).toBe(isOpen(asked));
      if (policy.Statement[0]?.Resource.some((resource) => resource.startsWith(`${LONG_STAGE}*/`))) shortened += 1;
    }),
    { numRuns: 200, seed: 5 },
  );
  expect(shortened).toBeGreaterThan(10);
});

describe("the routes that there is no room for", () => {
  it("are named beside those that denials exclude", () => {
    expect(routesLeftOut(tableOf(many(80, (index) => `GET /r${index}`)))).toEqual([]);
    const keys = many(300, (index) => `GET /r${index}`);
    const left = routesLeftOut(tableOf(keys)).map(({ key }) => key);
    expect(left.length).toBeGreaterThan(180);
    expect(left).toEqual(keys.slice(-left.length));
    expect(routesLeftOut(tableOf(["GET /r/{x}", "GET /r/{x}/y", ...keys])).map(({ key }) => key)).toContain("GET /r/{x}/y");
  });

  it("are counted with all that ANY stands for", () => {
    const mixed = many(60, (index) => `ANY /r${index}`).concat("GET /a/{x}/c");
    const left = routesLeftOut(tableOf(mixed)).length;
    expect(left).toBeGreaterThan(40);
    expect(routesLeftOut(tableOf(["ANY /{tenant}/{proxy+}"]))).toEqual([]);
  });
});
