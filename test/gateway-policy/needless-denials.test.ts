import fc from "fast-check";
import { expect, it } from "vitest";
import { startReport } from "../../src/config/report.ts";
import { parseArn } from "../../src/gateway/arn.ts";
import { compilePolicy } from "../../src/gateway/policy/policy.ts";
import { checkRoutes } from "../../src/rules/define-routes.ts";
import { METHODS } from "../../src/rules/route-key.ts";
import { everyPath } from "./every-path.ts";
import { policyAllows, selectRoute } from "./reference.ts";

const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/";

const routeKey = fc
  .tuple(
    fc.constantFrom("GET", "POST", "ANY"),
    fc.array(fc.constantFrom("a", "b", "{}"), { maxLength: 3 }),
    fc.nat(2),
    fc.constantFrom("yes", "no"),
  )
  .map(([method, segments, greedy, answer]): readonly [key: string, answer: string] => {
    const named = segments.map((part, index) => (part === "{}" ? `{p${index}}` : part));
    return [`${method} /${[...named, ...(greedy === 0 ? ["{rest+}"] : [])].join("/")}`, answer];
  });
const tables = fc.uniqueArray(routeKey, { selector: ([key]) => key, minLength: 2, maxLength: 9 });

/** Long enough for the longest denial of routes that short. */
const paths = everyPath(["a", "b", "z", ""], 6);

it("a policy holds no denial without which it would allow nothing more", () => {
  let denials = 0;
  fc.assert(
    fc.property(tables, (entries) => {
      const table = checkRoutes(Object.fromEntries(entries.map(([key]) => [key, "authenticated" as const])), startReport([]));
      const open = new Set(entries.filter(([, answer]) => answer === "yes").map(([key]) => key));
      const policy = compilePolicy(table, ({ key }) => open.has(key), parseArn(`${STAGE}DELETE/none`));
      const [allow, deny] = policy.Statement;
      if (allow?.Effect !== "Allow" || deny === undefined) return;
      const isAllowed = (arn: string, kept: readonly string[]) =>
        policyAllows({ ...policy, Statement: [allow, { ...deny, Resource: [...kept] }] }, arn);
      const requests = METHODS.flatMap((method) => paths.map((path) => ({ method, path, arn: `${STAGE}${method}${path}` })));
      const closed = requests
        .filter(({ arn }) => isAllowed(arn, []))
        .filter(({ method, path }) => !open.has(selectRoute(table, method, path)?.key ?? ""));
      for (const resource of deny.Resource) {
        const others = deny.Resource.filter((other) => other !== resource);
        expect([resource, closed.some(({ arn }) => isAllowed(arn, others))]).toEqual([resource, true]);
        denials += 1;
      }
    }),
    { numRuns: 40 },
  );
  expect(denials).toBeGreaterThan(50);
});
