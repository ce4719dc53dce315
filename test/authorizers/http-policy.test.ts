import { beforeAll, expect, it } from "vitest";
import { httpPolicyAuthorizer, type LogEntry } from "../../src/index.ts";
import { clock, createSample, gateway, type Sample } from "../authorize/sample.ts";

const ARN = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/$default/GET/orders";
const entries: LogEntry[] = [];
let sample: Sample;
beforeAll(async () => {
  sample = await createSample();
});

const ask = (event: object) =>
  httpPolicyAuthorizer(gateway, { clock, jwks: sample.jwks, log: (entry) => void entries.push(entry) })({
    version: "2.0",
    type: "REQUEST",
    ...event,
  });

it.each([
  ["1.0", "methodArn"],
  ["2.0", "routeArn"],
])("payload %s: a policy for what the principal may reach, and a context of texts", async (version, member) => {
  const headers = { Authorization: `Bearer ${await sample.good()}` };
  const { policyDocument, context } = await ask({ version, [member]: ARN, headers });
  const allowed = policyDocument.Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Resource }) => Resource);
  expect(allowed).toContain(ARN);
  expect(allowed.some((resource) => resource.includes("/POST/"))).toBe(false);
  expect(Object.values(context).every((value) => typeof value === "string")).toBe(true);
});

it.each([
  { version: "1.0", routeArn: ARN },
  { version: "2.0", methodArn: ARN },
  { version: "3.0", methodArn: ARN, routeArn: ARN },
  { version: "toString", methodArn: ARN },
  { type: "TOKEN", routeArn: ARN },
  { routeArn: ARN.replace("GET/orders", "$connect") },
])("fails closed on an event that is not its own: %j", async (event) => {
  await expect(ask(event)).rejects.toMatchObject({ code: "event_unsupported" });
});

it.each([
  ["1.0", "methodArn", "Bearer other,GET /orders"],
  ["2.0", "routeArn", ["Bearer other"]],
])("payload %s: verifies what the answer is cached by", async (version, member, identitySource) => {
  const headers = { authorization: `Bearer ${await sample.good()}` };
  await expect(ask({ version, [member]: ARN, headers, identitySource })).rejects.toThrow(/^Unauthorized$/);
  expect(entries.at(-1)?.code).toBe("credential_ambiguous");
});
