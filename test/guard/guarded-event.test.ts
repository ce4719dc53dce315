import { describe, expect, it } from "vitest";
import { withoutCredentials } from "../../src/guard/guarded-event.ts";

describe.each(["headers", "multiValueHeaders"])("of the %s", (member) => {
  it.each(["Authorization", "proxy-authorization", "COOKIE", "Sec-WebSocket-Protocol", "x-amzn-oidc-data", "x-amzn-oidc-accesstoken"])(
    "%s is taken",
    (name) => {
      const kept = { "x-amzn-oidc-identity": "a", Accept: "b", "authorization-hint": "c" };
      expect(withoutCredentials({ [member]: { ...kept, [name]: "secret" } })).toEqual({ [member]: kept });
    },
  );
});

it.each(["identitySource", "cookies", "authorizationToken"])("%s is taken as a whole", (name) => {
  expect(withoutCredentials({ [name]: ["secret"], body: "b" })).toEqual({ body: "b" });
});

const MEMBERS = ["headers", "queryStringParameters", "multiValueQueryStringParameters", "rawQueryString", "requestContext"];
it.each(MEMBERS.flatMap((name) => [null, undefined, 3].map((value) => ({ [name]: value }))))("%j stays what it is", (event) => {
  expect(withoutCredentials(event)).toEqual(event);
});

it("of the request's context only the authorizer's is taken", () => {
  const requestContext = { stage: "prod", http: { method: "GET" } };
  expect(withoutCredentials({ requestContext: { ...requestContext, authorizer: { lambda: {} } } })).toEqual({ requestContext });
});

describe("of the query", () => {
  it.each([
    ["a signed token", "eyJh.eyJz.c2ln", true],
    ["an encrypted token", "eyJh.a.b.c.d", true],
    ["a token without a signature", "eyJh.eyJz.", true],
    ["two parts", "eyJh.eyJz", false],
    ["six parts", "eyJh.a.b.c.d.e", false],
    ["text with a token in it", "see:eyJh.eyJz.c2ln", false],
    ["a version", "1.2.3", false],
  ])("%s", (_, value, isTaken) => {
    const event = withoutCredentials({
      queryStringParameters: { q: value, page: "2" },
      multiValueQueryStringParameters: { q: ["x", value], page: ["2"] },
      rawQueryString: `q=${value}&page=2`,
    });
    expect(event).toEqual({
      queryStringParameters: isTaken ? { page: "2" } : { q: value, page: "2" },
      multiValueQueryStringParameters: isTaken ? { page: ["2"] } : { q: ["x", value], page: ["2"] },
      rawQueryString: isTaken ? "page=2" : `q=${value}&page=2`,
    });
  });

  it("access_token is taken whatever its value is", () => {
    const event = { queryStringParameters: { access_token: "opaque", a: "1" }, rawQueryString: "access_token=opaque&a=1&b" };
    expect(withoutCredentials(event)).toEqual({ queryStringParameters: { a: "1" }, rawQueryString: "a=1&b" });
  });

  it("a token is taken from a WebSocket's too, under a name that is kept", () => {
    const event = { queryStringParameters: { room: "eyJh.eyJz.c2ln", page: "2" }, requestContext: { connectionId: "c" } };
    expect(withoutCredentials(event, ["room", "page"])).toMatchObject({ queryStringParameters: { page: "2" } });
  });
});
