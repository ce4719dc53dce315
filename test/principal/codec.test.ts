import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONTEXT_BUDGET, decodePrincipal, encodeNative, encodeText } from "../../src/principal/codec.ts";
import { type Json, parseStrictJson } from "../../src/json.ts";
import type { Principal } from "../../src/principal/principal.ts";
import { testPrincipal } from "../../src/testing/index.ts";

/** What API Gateway does to contexts that hold only scalars: everything becomes text. */
const stringified = (context: object) => Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));
const transported = (context: object) => JSON.parse(JSON.stringify(context)) as object;

const text = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }).filter((value) => value.isWellFormed());
/** What a claim may be called: a token's member names are written without escapes. */
const name = text.filter((value) => !JSON.stringify(value).includes("\\"));
const optional = fc.option(text, { nil: null });
const texts = fc.array(text, { maxLength: 6 });
const seconds = fc.integer({ min: 0, max: 4_102_444_800 });
const principals: fc.Arbitrary<Principal> = fc.record({
  id: text,
  issuer: text,
  kind: fc.constantFrom("user", "client"),
  token: fc.constantFrom("access", "id"),
  subject: text,
  clientId: optional,
  tenant: optional,
  actor: optional,
  scopes: texts,
  roles: texts,
  groups: texts,
  permissions: texts,
  groupsComplete: fc.boolean(),
  authentication: fc.record({ at: fc.option(seconds, { nil: null }), methods: texts, context: optional, federatedBy: optional }),
  session: optional,
  expiresAt: seconds,
  claims: fc
    .array(
      fc.tuple(
        fc.oneof(name, fc.constantFrom("__proto__", "constructor", "v")),
        fc.oneof(text, fc.integer(), fc.boolean(), fc.constant({ a: [1, "b", null] })),
      ),
      { maxLength: 4 },
    )
    .map((entries) => Object.fromEntries(entries)),
});

describe("a principal crosses the wall and comes back the same", () => {
  it("as JSON values", () => {
    fc.assert(
      fc.property(principals, (principal) => {
        expect(decodePrincipal(transported(encodeNative(principal)))).toEqual(principal);
      }),
    );
  });

  it("as text, among other text", () => {
    fc.assert(
      fc.property(principals, (principal) => {
        expect(decodePrincipal({ ...stringified(encodeText(principal)), integrationLatency: "3" })).toEqual(principal);
      }),
    );
  });
});

it("as text it stands beside flat keys, which leave out what is unknown", () => {
  const flat = { issuer: "shop", kind: "client", subject: "robot", clientId: "robot", tenant: "north" } as const;
  const { principal, ...keys } = encodeText(testPrincipal({ ...flat, roles: ["secret-role"] }));
  expect(keys).toEqual(flat);
  expect(principal).toContain("secret-role");
  expect(Object.keys(encodeText(testPrincipal({ ...flat, clientId: null, tenant: null }))).toSorted()).toEqual([
    "issuer",
    "kind",
    "principal",
    "subject",
  ]);
});

it("on the wire there are no nulls and no empty lists, which some API types lose", () => {
  const nothing = { clientId: null, tenant: null, actor: null, session: null, scopes: [], roles: [], groups: [], permissions: [] };
  const authentication = { at: null, methods: [], context: null, federatedBy: null };
  const { principal } = encodeNative(testPrincipal({ ...nothing, authentication, claims: {} }));
  expect(Object.keys(principal as object).toSorted()).toEqual(
    ["authentication", "claims", "expiresAt", "groupsComplete", "id", "issuer", "kind", "subject", "token", "v"].toSorted(),
  );
  expect(principal).toMatchObject({ authentication: {}, claims: {} });
  expect(decodePrincipal({ principal })).toMatchObject({ ...nothing, authentication });
});

it("a claim as deep as a token can carry crosses the wall", () => {
  const { deep } = parseStrictJson(Buffer.from(`{"deep":${"[".repeat(31)}${"]".repeat(31)}}`)) as { deep: Json };
  const principal = testPrincipal({ claims: { deep } });
  for (const encode of [encodeNative, encodeText]) expect(decodePrincipal(transported(encode(principal)))).toEqual(principal);
  const text = encodeText(principal)["principal"] as string;
  const forged = { principal: text.replace("[[", "[".repeat(20)).replace("]]", "]".repeat(20)) };
  expect(() => decodePrincipal(forged)).toThrow(expect.objectContaining({ code: "principal_malformed" }));
});

describe("what is not a principal is refused", () => {
  const wire = encodeNative(testPrincipal({ scopes: ["a"] }))["principal"] as Record<string, unknown>;

  it.each([undefined, null, {}, "text", [], { principalId: "x" }])("a context that is %j is missing it", (context) => {
    expect(() => decodePrincipal(context)).toThrow(expect.objectContaining({ code: "principal_missing" }));
  });

  it.each([
    { principal: null },
    { principal: "" },
    { principal: "[object Object]" },
    { principal: "{}" },
    { principal: [] },
    { principal: { ...wire, v: 2 } },
    { principal: { ...wire, v: "1" } },
    { principal: { ...wire, scopes: "a b" } },
    { principal: { ...wire, scopes: "[a b]" } },
    { principal: { ...wire, scopes: [1] } },
    { principal: { ...wire, kind: "admin" } },
    { principal: { ...wire, token: "refresh" } },
    { principal: { ...wire, subject: "" } },
    { principal: { ...wire, id: undefined } },
    { principal: { ...wire, expiresAt: "4102444800" } },
    { principal: { ...wire, expiresAt: null } },
    { principal: { ...wire, groupsComplete: "true" } },
    { principal: { ...wire, authentication: undefined } },
    { principal: { ...wire, claims: [] } },
    { principal: `{"v":1,"v":1}` },
    ...["id", "issuer", "kind", "token", "subject", "groupsComplete", "expiresAt", "claims"].map((name) => ({
      principal: { ...wire, [name]: undefined },
    })),
    ...["clientId", "tenant", "actor", "session"].flatMap((name) =>
      ["", 3, null].map((value) => ({ principal: { ...wire, [name]: value } })),
    ),
    ...["roles", "groups", "permissions"].flatMap((name) =>
      ["a", ["a", 1], {}].map((value) => ({ principal: { ...wire, [name]: value } })),
    ),
    ...[-1, "0", Number.POSITIVE_INFINITY].map((expiresAt) => ({ principal: { ...wire, expiresAt } })),
    ...[
      { at: -1 },
      { at: "0" },
      { at: null },
      { methods: "mfa" },
      { methods: [1] },
      { context: 3 },
      { context: "" },
      { federatedBy: "" },
    ].map((authentication) => ({ principal: { ...wire, authentication } })),
    { principal: { ...wire, authentication: [] } },
  ])("%j is malformed", (context) => {
    expect(() => decodePrincipal(context)).toThrow(expect.objectContaining({ code: "principal_malformed" }));
  });

  it("inherited members are not read", () => {
    expect(() => decodePrincipal(Object.create({ principal: wire }))).toThrow(expect.objectContaining({ code: "principal_missing" }));
  });
});

it.each([encodeNative, encodeText])("a principal over the budget is refused, never cut (%#)", (encode) => {
  const groups = Array.from({ length: 300 }, (_, index) => `group-number-${index}-of-a-very-large-company`);
  expect(() => encode(testPrincipal({ groups }))).toThrow(expect.objectContaining({ code: "principal_too_large" }));
  expect(Buffer.byteLength(JSON.stringify(encode(testPrincipal({ groups: groups.slice(0, 50) }))))).toBeLessThan(CONTEXT_BUDGET);
});
