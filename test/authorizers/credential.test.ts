import { describe, expect, it } from "vitest";
import { headerValues, onlyOne, readBearer, readRequestCredential } from "../../src/gateway/credential.ts";

const code = (name: string) => expect.objectContaining({ code: name });

describe("the Authorization header", () => {
  it.each(["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"])("%j carries the token", (value) => expect(readBearer(value)).toBe("a.b.c"));

  it.each([undefined, null, ""])("%j is no credential", (value) => expect(() => readBearer(value)).toThrow(code("credential_missing")));

  it.each([
    "Bearer",
    "Bearer ",
    "Bearer  a.b.c",
    "Bearer\ta.b.c",
    "Bearer a.b.c ",
    " Bearer a.b.c",
    "Bearer a.b.c, Bearer d.e.f",
    "Bearer\u00a0a.b.c",
    "Basic YTpi",
    "DPoP a.b.c",
    "Negotiate a",
    "a.b.c",
    'Bearer "a.b.c"',
    "Bearer a.b.c\r\nx: y",
    "Bearer a\0b",
    "Bearer a%2eb",
    "Bearer \u{1f600}",
    ["Bearer a.b.c"],
    1,
    {},
  ])("%j is malformed", (value) => expect(() => readBearer(value)).toThrow(code("credential_malformed")));

  it("is capped before anything reads it", () => {
    expect(readBearer(`Bearer ${"a".repeat(8_192)}`)).toHaveLength(8_192);
    expect(() => readBearer(`Bearer ${"a".repeat(8_193)}`)).toThrow(code("credential_too_large"));
  });
});

describe("exactly one credential", () => {
  const ambiguous = code("credential_ambiguous");

  it.each([
    { headers: { authorization: "Bearer a", Authorization: "Bearer a" } },
    { headers: { Authorization: "Bearer a" }, multiValueHeaders: { Authorization: ["Bearer a", "Bearer b"] } },
    { headers: { Authorization: "Bearer b" }, multiValueHeaders: { Authorization: ["Bearer a", "Bearer b"] } },
    { headers: { Authorization: "Bearer b" }, multiValueHeaders: { Authorization: ["Bearer a"] } },
    { headers: {}, multiValueHeaders: { Authorization: ["Bearer a"], authorization: ["Bearer a"] } },
    { headers: { authorization: "Bearer a" }, queryStringParameters: { access_token: "b" } },
    { headers: { authorization: "Bearer a" }, multiValueQueryStringParameters: { access_token: ["b"] } },
  ])("%j is ambiguous", (event) => expect(() => readRequestCredential(event)).toThrow(ambiguous));

  it.each([
    {},
    { headers: null },
    { headers: {} },
    { headers: { cookie: "token=a" } },
    { headers: { "x-authorization": "Bearer a" } },
    { queryStringParameters: { access_token: "a" } },
    { headers: [] as unknown as Record<string, string> },
  ])("%j carries none", (event) => expect(() => readRequestCredential(event)).toThrow(code("credential_missing")));

  it("reads both forms of one header as one", () => {
    expect(readRequestCredential({ headers: { Authorization: "Bearer a" }, multiValueHeaders: { Authorization: ["Bearer a"] } })).toBe("a");
    expect(headerValues({ headers: { Authorization: "x" } }, "authorization")).toEqual(["x"]);
    expect(() => onlyOne(["a", "a"])).toThrow(ambiguous);
  });
});
