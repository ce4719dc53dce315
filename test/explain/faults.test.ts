import { describe, expect, it } from "vitest";
import { explain } from "../../src/explain/explain.ts";
import { renderExplanation } from "../../src/explain/render.ts";
import { allOf as both, anyOf, custom, defineGateway, oidc, type Rule, scope } from "../../src/index.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { allOf, NOW } from "./kit.ts";

const clock = () => NOW * 1_000;
const shop = oidc({ issuer: "https://shop.example", audience: "shop", algorithms: ["ES256"], jwksUri: "https://shop.example/keys" });
const throwing = custom("own-orders", () => {
  throw new Error("what-was-thrown");
});

async function explained(rule: Rule, route?: string) {
  const gateway = defineGateway({ issuers: { shop }, routes: { "GET /orders": rule } });
  const { sign, jwks } = await createTestTokens(gateway, { clock });
  const token = await sign("shop", { claims: { sub: "una", aud: "shop", client_id: "web", scope: "orders:read" } });
  return explain(gateway, token, { clock, jwks, ...(route !== undefined && { route }) });
}

describe("a rule of one's own that throws", () => {
  it.each([
    ["alone", throwing],
    ["beside one that holds", both(scope("orders:read"), throwing)],
    ["beside one that does not", anyOf(scope("orders:write"), throwing)],
  ])("is a failure that is said to be its own: %s", async (_where, rule) => {
    const explanation = await explained(rule, "GET /orders");
    expect(explanation).toMatchObject({ verdict: "unavailable", failure: { code: "internal_error", status: 500 } });
    expect(explanation.failure?.hints).toEqual([expect.stringMatching(/^A rule of your own threw an error: "own-orders"\./)]);
    const failed = explanation.steps.find(({ status }) => status === "failed");
    expect(failed?.id).toBe("rule");
    expect(failed?.actual).toContain("custom own-orders threw an error");
    expect(renderExplanation(explanation)).toMatch(/FAIL {2}custom own-orders {2}\(internal_error\)/);
    expect(allOf(explanation)).not.toContain("what-was-thrown");
    expect(explanation.clients.filter(({ status }) => status < 400)).toEqual([]);
  });

  it("does no harm where it is not asked", async () => {
    const { verdict, failure } = await explained(anyOf(scope("orders:read"), throwing), "GET /orders");
    expect([verdict, failure]).toEqual(["allowed", null]);
  });

  it("is told from one that denies, in the list of routes too", async () => {
    expect((await explained(throwing)).routes.map(({ code }) => code)).toEqual(["internal_error"]);
    expect((await explained(custom("own-orders", () => false))).routes.map(({ code }) => code)).toEqual(["rule_denied"]);
  });
});
