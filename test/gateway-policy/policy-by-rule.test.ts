import fc from "fast-check";
import { expect, it } from "vitest";
import { startReport } from "../../src/config/report.ts";
import { parseArn } from "../../src/gateway/arn.ts";
import { compilePolicyByRule } from "../../src/gateway/policy/policy.ts";
import type { Principal } from "../../src/principal/principal.ts";
import { checkRoutes } from "../../src/rules/define-routes.ts";
import { evaluate } from "../../src/rules/evaluate.ts";
import {
  allOf,
  anyOf,
  authenticatedWithin,
  claim,
  client,
  custom,
  group,
  issuer,
  multiFactor,
  permission,
  type RuleInput,
  role,
  scope,
  tenant,
} from "../../src/rules/rule.ts";
import { testPrincipal } from "../../src/testing/index.ts";
import { everyPath } from "./every-path.ts";
import { policyAllows, selectRoute } from "./reference.ts";

const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/";
const NOW = 1_800_000_000;

const oneRule = fc.constantFrom<RuleInput>(
  "public",
  "authenticated",
  scope("read"),
  scope("write"),
  role("admin"),
  group("staff"),
  permission("orders"),
  tenant("acme"),
  client("app"),
  issuer("customers"),
  claim("level", [1, "high"]),
  custom("of users", ({ kind }) => kind === "user"),
  multiFactor({ within: "15m" }),
  authenticatedWithin("1h"),
);
const rules = fc.oneof(
  { weight: 4, arbitrary: oneRule },
  { weight: 1, arbitrary: fc.array(oneRule, { minLength: 1, maxLength: 3 }).map((parts) => allOf(...parts)) },
  { weight: 1, arbitrary: fc.array(oneRule, { minLength: 1, maxLength: 3 }).map((parts) => anyOf(...parts)) },
);

const principals = fc
  .record({
    issuer: fc.constantFrom("customers", "staff"),
    kind: fc.constantFrom("user", "client"),
    clientId: fc.constantFrom("app", "other", null),
    tenant: fc.constantFrom("acme", "other", null),
    scopes: fc.subarray(["read", "write"]),
    roles: fc.subarray(["admin", "guest"]),
    groups: fc.subarray(["staff"]),
    permissions: fc.subarray(["orders"]),
    level: fc.constantFrom(1, "1", "high"),
    methods: fc.subarray(["pwd", "otp", "mfa"]),
    ago: fc.constantFrom(60, 1_800, 90_000),
  })
  .map(({ level, methods, ago, ...members }): Principal => {
    const authentication = { at: NOW - ago, methods, context: null, federatedBy: null };
    return testPrincipal({ ...members, claims: { level }, authentication });
  });

const routeKey = fc
  .tuple(fc.constantFrom("GET", "POST", "PUT", "ANY"), fc.array(fc.constantFrom("a", "b", "{}"), { maxLength: 3 }), fc.nat(3))
  .map(([method, segments, greedy]) => {
    const named = segments.map((part, index) => (part === "{}" ? `{p${index}}` : part));
    return `${method} /${[...named, ...(greedy === 0 ? ["{rest+}"] : [])].join("/")}`;
  });
const tables = fc.uniqueArray(
  fc.tuple(fc.oneof({ weight: 15, arbitrary: routeKey }, { weight: 1, arbitrary: fc.constant("$default") }), rules),
  {
    selector: ([key]) => key,
    minLength: 1,
    maxLength: 16,
  },
);

const METHODS = ["GET", "POST", "PUT", "DELETE"];
const requests = METHODS.flatMap((method) => everyPath(["a", "b", "z", ""], 4).map((path) => ({ method, path })));

it("no principal is allowed what the rules of the table deny, by an answer to whatever request", () => {
  let [allowed, wanted] = [0, 0];
  const asked = fc.array(fc.constantFrom(...requests), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(tables, fc.array(principals, { minLength: 2, maxLength: 3 }), asked, (entries, callers, questions) => {
      const table = checkRoutes(Object.fromEntries(entries), startReport([]));
      // One table and several callers, whose policies are remembered side by side.
      for (const { method, path } of questions) {
        for (const principal of callers) {
          const policy = compilePolicyByRule(table, ({ rule }) => evaluate(rule, principal, NOW).holds, parseArn(STAGE + method + path));
          const mayReach = (request: { readonly method: string; readonly path: string }) => {
            const route = selectRoute(table, request.method, request.path);
            return route !== null && evaluate(route.rule, principal, NOW).holds;
          };
          const granted = requests.filter((request) => policyAllows(policy, STAGE + request.method + request.path));
          expect(granted.filter((request) => !mayReach(request))).toEqual([]);
          expect(granted.some((request) => request.method === method && request.path === path)).toBe(mayReach({ method, path }));
          allowed += granted.length;
          wanted += requests.filter(mayReach).length;
        }
      }
    }),
    { numRuns: 60, seed: 11 },
  );
  expect(allowed / wanted).toBeGreaterThan(0.8);
});
