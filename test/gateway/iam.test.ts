import { describe, expect, it } from "vitest";
import { policy } from "./fixtures.ts";
import { evaluatePolicy, isPolicy } from "./iam.ts";

const API = "arn:aws:execute-api:eu-west-1:123456789012:api/prod";
const statement = (Effect: "Allow" | "Deny", Resource: string, Action = "execute-api:Invoke") => ({ Effect, Action, Resource });
const document = (...Statement: ReturnType<typeof statement>[]) => ({ Version: "2012-10-17", Statement });

describe("policy evaluation", () => {
  it.each([
    [`${API}/GET/orders`, "GET/orders", "allow"],
    [`${API}/GET/orders`, "GET/orders/1", "deny"],
    [`${API}/GET/orders`, "GET/Orders", "deny"],
    [`${API}/GET/orders/*`, "GET/orders/1/lines/2", "allow"],
    [`${API}/GET/orders/*`, "GET/orders", "deny"],
    [`${API}/*/orders`, "GET/a/b/orders", "allow"],
    [`${API}/GET/orders/?`, "GET/orders/1", "allow"],
    [`${API}/GET/orders/?`, "GET/orders/12", "deny"],
    [`${API}/GET/a.b`, "GET/axb", "deny"],
    [`${API}/GET/a:b`, "GET/a:b", "allow"],
    [`${API}/GET/\${*}`, "GET/*", "allow"],
    [`${API}/GET/\${*}`, "GET/orders", "deny"],
    ["*", "GET/anything", "allow"],
    ["arn:aws:execute-api:*:*:api/*", "GET/anything", "allow"],
    ["arn:*:api/*", "GET/anything", "deny"],
    ["arn:aws:execute-api:eu-west-1:123456789012:other/*", "GET/orders", "deny"],
  ])("%s for %s: %s", (resource, tail, effect) => {
    expect(evaluatePolicy(policy("Allow", resource), `${API}/${tail}`)).toBe(effect);
  });

  it("lets an explicit denial win, whatever the order", () => {
    const statements = [statement("Deny", `${API}/GET/admin`), statement("Allow", `${API}/*`)];
    for (const order of [statements, statements.toReversed()]) {
      expect(evaluatePolicy(document(...order), `${API}/GET/admin`)).toBe("explicit_deny");
      expect(evaluatePolicy(document(...order), `${API}/GET/orders`)).toBe("allow");
    }
  });

  it.each([
    ["execute-api:Invoke", "allow"],
    ["EXECUTE-API:invoke", "allow"],
    ["execute-api:*", "allow"],
    ["*", "allow"],
    ["execute-api:ManageConnections", "deny"],
    ["lambda:Invoke", "deny"],
  ])("looks at the action %s: %s", (action, effect) => {
    expect(evaluatePolicy(document(statement("Allow", "*", action)), `${API}/GET/a`)).toBe(effect);
  });

  it("accepts lists of resources and does not evaluate what it does not know", () => {
    expect(evaluatePolicy(policy("Allow", ["x", `${API}/GET/a`]), `${API}/GET/a`)).toBe("allow");
    const conditional = { ...statement("Allow", "*"), Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } };
    expect(() => isPolicy(document(conditional))).toThrow(/Condition/);
  });
});
