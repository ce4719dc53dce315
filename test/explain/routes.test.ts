import { beforeAll, describe, expect, it } from "vitest";
import { defineRoutes } from "../../src/index.ts";
import { explain } from "../../src/explain/explain.ts";
import { renderExplanation } from "../../src/explain/render.ts";
import { createKit, gateway, type Kit, NOW } from "./kit.ts";

let kit: Kit;
beforeAll(async () => void (kit = await createKit()));

describe("hints for a step-up name the claims that the rule reads, and no others", () => {
  const CLAIMS = ["auth_time", "amr", "acr"];
  const hinted = async (route: string, claims: object) => {
    const { failure } = await kit.explain(await kit.good("shops", { claims: { ...claims } }), { route });
    expect(failure?.code).toBe("step_up_required");
    return CLAIMS.filter((claim) => failure?.hints.some((hint) => hint.includes(`\`${claim}\``)));
  };

  it.each([
    ["a level", "PUT /orders", {}, ["acr"]],
    ["another level", "PUT /orders", { acr: "silver" }, ["acr"]],
    ["a recent second factor", "DELETE /orders", {}, ["auth_time", "amr"]],
    ["a recent second factor, of an old sign-in", "DELETE /orders", { auth_time: NOW - 9_000 }, ["amr"]],
    ["a recent second factor, of a sign-in some time", "DELETE /orders", { amr: ["mfa"] }, ["auth_time"]],
    ["a recent sign-in, or a second factor and a right", "PATCH /orders", {}, ["auth_time", "amr"]],
    ["a recent sign-in, or a right that is missing", "PATCH /orders", { amr: ["mfa"] }, ["auth_time"]],
    ["a recent sign-in, beside an old one", "PATCH /orders", { amr: ["mfa"], auth_time: NOW - 9_000 }, []],
  ])("%s", async (_what, route, claims, names) => {
    expect(await hinted(route, claims)).toEqual(names);
  });
});

describe("a route that the table does not have", () => {
  it("is asked for at the authorizers with its own method and path", async () => {
    const { failure, sample, clients } = await kit.explain(await kit.good("pool"), { route: "put /nowhere/7" });
    expect(failure?.code).toBe("route_unknown");
    expect(sample).toBe("PUT /nowhere/7");
    expect(clients.map(({ api, status }) => [api, status])).toEqual([
      ["REST API, TOKEN authorizer", 403],
      ["REST API, REQUEST authorizer", 403],
      ["HTTP API, simple response", 403],
      ["HTTP API, policy", 403],
      ["no authorizer, verifyingGuard", 403],
    ]);
  });

  it("does not hide what a bad token comes to on others", async () => {
    const { failure, sample, clients } = await kit.explain(await kit.good("pool", { claims: { exp: NOW - 90 } }), {
      route: "GET /nowhere",
    });
    expect([failure?.code, sample]).toEqual(["token_expired", "GET /me"]);
    expect(clients.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401, 401]);
  });

  it.each(["nowhere", "$default", "FETCH /nowhere", "GET nowhere", ""])("is not asked for where it is no request: %j", async (route) => {
    const { failure, sample, clients } = await kit.explain(await kit.good("pool"), { route });
    expect([failure?.code, sample, clients]).toEqual(["route_unknown", null, []]);
  });
});

describe("a route that only $default of the table could stand for", () => {
  const withDefault = { ...gateway, routes: new Map([...gateway.routes, ...defineRoutes({ $default: "authenticated" }).routes]) };
  const ask = async (route: string, claims: Readonly<Record<string, unknown>> = {}) =>
    explain(withDefault, await kit.good("pool", { claims }), { clock: () => NOW * 1_000, jwks: kit.jwks, route });
  const statuses = ({ clients }: Awaited<ReturnType<typeof ask>>) => clients.map(({ api, status }) => [api, status]);

  it("is said to be missing in the first line, before anything that $default allows", async () => {
    const explanation = await ask("GET /nope");
    const [first] = renderExplanation(explanation).split("\n");
    expect(first).toMatch(/^"GET \/nope" is not in the table; where the API has the route \$default: allowed, a token of pool/);
    expect(explanation).toMatchObject({ isDefault: true, verdict: "allowed", sample: "GET /nope" });
  });

  it("is open where API Gateway chooses $default, or nobody chooses a route, and nowhere else", async () => {
    expect(statuses(await ask("GET /nope"))).toEqual([
      ["REST API, TOKEN authorizer", 403],
      ["REST API, REQUEST authorizer", 403],
      ["HTTP API, simple response", 403],
      ["HTTP API, simple response, by $default", 200],
      ["HTTP API, policy", 200],
      ["no authorizer, verifyingGuard", 200],
    ]);
  });

  it.each([
    ["GET /order", ['Did you mean "GET /orders"? A stage is not part of the path.']],
    ["PUT /me", ["The path is known with another method: GET /me."]],
    ["GET /far/from/all/of/them", []],
    ["GET /orders", []],
  ])("comes with what was probably meant: %s", async (route, meant) => {
    const explanation = await ask(route);
    expect(explanation.meant).toEqual(meant);
    const text = renderExplanation(explanation);
    for (const hint of meant) expect(text).toContain(`Where the API has no such route\n  - ${hint}\n`);
    expect(text.includes("Where the API has no such route")).toBe(meant.length > 0);
  });

  it("is refused to a bad token everywhere", async () => {
    const explanation = await ask("GET /nope", { exp: NOW - 90 });
    expect(renderExplanation(explanation)).toMatch(/^"GET \/nope" is not in the table; .* \$default: refused: token_expired \(401\)/);
    expect(new Set(explanation.clients.map(({ status }) => status))).toEqual(new Set([401]));
  });

  it("leaves a route of the table, and $default by its own name, as they are", async () => {
    expect(await ask("GET /orders")).toMatchObject({ isDefault: false, sample: "GET /orders" });
    const byName = await ask("$default");
    expect(renderExplanation(byName)).toMatch(/^"\$default": allowed/);
    expect(statuses(byName)).toEqual([
      ["HTTP API, simple response", 200],
      ["HTTP API, policy", 200],
      ["AppSync, with the same rule", 200],
      ["no authorizer, verifyingGuard", 200],
    ]);
  });
});
