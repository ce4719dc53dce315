import { describe, expect, it } from "vitest";
import { SallyportError } from "../../src/errors.ts";
import { exactResource, parseArn } from "../../src/gateway/arn.ts";

const PREFIX = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/";

describe("parseArn", () => {
  it.each(["aws", "aws-cn", "aws-us-gov", "aws-iso-b"])("reads the %s partition", (partition) => {
    expect(parseArn(`arn:${partition}:execute-api:r-1:123456789012:abc123/prod/GET/orders/7`)).toEqual({
      stageArn: `arn:${partition}:execute-api:r-1:123456789012:abc123/prod/`,
      apiId: "abc123",
      stage: "prod",
      method: "GET",
      path: "/orders/7",
      routeKey: null,
    });
  });

  it("reads the root, the default stage and a WebSocket connection", () => {
    expect(parseArn(`${PREFIX}GET/`)).toMatchObject({ method: "GET", path: "/" });
    expect(parseArn("arn:aws:execute-api:r:1:abc/$default/POST/x")).toMatchObject({ stage: "$default", method: "POST", path: "/x" });
    expect(parseArn(`${PREFIX}$connect`)).toMatchObject({ method: null, path: "", routeKey: "$connect" });
  });

  it.each(["/a:b", "/a/*", "/a?b", "//a//", "/a%2Fb", "/other/prod/GET/x", "/a\nb", "/:abc123/prod/GET/x"])(
    "takes the path %j as it is",
    (path) => {
      expect(parseArn(`${PREFIX}GET${path}`)).toMatchObject({ apiId: "abc123", stage: "prod", method: "GET", path });
    },
  );

  it.each([
    undefined,
    null,
    7,
    "",
    "GET/orders",
    PREFIX,
    `${PREFIX}GET`,
    `${PREFIX}get/orders`,
    `${PREFIX}FETCH/orders`,
    `${PREFIX}*/orders`,
    `${PREFIX}/orders`,
    `${PREFIX}$disconnect`,
    `${PREFIX}$connect/x`,
    ` ${PREFIX}GET/`,
    `x\n${PREFIX}GET/`,
    "arn:aws:execute-api:r:1:abc/GET",
    "arn:aws:execute-api:r:1:*/prod/GET/x",
    "arn:aws:execute-api:r:1:abc/*/GET/x",
    "arn:aws:execute-api:r::abc/prod/GET/x",
    "arn:aws:lambda:r:1:abc/prod/GET/x",
    "arn:*:execute-api:r:1:abc/prod/GET/x",
    "arn:aws:execute-api:r:1:x:abc/prod/GET/x",
  ])("refuses %j", (arn) => {
    expect(() => parseArn(arn)).toThrow(expect.objectContaining({ code: "event_unsupported" }));
    expect(() => parseArn(arn)).toThrow(SallyportError);
  });
});

it("escapes what a policy would read as a wildcard or a variable", () => {
  const resource = (path: string) => exactResource(parseArn(`${PREFIX}GET${path}`));
  expect(resource("/a*b?c")).toBe(`${PREFIX}GET/a\${*}b\${?}c`);
  expect(resource("/${aws:username}/$x")).toBe(`${PREFIX}GET/\${$}{aws:username}/$x`);
  expect(exactResource(parseArn("arn:aws:execute-api:r:1:abc/$default/GET/x"))).toBe("arn:aws:execute-api:r:1:abc/$default/GET/x");
});
