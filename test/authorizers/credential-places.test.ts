import { beforeAll, describe, expect, it } from "vitest";
import { headerValues, queryValues, readBearer } from "../../src/gateway/credential.ts";
import { readHttpCredential } from "../../src/gateway/http-api.ts";
import { type LogEntry, webSocketAuthorizer } from "../../src/index.ts";
import { clock, createSample, gateway, type Sample } from "../authorize/sample.ts";

const code = (name: string) => expect.objectContaining({ code: name });

describe("the values of a query parameter", () => {
  it.each([
    [{}, []],
    [{ queryStringParameters: null, multiValueQueryStringParameters: null }, []],
    [{ queryStringParameters: { token: "a" } }, ["a"]],
    [{ queryStringParameters: { token: "" } }, [""]],
    [{ queryStringParameters: { Token: "a", tokens: "b" } }, []],
    [{ multiValueQueryStringParameters: { token: ["a", "b"] } }, ["a", "b"]],
    [{ queryStringParameters: { token: "b" }, multiValueQueryStringParameters: { token: ["a", "b"] } }, ["a", "b"]],
    [{ queryStringParameters: { token: "b" }, multiValueQueryStringParameters: null }, ["b"]],
    [{ queryStringParameters: { token: "b" }, multiValueQueryStringParameters: { other: ["a"] } }, ["b"]],
  ])("in %j are %j", (event, values) => expect(queryValues(event, "token")).toEqual(values));

  it("are never inherited", () => {
    expect(queryValues({ queryStringParameters: {}, multiValueQueryStringParameters: {} }, "toString")).toEqual([]);
  });
});

describe("the values of a header", () => {
  it.each([
    [{}, []],
    [{ headers: null, multiValueHeaders: null }, []],
    [{ headers: "abc" as never }, []],
    [{ headers: { "X-Name": undefined } }, []],
    [{ headers: { "X-Name": "a", "X-Names": "b", "Y-Name": "c" } }, ["a"]],
    [{ headers: { "x-name": "a", "X-NAME": "b" } }, ["a", "b"]],
    [{ multiValueHeaders: { "X-Name": ["a", "b"], "x-name": ["c"] } }, ["a", "b", "c"]],
    [{ headers: { "x-name": "b" }, multiValueHeaders: { "x-name": ["a", "b"] } }, ["a", "b"]],
    [{ headers: { "x-name": "b" }, multiValueHeaders: { "x-name": [] } }, ["b"]],
  ])("in %j are %j", (event, values) => expect(headerValues(event, "x-name")).toEqual(values));

  it.each([
    { headers: { "x-name": "a" }, multiValueHeaders: { "x-name": ["a", "b"] } },
    { headers: { "x-name": "b", "X-Name": "b" }, multiValueHeaders: { "x-name": ["b"] } },
  ])("in %j contradict each other", (event) => expect(() => headerValues(event, "x-name")).toThrow(code("credential_ambiguous")));
});

it.each(["A-._~+/b", "a==", "a=", "0", "a.b.c"])("a token may be %s", (token) => expect(readBearer(`Bearer ${token}`)).toBe(token));
it.each(["=", "=a", "a=b", "!", "a!", "!a"])("a token may not be %s", (token) =>
  expect(() => readBearer(`Bearer ${token}`)).toThrow(code("credential_malformed")),
);

describe("what an HTTP API cached the answer by", () => {
  const headers = { Authorization: "Bearer a.b.c" };
  it.each([
    {},
    { identitySource: null },
    { identitySource: [] },
    { identitySource: "" },
    { identitySource: [""] },
    { identitySource: ["Bearer a.b.c"] },
    { identitySource: ["Bearer a.b.c", "GET /me"] },
    { identitySource: "GET /me,Bearer a.b.c" },
  ])("%j is the token", (event) => expect(readHttpCredential({ headers, ...event })).toBe("a.b.c"));

  it.each([{ identitySource: ["GET /me"] }, { identitySource: "Bearer a.b.d" }, { identitySource: ["", "Bearer a.b.d"] }])(
    "%j is not the token",
    (event) => expect(() => readHttpCredential({ headers, ...event })).toThrow(code("credential_ambiguous")),
  );

  it("does not matter where there is no token", () => {
    expect(() => readHttpCredential({ headers: {}, identitySource: ["GET /me"] })).toThrow(code("credential_missing"));
  });
});

describe("a WebSocket's subprotocols", () => {
  let sample: Sample;
  let token: string;
  beforeAll(async () => {
    sample = await createSample();
    token = await sample.good();
  });

  /** Whether a connection that offers these subprotocols is let in, or why not. */
  async function offer(offered: string | readonly string[], event: object = {}): Promise<string | undefined> {
    const lines: LogEntry[] = [];
    const options = { clock, jwks: sample.jwks, log: (line: LogEntry) => void lines.push(line) };
    const config = { ...gateway, webSocketCredential: { queryParameter: null, subprotocol: "bearer" } };
    const headers = typeof offered === "string" ? { headers: { "Sec-WebSocket-Protocol": offered } } : {};
    const several = typeof offered === "string" ? {} : { multiValueHeaders: { "sec-websocket-protocol": offered } };
    const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live/$connect";
    const asked = webSocketAuthorizer(config, options)({ type: "REQUEST", methodArn, ...headers, ...several, ...event });
    return asked.then(
      ({ policyDocument }) => policyDocument.Statement[0]?.Effect,
      () => lines[0]?.code ?? undefined,
    );
  }

  it("hold the token right after the agreed name", async () => {
    expect(await offer(`bearer,${token}`)).toBe("Allow");
    expect(await offer(`chat.v1 , bearer ,  ${token} , chat.v2`)).toBe("Allow");
    expect(await offer(["bearer", token])).toBe("Allow");
  });

  it.each([
    ["the name alone", () => "bearer", "credential_missing"],
    ["the token alone", () => token, "credential_missing"],
    ["the token first", () => `${token},bearer`, "credential_missing"],
    ["something in between", () => `bearer,chat,${token}`, "token_opaque"],
    ["the name in another case", () => `Bearer,${token}`, "credential_missing"],
    ["two tokens", () => `bearer,${token},bearer,${token}`, "credential_ambiguous"],
    ["far too much", () => `bearer,${token},${"x".repeat(8_449)}`, "credential_too_large"],
  ])("do not with %s", async (_what, offered, expected) => expect(await offer(offered())).toBe(expected));

  it("may have 8448 characters together", async () => {
    const start = `bearer,${token},`;
    expect(await offer(start + "x".repeat(8_448 - start.length))).toBe("Allow");
    expect(await offer(start + "x".repeat(8_449 - start.length))).toBe("credential_too_large");
  });

  it("are no second place for a token", async () => {
    expect(await offer(`bearer,${token}`, { multiValueHeaders: { authorization: [`Bearer ${token}`] } })).toBe("credential_ambiguous");
  });
});
