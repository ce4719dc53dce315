import { describe, expect, it } from "vitest";
import { createVerifier, defineGateway, okta } from "../../src/index.ts";
import { keySetOf, NOW, signVector } from "./vectors.ts";

const ORG = "https://marrow.okta.com";
const ACCESS = { iss: ORG, aud: ORG, jti: "AT.1", sub: "ana@marrow.example", uid: "00uU", cid: "0oaC", scp: ["openid"] };
const ID = { iss: ORG, aud: "0oaC", jti: "ID.1", sub: "00uU", at_hash: "h" };
const API = { audience: "api://depot" };
const INTERNAL = "application/okta-internal-at+jwt";

/** The code that a token is refused with, and how often keys were asked for. */
async function outcome(issuer: Parameters<typeof okta>[0], claims: object, header: object = {}): Promise<readonly [unknown, number]> {
  const gateway = defineGateway({ issuers: { depots: okta(issuer) }, routes: { "GET /": "authenticated" } });
  const payload = { iat: NOW / 1000 - 20, exp: NOW / 1000 + 600, ...claims };
  const vector = {
    provider: "okta",
    variant: "",
    header: { alg: "RS256", kid: "k1", ...header },
    payload,
    config: {},
    expectedPrincipal: {},
  };
  let fetches = 0;
  const fetch = async () => {
    fetches++;
    return Response.json(keySetOf(vector));
  };
  const verifier = createVerifier(gateway, { clock: () => NOW, fetch });
  const code = await verifier.verify(signVector(vector)).then(
    () => "accepted",
    (error: { readonly code?: unknown }) => error.code,
  );
  return [code, fetches];
}

describe("an access token of the organization's own server is for Okta, and no key is fetched for it", () => {
  it.each([
    ["that server is configured", { domain: "marrow.okta.com", authorizationServer: "org", audience: ORG }],
    ["another server of the organization is", { domain: "marrow.okta.com", ...API }],
    ["another server is, by its issuer", { issuer: `${ORG}/oauth2/ausDepot`, ...API }],
    ["another server is, for ID tokens", { domain: "marrow.okta.com", clientIds: ["0oaC"], tokenUse: "id" }],
    ["both are", { issuer: [ORG, `${ORG}/oauth2/default`], ...API }],
  ] as const)("where %s", async (_, issuer) => {
    expect(await outcome(issuer, ACCESS)).toEqual(["token_not_for_api", 0]);
    expect(await outcome(issuer, ACCESS, { typ: INTERNAL })).toEqual(["token_not_for_api", 0]);
  });
});

it.each([
  ["the organization's ID tokens, where only another server is configured", ID, "issuer_unknown"],
  ["another organization's access tokens", { ...ACCESS, iss: "https://other.okta.com" }, "issuer_unknown"],
  ["another server's", { ...ACCESS, iss: `${ORG}/oauth2/ausOther` }, "issuer_unknown"],
  ["an issuer that is no organization's", { ...ACCESS, iss: `${ORG}/` }, "issuer_unknown"],
])("%s are strangers", async (_, claims, code) => {
  expect(await outcome({ domain: "marrow.okta.com", ...API }, claims)).toEqual([code, 0]);
});

describe("what a header may say is settled in order", () => {
  const own = { ...ACCESS, iss: `${ORG}/oauth2/default`, aud: API.audience };
  const depot = { domain: "marrow.okta.com", ...API };

  it("an algorithm that is not accepted before whom the token is for", async () => {
    expect(await outcome(depot, own, { alg: "RS512" })).toEqual(["algorithm_not_allowed", 0]);
    expect(await outcome({ ...depot, authorizationServer: "org" }, ACCESS, { alg: "RS512" })).toEqual(["algorithm_not_allowed", 0]);
  });

  it("a type that is not accepted, before any key is fetched", async () => {
    expect(await outcome(depot, own, { typ: INTERNAL })).toEqual(["typ_not_allowed", 0]);
    expect(await outcome(depot, own)).toEqual(["accepted", 1]);
  });
});
