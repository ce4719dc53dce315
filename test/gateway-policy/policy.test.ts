import { describe, expect, it } from "vitest";
import { parseArn } from "../../src/gateway/arn.ts";
import { compilePolicy } from "../../src/gateway/policy/policy.ts";
import type { PolicyDocument } from "../../src/gateway/policy/policy-document.ts";
import { routesLeftOut } from "../../src/gateway/policy/routes-left-out.ts";
import { matchesResource } from "../../src/gateway/policy/resource-match.ts";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import type { Route } from "../../src/rules/route-table.ts";
import { policyAllows } from "./reference.ts";

const STAGE = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/";

/** A table in which `yes` marks what the principal may reach. */
const tableOf = (routes: Record<string, "yes" | "no">) =>
  defineRoutes(Object.fromEntries(Object.entries(routes).map(([key, answer]) => [key, answer === "yes" ? "public" : "authenticated"])));
const isYes = ({ rule }: Route) => rule.kind === "public";

const policyFor = (routes: Record<string, "yes" | "no">, request: string, stage = STAGE) =>
  compilePolicy(tableOf(routes), isYes, parseArn(stage + request));
const resources = (policy: PolicyDocument) =>
  Object.fromEntries(
    policy.Statement.map(({ Effect, Resource }) => [Effect, Resource.map((resource) => resource.slice(STAGE.length)).toSorted()]),
  );
const allows = (policy: PolicyDocument, request: string, stage = STAGE) => policyAllows(policy, stage + request);

describe("the policy for a principal", () => {
  const routes = { "GET /orders": "yes", "POST /orders": "yes", "DELETE /orders": "no", "GET /me": "yes" } as const;

  it("lists everything within reach, and nothing else", () => {
    const policy = policyFor(routes, "GET/orders");
    expect(policy.Version).toBe("2012-10-17");
    expect(policy.Statement.every(({ Action }) => Action === "execute-api:Invoke")).toBe(true);
    expect(resources(policy)).toEqual({ Allow: ["GET/me", "GET/orders", "POST/orders"] });
  });

  it("is the same whatever was asked for, a refused or unknown route included", () => {
    const policy = policyFor(routes, "GET/orders");
    for (const request of ["GET/me", "DELETE/orders", "GET/unknown", "GET/"]) expect(policyFor(routes, request)).toEqual(policy);
    expect(allows(policy, "DELETE/orders")).toBe(false);
  });

  it("denies the whole stage where nothing is within reach", () => {
    expect(resources(policyFor({ "GET /orders": "no" }, "GET/orders"))).toEqual({ Deny: ["*"] });
    expect(resources(policyFor({ $connect: "yes" }, "GET/orders"))).toEqual({ Deny: ["*"] });
  });

  it.each(["aws-cn", "aws-us-gov"])("names the API and stage it was asked for, in %s", (partition) => {
    const stage = `arn:${partition}:execute-api:cn-north-1:123456789012:abc123/prod/`;
    const policy = policyFor(routes, "GET/orders", stage);
    expect(allows(policy, "GET/orders", stage)).toBe(true);
    for (const other of [
      stage.replace("prod", "test"),
      stage.replace("abc123", "abc124"),
      stage.replace("123456789012", "123456789013"),
      STAGE,
    ]) {
      expect(allows(policy, "GET/orders", other)).toBe(false);
    }
  });

  it("allows a WebSocket connection by its own route", () => {
    expect(resources(policyFor({ $connect: "yes" }, "$connect"))).toEqual({ Allow: ["$connect"] });
    expect(resources(policyFor({ $connect: "no", $default: "yes" }, "$connect"))).toEqual({ Deny: ["*"] });
    expect(resources(policyFor({ "GET /": "yes" }, "$connect"))).toEqual({ Deny: ["*"] });
  });
});

describe("wildcards match across slashes", () => {
  it("so a parameter denies what lies deeper", () => {
    const policy = policyFor({ "GET /orders/{id}": "yes" }, "GET/orders/1");
    expect(resources(policy)).toEqual({ Allow: ["GET/orders/?*"], Deny: ["GET/orders/*/*"] });
    for (const request of ["GET/orders/1/admin", "GET/orders/", "GET/orders//", "GET/orders/1/", "GET/orders", "POST/orders/1"]) {
      expect(allows(policy, request)).toBe(false);
    }
  });

  it("and a parameter in the middle too", () => {
    const policy = policyFor({ "GET /orders/{id}/items": "yes", "GET /orders/{id}/admin/items": "no" }, "GET/orders/1/items");
    expect(allows(policy, "GET/orders/2/items")).toBe(true);
    expect(allows(policy, "GET/orders/1/admin/items")).toBe(false);
    expect(allows(policy, "GET/orders//items")).toBe(false);
  });

  it("but deeper routes within reach are followed down, with one denial at the end", () => {
    const policy = policyFor({ "GET /a/{x}": "yes", "GET /a/{x}/{y}": "yes" }, "GET/a/1");
    expect(resources(policy)["Deny"]).toEqual(["*//*", "*/?*/", "GET/a/*/*/*"]);
    expect(["GET/a/1", "GET/a/1/2"].map((request) => allows(policy, request))).toEqual([true, true]);
    expect(["GET/a/1/2/3", "GET/a/1/", "GET/a//2"].map((request) => allows(policy, request))).toEqual([false, false, false]);
  });
});

describe("empty segments", () => {
  it("do not slip past a denial that starts deeper", () => {
    const routes = { "GET /{proxy+}": "yes", "GET /a/{x}": "yes", "GET /a/{x}/{y}": "yes", "GET /a/{rest+}": "no" } as const;
    const policy = policyFor(routes, "GET/b");
    expect(["GET/b", "GET/a/1", "GET/a/1/2"].map((request) => allows(policy, request))).toEqual([true, true, true]);
    for (const request of ["GET/a//2", "GET/a/1/", "GET/a/1/2/3"]) expect(allows(policy, request)).toBe(false);
  });

  it("do not count as deeper paths of a greedy route that is left out", () => {
    const routes = {
      "GET /a/{x}": "yes",
      "GET /{p}/{y}/{rest+}": "yes",
      "GET /{p}/z/{q}": "no",
      "GET /k/m/z/w": "yes",
      "GET /k/n/z/w": "yes",
    } as const;
    const policy = policyFor(routes, "GET/a/1");
    expect(["GET/a/2", "GET/k/m/z/w"].map((request) => allows(policy, request))).toEqual([true, true]);
    for (const request of ["GET/a//b", "GET/a/1/", "GET/a/z/1"]) expect(allows(policy, request)).toBe(false);
  });
});

describe("overlaps", () => {
  it("start a greedy route where it is first selected, if what comes before may not be reached", () => {
    const policy = policyFor({ "GET /{rest+}": "yes", "GET /{id}": "no", "GET /a/{x}": "yes" }, "GET/x/y");
    expect(["GET/x/y", "GET/x/y/z", "GET/a/1"].map((request) => allows(policy, request))).toEqual([true, true, true]);
    for (const request of ["GET/x", "GET/", "GET//"]) expect(allows(policy, request)).toBe(false);
    const gap = policyFor({ "GET /{rest+}": "yes", "GET /{id}": "yes", "GET /{a}/{b}": "no" }, "GET/x");
    expect(["GET/x", "GET/x/y/z"].map((request) => allows(gap, request))).toEqual([true, false]);
    expect(allows(gap, "GET/x/y")).toBe(false);
  });

  it("take a stricter literal out of a parameter", () => {
    const policy = policyFor({ "GET /orders/{id}": "yes", "GET /orders/all": "no" }, "GET/orders/1");
    expect(resources(policy)["Deny"]).toEqual(["GET/orders/*/*", "GET/orders/all"]);
    expect(allows(policy, "GET/orders/all")).toBe(false);
  });

  it("take a stricter subtree out of a greedy route, with one denial", () => {
    const routes = { "ANY /{proxy+}": "yes", "ANY /": "yes", "ANY /admin": "no", "ANY /admin/{proxy+}": "no" } as const;
    const policy = policyFor(routes, "GET/x");
    expect(resources(policy)["Allow"]).toEqual(["*"]);
    expect(allows(policy, "GET/a/b//c/")).toBe(true);
    for (const request of ["GET/admin", "PUT/admin/x", "POST/admin/x/y"]) expect(allows(policy, request)).toBe(false);
  });

  it("leave a stricter greedy route's looser children reachable", () => {
    const routes = { "GET /admin/{proxy+}": "no", "GET /admin/help": "yes", "GET /{proxy+}": "yes" } as const;
    const policy = policyFor(routes, "GET/admin/help");
    expect(allows(policy, "GET/admin/help")).toBe(true);
    expect(allows(policy, "GET/admin/users")).toBe(false);
  });

  it("let an exact method go before ANY", () => {
    const policy = policyFor({ "ANY /a": "yes", "DELETE /a": "no" }, "GET/a");
    expect(resources(policy)["Allow"]).toEqual(["???/a", "HEAD/a", "OPTIONS/a", "PATCH/a", "POST/a"]);
    expect(allows(policy, "DELETE/a")).toBe(false);
  });

  it("give $default what is left, and nothing that is not", () => {
    const policy = policyFor({ $default: "yes", "POST /admin": "no" }, "GET/a");
    expect(resources(policy)).toEqual({ Allow: ["*"], Deny: ["POST/admin"] });
  });

  it("share one denial among routes that differ in their first literals, where it harms none", () => {
    const routes = { "GET /v1/a/{x}": "yes", "GET /v1/b/{x}": "yes" } as const;
    expect(resources(policyFor(routes, "GET/v1/a/1"))["Deny"]).toEqual(["GET/*/*/*/*"]);
    const deeper = { ...routes, "GET /v2/{x}/y/z": "yes" } as const;
    expect(resources(policyFor(deeper, "GET/v1/a/1"))["Deny"]).toContain("GET/v1/*/*/*");
    const other = policyFor({ ...deeper, "GET /v1/c/x/y": "yes" }, "GET/v1/a/1");
    expect(resources(other)["Deny"]).toEqual(expect.arrayContaining(["GET/v1/a/*/*", "GET/v1/b/*/*"]));
    for (const request of ["GET/v1/a/1", "GET/v1/b/1", "GET/v1/c/x/y", "GET/v2/1/y/z"]) expect(allows(other, request)).toBe(true);
    for (const request of ["GET/v1/a/1/2", "GET/v1/b/1/2"]) expect(allows(other, request)).toBe(false);
  });

  it("share one denial among the methods where it harms none", () => {
    const policy = policyFor({ "GET /a/{x}": "yes", "PUT /a/{x}": "yes", "DELETE /a/{x}": "yes" }, "GET/a/1");
    expect(resources(policy)).toEqual({ Allow: ["???/a/?*", "DELETE/a/?*"], Deny: ["*/a/*/*"] });
    const harmed = policyFor({ "GET /a/{x}": "yes", "PUT /a/{x}": "yes", "POST /b/a/c/d": "yes" }, "GET/a/1");
    expect(allows(harmed, "POST/b/a/c/d")).toBe(true);
  });
});

describe("what one policy cannot express", () => {
  const routes = { "GET /orders/{id}": "yes", "GET /orders/{id}/items": "yes", "GET /orders/{id}/notes": "yes", "GET /me": "yes" } as const;

  it("narrows to the request's own resource, and keeps the rest", () => {
    const policy = policyFor(routes, "GET/orders/1");
    expect(resources(policy)["Allow"]).toContain("GET/orders/1");
    expect(["GET/orders/1", "GET/me", "GET/orders/2/items"].map((request) => allows(policy, request))).toEqual([true, true, true]);
    expect(["GET/orders/2", "GET/orders/1/secret"].map((request) => allows(policy, request))).toEqual([false, false]);
  });

  it("drops what would deny the request itself", () => {
    const pair = { "GET /orders/{id}": "yes", "GET /orders/{id}/items": "yes" } as const;
    for (const request of ["GET/orders/1", "GET/orders/1/items"]) expect(allows(policyFor(pair, request), request)).toBe(true);
    for (const request of ["GET/orders/1", "GET/orders/1/items"])
      expect(allows(policyFor(pair, request), "GET/orders/1/secret")).toBe(false);
  });

  it("is named, for whoever configures the cache", () => {
    expect(routesLeftOut(tableOf(routes)).map(({ key }) => key)).toEqual(["GET /orders/{id}"]);
    expect(routesLeftOut(tableOf({ "GET /a/{x}": "yes", "POST /a/{x}/b": "yes" }))).toEqual([]);
  });

  it("never carries the request's wildcards", () => {
    const policy = policyFor(routes, "GET/orders/*");
    expect(resources(policy)["Allow"]).toContain("GET/orders/${*}");
    expect(allows(policy, "GET/orders/*")).toBe(true);
    expect(allows(policy, "GET/orders/2")).toBe(false);
  });
});

describe("limits", () => {
  const sizeOf = (policy: PolicyDocument) => JSON.stringify(policy).length;
  const many = (count: number, key: (index: number) => string) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [key(index), "yes" as const]));

  it("holds 300 routes within 8 KB where merging is exact", () => {
    const policy = policyFor(
      { ...many(298, (index) => `GET /tree/r${index}/{id}`), "ANY /tree/{proxy+}": "yes", "GET /me": "yes" },
      "GET/tree/r1/7",
    );
    expect(sizeOf(policy)).toBeLessThan(1_500);
    expect(["GET/tree/r297/1", "GET/me", "POST/tree/x"].every((request) => allows(policy, request))).toBe(true);
  });

  it("stays within 8 KB where it is not, and always holds the request", () => {
    const routes = many(300, (index) => `GET /resource-number-${index}/{id}`);
    for (const index of [0, 150, 299]) {
      const policy = policyFor(routes, `GET/resource-number-${index}/7`);
      expect(sizeOf(policy)).toBeLessThanOrEqual(8_192);
      expect(allows(policy, `GET/resource-number-${index}/7`)).toBe(true);
      expect(allows(policy, `GET/resource-number-${index}/7/8`)).toBe(false);
    }
  });

  it("never names a resource of more than 512 characters", () => {
    const long = "x".repeat(600);
    const routes = { [`GET /${long}`]: "yes", "GET /a/{id}": "yes" } as const;
    for (const policy of [policyFor(routes, `GET/a/${long}`), policyFor(routes, `GET/${long}`)]) {
      expect(policy.Statement.flatMap(({ Resource }) => Resource).every((resource) => resource.length <= 512)).toBe(true);
      expect(allows(policy, "GET/a/1")).toBe(true);
    }
    expect(allows(policyFor(routes, `GET/a/${long}`), `GET/a/${long}`)).toBe(true);
    expect(allows(policyFor(routes, `GET/${long}`), `GET/${long}`)).toBe(false);
  });
});

it("keeps principals and stages apart though the pieces are remembered", () => {
  const table = defineRoutes({ "GET /a": "public", "GET /b": "authenticated" });
  const ask = (rule: string, stage: string) => compilePolicy(table, (route) => route.rule.kind === rule, parseArn(`${stage}GET/a`));
  const test = STAGE.replace("prod", "test");
  for (let round = 0; round < 2; round += 1) {
    expect([allows(ask("public", STAGE), "GET/a"), allows(ask("public", STAGE), "GET/b")]).toEqual([true, false]);
    expect([allows(ask("authenticated", STAGE), "GET/a"), allows(ask("authenticated", STAGE), "GET/b")]).toEqual([false, true]);
    expect([allows(ask("public", test), "GET/a", test), allows(ask("public", test), "GET/a")]).toEqual([true, false]);
  }
});

it.each([
  ["*", "", true],
  ["?*", "", false],
  ["a/*/c", "a/b/b/c", true],
  ["a/*/c", "a/c", false],
  ["a/?", "a/", false],
  ["a/?", "a//", true],
  ["*ab", "aab", true],
  ["*ab", "aba", false],
  ["a.c", "abc", false],
  ["a*b*c", "a-b-b-c", true],
  ["A", "a", false],
])("matches %j against %j: %s", (resource, text, expected) => {
  expect(matchesResource(resource, text)).toBe(expected);
});
