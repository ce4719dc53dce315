import { describe, expect, it } from "vitest";
import { auth0, cognito, defineGateway } from "../../src/index.ts";
import type { CognitoOptions } from "../../src/providers/cognito.ts";
import type { IssuerDefinition } from "../../src/providers/provider.ts";
import { sentencesIn } from "../config/problems.ts";
import { problemTexts } from "./support.ts";

describe("Auth0's own APIs are no audience of yours", () => {
  const shop = { domain: "shop.eu.auth0.com", customDomains: ["login.shop.example"] };
  const management = "audience is Auth0's own Management API. Set the identifier of your API.";

  it.each(["https://shop.eu.auth0.com/api/v2/", "https://shop.eu.auth0.com/api/v2", "https://login.shop.example/api/v2/"])(
    "%s",
    (audience) => {
      expect(problemTexts(auth0({ ...shop, audience }))).toEqual([management]);
      expect(problemTexts(auth0({ ...shop, audience: ["https://api.shop.example", audience] }))).toEqual([management]);
      expect(problemTexts(auth0({ issuer: ["https://shop.eu.auth0.com/", "https://login.shop.example/"], audience }))).toEqual([
        management,
      ]);
    },
  );

  it("nor are both", () => {
    const audience = ["https://shop.eu.auth0.com/api/v2/", "https://shop.eu.auth0.com/userinfo"];
    expect(problemTexts(auth0({ ...shop, audience }))).toEqual([
      "audience is Auth0's own userinfo API. Set the identifier of your API.",
      management,
    ]);
  });

  it.each(["https://api.shop.example/api/v2/", "https://shop.eu.auth0.com/api/v3/", "https://shop.eu.auth0.com/api/v2/orders"])(
    "%s is another",
    (audience) => expect(problemTexts(auth0({ ...shop, audience }))).toEqual([]),
  );

  it("the audience of ID tokens is a client, whatever it is called", () => {
    expect(problemTexts(auth0({ ...shop, tokenUse: "id", audience: "https://shop.eu.auth0.com/api/v2/" }))).toEqual([]);
  });
});

describe("Cognito's `requireAudience`", () => {
  const POOL = { userPoolId: "eu-west-3_Rm4kTz9Qa", clientIds: ["web", "batch"], audience: "https://orders.example" };
  const problemsOf = (requireAudience: unknown, more: object = {}): readonly string[] => {
    const main: IssuerDefinition = cognito({ ...POOL, requireAudience, ...more } as CognitoOptions);
    return sentencesIn(() => defineGateway({ issuers: { main }, routes: { "GET /": "authenticated" } }));
  };

  it.each([[true], [false], [["web"]], [["web", "batch"]]])("%j is fine", (value) => {
    expect(problemsOf(value)).toEqual([]);
  });

  it("may name any client where every client is accepted", () => {
    expect(problemsOf(["mobile"], { clientIds: null })).toEqual([]);
  });

  it.each([[["mobile"]], [["web", "mobile"]]])("%j names a client that is none of `clientIds`", (value) => {
    expect(problemsOf(value)).toEqual([
      "issuers.main.requireAudience names a client that is none of `clientIds`. List app clients that are accepted, or write `true`.",
    ]);
  });

  it.each([["web"], [1], [null], [{}], [[]], [["web", "web"]], [["*"]]])("%j is neither a boolean nor a list", (value) => {
    expect(problemsOf(value)).toHaveLength(1);
    expect(problemsOf(value)[0]).toMatch(/^issuers\.main\.requireAudience/);
  });
});
