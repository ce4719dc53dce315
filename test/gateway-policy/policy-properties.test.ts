import fc from "fast-check";
import { expect, it } from "vitest";
import { startReport } from "../../src/config/report.ts";
import { parseArn } from "../../src/gateway/arn.ts";
import { compilePolicy } from "../../src/gateway/policy/policy.ts";
import { documentOf } from "../../src/gateway/policy/policy-document.ts";
import { indexResources, matchesResource } from "../../src/gateway/policy/resource-match.ts";
import { checkRoutes } from "../../src/rules/define-routes.ts";
import { matchRoute } from "../../src/rules/match-route.ts";
import type { Route, RouteTable } from "../../src/rules/route-table.ts";
import { policyAllows, selectRoute } from "./reference.ts";

const STAGE = "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abc123/prod/";

/** Few names, so that routes overlap and nest densely; one looks like a number. */
const routeKey = fc
  .tuple(
    fc.constantFrom("GET", "POST", "PUT", "ANY"),
    fc.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom("a", "b", "1") }, { weight: 3, arbitrary: fc.constant("{}") }), {
      maxLength: 4,
    }),
    fc.nat(3),
  )
  .map(([method, segments, greedy]) => {
    const named = segments.map((segment, index) => (segment === "{}" ? `{p${index}}` : segment));
    return `${method} /${[...named, ...(greedy === 0 ? ["{rest+}"] : [])].join("/")}`;
  });

/** Any path over those names, one that no route has, odd characters and empty segments. */
const anyRequest = fc
  .tuple(
    fc.constantFrom("GET", "POST", "PUT", "DELETE"),
    fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom("a", "b", "1", "z") },
        { weight: 1, arbitrary: fc.constantFrom("", "*", "?", "%2f", ":", "a*") },
      ),
      {
        maxLength: 6,
      },
    ),
  )
  .map(([method, segments]): Request => ({ method, path: `/${segments.join("/")}` }));

interface Request {
  readonly method: string;
  readonly path: string;
}

interface Case {
  readonly table: RouteTable;
  readonly allowed: ReadonlySet<Route>;
  /** Answers to these are cached and then applied to all of `replayed`. */
  readonly asked: readonly Request[];
  readonly replayed: readonly Request[];
}

/** Tables of so many routes at most; `others`: requests beside those made for each route. */
const casesOf = (size: number, others: number) =>
  fc
    .tuple(
      fc.uniqueArray(
        fc.tuple(fc.oneof({ weight: 15, arbitrary: routeKey }, { weight: 1, arbitrary: fc.constant("$default") }), fc.boolean()),
        {
          selector: ([key]) => key,
          minLength: 1,
          maxLength: size,
        },
      ),
      fc.array(anyRequest, { minLength: others, maxLength: others }),
      fc.array(fc.nat(1_000), { minLength: 3, maxLength: 3 }),
    )
    .map(([entries, requests, picks]): Case => {
      const table = checkRoutes(Object.fromEntries(entries.map(([key]) => [key, "authenticated" as const])), startReport([]));
      const mayReach = new Map(entries);
      const allowed = new Set([...table.routes.values()].filter(({ key }) => mayReach.get(key)));
      const replayed = [...[...table.routes.values()].flatMap(requestsOf), ...requests];
      return { table, allowed, replayed, asked: picks.map((pick) => replayed[pick % replayed.length] as Request) };
    });

/** As dense as it gets: a naive list of patterns allows one in eight requests too many here. */
const cases = casesOf(24, 25);

/** Requests made for a route, so that every route of a table is asked for. */
function requestsOf({ method, segments }: Route): Request[] {
  if (method === null) return [];
  return [["v1", "x/y"] as const, ["a", "b"] as const].map(([parameter, rest]) => ({
    method: method === "ANY" ? "GET" : method,
    path: `/${segments.map((segment) => (segment.endsWith("+}") ? rest : segment.startsWith("{") ? parameter : segment)).join("/")}`,
  }));
}

const isReachable = ({ table, allowed }: Case, { method, path }: Request) => {
  const route = selectRoute(table, method, path);
  return route !== null && allowed.has(route);
};
const arnOf = ({ method, path }: Request) => `${STAGE}${method}${path}`;
const policyFor = ({ table, allowed }: Case, request: Request) =>
  compilePolicy(table, (route) => allowed.has(route), parseArn(arnOf(request)));

it("selects the route that API Gateway selects", () => {
  fc.assert(
    fc.property(cases, ({ table, replayed }) => {
      for (const { method, path } of replayed) expect(matchRoute(table, method, path)?.key).toBe(selectRoute(table, method, path)?.key);
    }),
    { numRuns: 300 },
  );
});

it("never allows a request that the table denies, whatever request the policy was made for", () => {
  fc.assert(
    fc.property(cases, (each) => {
      for (const asked of each.asked) {
        const policy = policyFor(each, asked);
        const granted = each.replayed.filter((request) => policyAllows(policy, arnOf(request)) && !isReachable(each, request));
        expect(granted).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});

it("always allows the very request it was made for, if the table does", () => {
  fc.assert(
    fc.property(cases, (each) => {
      for (const asked of each.asked) expect(policyAllows(policyFor(each, asked), arnOf(asked))).toBe(isReachable(each, asked));
    }),
    { numRuns: 300 },
  );
});

/** What becomes of requests when an answer made for one of them is replayed on all. */
function replay(each: Case, asked: Request) {
  const policy = policyFor(each, asked);
  const naive = [...each.allowed].filter(({ method }) => method !== null).map(naivePattern);
  const wanted = each.replayed.filter((request) => isReachable(each, request));
  const isAsked = ({ method, path }: Request) => method === asked.method && path === asked.path;
  return {
    replayed: each.replayed.length,
    wanted: wanted.length,
    granted: wanted.filter((request) => policyAllows(policy, arnOf(request))).length,
    exact: wanted.filter(isAsked).length,
    overGranted: each.replayed.filter(
      (request) => !isReachable(each, request) && naive.some((pattern) => matchesResource(pattern, request.method + request.path)),
    ).length,
  };
}

const naivePattern = ({ method, segments }: Route) =>
  `${method === "ANY" ? "*" : method}/${segments.map((segment) => (segment.startsWith("{") ? "*" : segment)).join("/")}`;

it.each([
  ["dense", casesOf(8, 6), 0.93],
  ["very dense", cases, 0.88],
] as const)("allows most of what the table allows when a cached answer is replayed: %s random tables", (name, arbitrary, least) => {
  const sums = { replayed: 0, wanted: 0, granted: 0, exact: 0, overGranted: 0 };
  for (const each of fc.sample(arbitrary, { numRuns: 500, seed: 7 }))
    for (const asked of each.asked)
      for (const [what, count] of Object.entries(replay(each, asked))) sums[what as keyof typeof sums] += count;
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
  console.info(
    `${name} random tables: ${share(sums.granted, sums.wanted)} of replayed allowed requests are allowed; ` +
      `exact ARNs would refuse ${share(sums.wanted - sums.exact, sums.wanted)}, a naive list would over-grant ${share(sums.overGranted, sums.replayed)} of all`,
  );
  expect(sums.granted / sums.wanted).toBeGreaterThan(least);
});

it("allows everything the table allows in tables without overlap, in every method and at every depth", () => {
  const distinct = fc.uniqueArray(
    fc.tuple(fc.constantFrom("GET", "POST", "ANY"), fc.nat(5), fc.constantFrom("", "/{x}", "/{x}/y", "/y/{x}", "/{x+}")),
    {
      selector: ([, name]) => name,
      minLength: 1,
    },
  );
  fc.assert(
    fc.property(distinct, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (parts, may) => {
      const keys = parts.map(([method, name, rest]) => `${method} /r${name}${rest}`);
      const table = checkRoutes(Object.fromEntries(keys.map((key) => [key, "authenticated" as const])), startReport([]));
      const routes = [...table.routes.values()];
      const allowed = new Set(routes.filter((_, index) => may[index]));
      const requests = routes.flatMap(requestsOf);
      const each: Case = { table, allowed, asked: requests, replayed: requests };
      for (const asked of requests) {
        const policy = policyFor(each, asked);
        for (const request of requests) expect(policyAllows(policy, arnOf(request))).toBe(isReachable(each, request));
      }
    }),
    { numRuns: 200 },
  );
});

it("matches resources as IAM does", () => {
  const text = fc.array(fc.constantFrom("a", "b", "/", "*", "?"), { maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, text, (resource, subject) => {
      expect(matchesResource(resource, subject)).toBe(policyAllows(documentOf([resource], []), subject));
    }),
    { numRuns: 2_000 },
  );
});

it("finds the same resources by index as one by one", () => {
  const piece = fc.constantFrom("GET", "POST", "a", "b", "ab", "?*", "*", "?", "???", "", "a?", "*b");
  const resource = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join("/"));
  const text = fc.array(fc.constantFrom("GET", "POST", "a", "b", "ab", "", "*", "?"), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.uniqueArray(resource, { maxLength: 12 }), fc.array(text, { minLength: 1, maxLength: 6 }), (resources, texts) => {
      const find = indexResources(resources.map((each) => [each, each]));
      for (const parts of texts) {
        const asked = parts.join("/");
        expect(find(asked).toSorted()).toEqual(resources.filter((each) => matchesResource(each, asked)).toSorted());
      }
    }),
    { numRuns: 1_000 },
  );
});
