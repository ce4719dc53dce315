import { defineGateway, type Gateway, introspect, type IntrospectOptions, okta, scope } from "../../src/index.ts";
import { encode, NOW } from "./kit.ts";

const ORGANIZATION = "https://sample.okta.com";
const ENDPOINT = { url: `${ORGANIZATION}/oauth2/v1/introspect`, clientId: "gateway", clientSecret: "shared-with-nobody" };
const CLAIMS = { iss: ORGANIZATION, aud: ORGANIZATION, sub: "una@sample.example", uid: "00u1", jti: "AT.1", iat: NOW, exp: NOW + 600 };

/** An Okta organization's own server; null: it is not asked about tokens. */
export function askedOkta(options: Partial<IntrospectOptions> | null, changes: object = {}): Gateway {
  const introspection = options === null ? {} : { introspection: introspect({ ...ENDPOINT, ...options }) };
  const org = okta({ domain: "sample.okta.com", authorizationServer: "org", audience: ORGANIZATION, ...introspection, ...changes });
  return defineGateway({ issuers: { org }, routes: { "GET /orders": scope("orders:read") } });
}

/** An access token of that server: a JWT, whose key is published nowhere. */
export const organizationToken = (claims: object = {}): string =>
  [
    encode({ alg: "RS256", kid: "org", typ: "application/okta-internal-at+jwt" }),
    encode({ ...CLAIMS, cid: "web", scp: ["orders:read"], ...claims }),
    encode({ signature: "of Okta" }),
  ].join(".");

/** What the server says of it. */
export const answerOf = (changes: object = {}): object => ({
  ...CLAIMS,
  active: true,
  client_id: "web",
  scope: "orders:read",
  token_type: "Bearer",
  ...changes,
});
