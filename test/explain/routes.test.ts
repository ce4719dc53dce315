import { beforeAll, describe, expect, it } from "vitest";
import { createKit, type Kit, NOW } from "./kit.ts";

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
