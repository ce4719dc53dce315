import { describe, expect, it } from "vitest";
import type { ReasonCode } from "../../src/errors.ts";
import { fence, type PrincipalSource } from "../../src/guard/fence.ts";
import { encodeMarks } from "../../src/principal/codec.ts";
import { allOf, authenticatedWithin, defineRoutes, live, scope } from "../../src/guard/index.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";

const NOW = 1_800_000_000;
const routes = defineRoutes({
  "GET /orders": scope("a"),
  "ANY /any": "authenticated",
  "GET /step": authenticatedWithin("5m"),
  "GET /live": allOf(live(), scope("a")),
  send: "authenticated",
});
const principal = testPrincipal({ scopes: ["a"], expiresAt: NOW + 1 });
const context = authorizerContext(principal, "rest");

type Changes = Readonly<Record<string, unknown>>;
const rest = (authorizer: unknown, request: Changes = {}, resource: unknown = "/orders", httpMethod: unknown = "GET") => ({
  httpMethod,
  resource,
  requestContext: { authorizer, ...request },
});
const codeOf = (event: unknown, from?: PrincipalSource): ReasonCode | "passes" => {
  const passage = fence(routes, event, NOW, from);
  return passage.passes ? "passes" : passage.code;
};

describe("the route that was taken", () => {
  it.each([
    ["a REST API's resource", rest(context), "passes"],
    ["a REST API's resource for any method", rest(context, {}, "/any", "PUT"), "passes"],
    ["a resource that is no text", rest(context, {}, ["/orders"]), "route_unknown"],
    ["a method that is no text", rest(context, {}, "/orders", ["GET"]), "route_unknown"],
    ["a WebSocket's key", { requestContext: { connectionId: "c", routeKey: "send", authorizer: context } }, "passes"],
    ["a WebSocket's key without a connection", { requestContext: { routeKey: "send", authorizer: context } }, "route_unknown"],
    [
      "a WebSocket's key that is no text",
      { requestContext: { connectionId: "c", routeKey: ["send"], authorizer: context } },
      "route_unknown",
    ],
    ["an HTTP API's key", { version: "2.0", routeKey: "send", requestContext: { authorizer: { lambda: context } } }, "passes"],
    [
      "an HTTP API's event in another version",
      { version: "1.0", routeKey: "send", requestContext: { authorizer: { lambda: context } } },
      "principal_missing",
    ],
  ])("%s", (_, event, code) => {
    expect(codeOf(event)).toBe(code);
  });
});

describe("the place a principal was made for", () => {
  it.each([
    ["abc/prod", { apiId: "abc", stage: "prod" }, "passes"],
    ["abc/prod", { apiId: "abc", stage: "test" }, "principal_misplaced"],
    ["abc/prod", { apiId: "abc" }, "passes"],
    ["abc/prod", { stage: "prod" }, "passes"],
    ["abc/prod", {}, "passes"],
    [undefined, { apiId: "abc", stage: "prod" }, "passes"],
    [3, { apiId: "abc", stage: "prod" }, "passes"],
  ])("%j at %j: %s", (api, request, code) => {
    expect(codeOf(rest({ ...context, api }, request))).toBe(code);
  });
});

describe("a refusal that was left to the guard", () => {
  it("keeps its code, and of its challenge what is one", () => {
    const refused = (more: Changes) => fence(routes, rest({ reason: "step_up_required", ...more }), NOW);
    expect(refused({ maxAge: 60, acr: "gold" })).toMatchObject({ code: "step_up_required", challenge: { maxAge: 60, acr: "gold" } });
    expect(refused({ maxAge: "60", acr: 3 })).toMatchObject({ code: "step_up_required", challenge: { maxAge: null, acr: null } });
  });

  it.each([
    ["an inherited name", { reason: "constructor" }, "principal_missing"],
    ["no text", { reason: ["revoked"] }, "principal_missing"],
    ["beside a principal", { ...context, reason: "revoked" }, "passes"],
  ])("is none where it is %s", (_, given, code) => {
    expect(codeOf(rest(given))).toBe(code);
  });

  it("is not read where the principal comes from elsewhere", () => {
    expect(codeOf(rest({ reason: "revoked" }), () => principal)).toBe("passes");
  });
});

it("says of a refusal what it has seen: the route, and the issuer once there is a principal", () => {
  const refused = (authorizer: unknown, resource?: string) => fence(routes, rest(authorizer, {}, resource), NOW);
  expect(refused(null)).toMatchObject({ route: "GET /orders", issuer: null });
  expect(refused(context, "/nowhere")).toMatchObject({ code: "route_unknown", route: null, issuer: "test" });
  expect(refused(authorizerContext(testPrincipal(), "rest"))).toMatchObject({
    code: "rule_denied",
    challenge: {},
    route: "GET /orders",
    issuer: "test",
  });
  expect(refused(context, "/step")).toMatchObject({ code: "step_up_required", challenge: { maxAge: 300, acr: null } });
});

describe("a principal from elsewhere", () => {
  it("comes with the marks its source reads, or with none", () => {
    const proofOf = (from: PrincipalSource) => {
      const passage = fence(routes, rest(null), NOW, from);
      return passage.passes ? passage.proof() : passage.code;
    };
    const marks = { tokenId: "t", issuedAt: 7 };
    expect(proofOf(() => principal)).toEqual({ principal, tokenId: null, issuedAt: null });
    expect(proofOf(Object.assign(() => principal, { marks: () => marks }))).toEqual({ principal, ...marks });
  });

  it("whose source breaks is none", () => {
    const broken = () => {
      throw new TypeError("broken");
    };
    expect(codeOf(rest(context), broken)).toBe("internal_error");
  });
});

it("proves a token by the marks beside its principal", () => {
  const marks = { tokenId: "t", issuedAt: 7 };
  const passage = fence(routes, rest({ ...context, ...encodeMarks(marks) }), NOW);
  expect(passage.passes && passage.proof()).toEqual({ principal, ...marks });
});

describe("a live check", () => {
  it.each([
    [NOW, "passes"],
    [NOW - 15, "passes"],
    [NOW + 15, "passes"],
    [`${NOW - 15}`, "passes"],
    [NOW - 16, "introspection_unavailable"],
    [NOW + 16, "introspection_unavailable"],
    [`${NOW} `, "introspection_unavailable"],
    [` ${NOW}`, "introspection_unavailable"],
    [`000${NOW}`, "introspection_unavailable"],
    [[NOW], "introspection_unavailable"],
    [null, "introspection_unavailable"],
    [undefined, "introspection_unavailable"],
  ])("made at %j: %s", (liveAt, code) => {
    expect(codeOf(rest({ ...context, liveAt }, {}, "/live"))).toBe(code);
  });

  it("does not stand in for the rest of the rule", () => {
    const other = authorizerContext(testPrincipal(), "rest");
    expect(codeOf(rest({ ...other, liveAt: NOW }, {}, "/live"))).toBe("rule_denied");
    expect(codeOf(rest(null, {}, "/live"), () => principal)).toBe("introspection_unavailable");
    expect(codeOf(rest(undefined, {}, "/live"), () => principal)).toBe("introspection_unavailable");
  });
});
