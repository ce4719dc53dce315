import { beforeAll, describe, expect, it } from "vitest";
import { placeOf } from "../../src/gateway/place.ts";
import { parseArn } from "../../src/gateway/arn.ts";
import {
  appSyncAuthorizer,
  assurance,
  authenticatedWithin,
  defineRoutes,
  httpAuthorizer,
  issuer,
  type RuleInput,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { clock, createSample, gateway, type Sample } from "../authorize/sample.ts";

let sample: Sample;
beforeAll(async () => void (sample = await createSample()));

describe("an authorizer that leaves refusals to the guard", () => {
  const ask = async (token: string, rule: RuleInput = "authenticated", more: object = {}) => {
    const config = { ...gateway, ...defineRoutes({ "GET /me": rule }) };
    const authorizer = httpAuthorizer(config, { denials: "guard", clock, jwks: sample.jwks, log: () => {} });
    const event = { version: "2.0", type: "REQUEST", routeKey: "GET /me", headers: { authorization: `Bearer ${token}` }, ...more };
    return authorizer(event).then(
      ({ isAuthorized, context }) => (isAuthorized ? context : "denied"),
      ({ message, code }: { message: string; code?: string }) => code ?? message,
    );
  };

  it("passes on what a sign-in would have to be, and no more than that", async () => {
    const token = await sample.good();
    expect(await ask(token, assurance("gold"))).toEqual({ reason: "step_up_required", acr: "gold" });
    expect(await ask(token, authenticatedWithin("5m"))).toEqual({ reason: "step_up_required", maxAge: 300 });
    expect(await ask("a.b.c")).toEqual({ reason: "token_malformed" });
  });

  it("passes on no failure, and nothing that may be good a minute later", async () => {
    const token = await sample.good();
    expect(await ask(token, "authenticated", { version: "1.0" })).toBe("event_unsupported");
    expect(await ask(`${token.slice(0, -8)}AAAAAAAA`)).toBe("Unauthorized");
    expect(await ask(await sample.good("shop", { header: { kid: "test-unknown" } }))).toBe("Unauthorized");
  });
});

describe("a WebSocket API that takes tokens from the header only", () => {
  it("takes none from a parameter of whatever name", async () => {
    const config = { ...gateway, webSocketCredential: { queryParameter: null, subprotocol: null } };
    const authorizer = webSocketAuthorizer(config, { clock, jwks: sample.jwks, log: () => {} });
    const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live/$connect";
    const queryStringParameters = { null: await sample.good(), undefined: await sample.good() };
    await expect(authorizer({ type: "REQUEST", methodArn, queryStringParameters })).rejects.toThrow(/^Unauthorized$/);
  });
});

describe("an AppSync API", () => {
  const make = (rule: RuleInput, codes: unknown[] = []) =>
    appSyncAuthorizer(gateway, { rule, clock, jwks: sample.jwks, log: ({ code }) => void codes.push(code) });

  it("knows the issuers that a rule names", async () => {
    const answer = await make(issuer("shop"))({ authorizationToken: await sample.good(), requestContext: { apiId: "a" } });
    expect(answer.isAuthorized).toBe(true);
  });

  it.each([
    ["", "credential_missing"],
    [" ", "credential_malformed"],
    ["Bearer ", "credential_malformed"],
  ])("says of the token %j that it is %s", async (authorizationToken, code) => {
    const codes: unknown[] = [];
    await make("authenticated", codes)({ authorizationToken, requestContext: { apiId: "a" } });
    expect(codes).toEqual([code]);
  });
});

it("an ARN begins where its text does, even if what is left would fit", () => {
  expect(parseArn("arn:aws:execute-api:r:1:abc/GET/GET/x")).toMatchObject({ stage: "GET", method: "GET", path: "/x" });
  expect(() => parseArn("abcdarn:aws:execute-api:r:1:abc/GET/x")).toThrow(expect.objectContaining({ code: "event_unsupported" }));
});

it("a list is no ARN, whatever it holds", () => {
  expect(placeOf({ methodArn: ["arn:aws:execute-api:r:1:abc/prod/GET/x"] })).toBeNull();
});
