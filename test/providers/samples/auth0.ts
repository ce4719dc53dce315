import { auth0 } from "../../../src/providers/auth0.ts";
import { COMMON, COMMON_CLAIMS, type Sample, SIGN_IN } from "../../e2e/sample.ts";
import { PERSONAL } from "../personal.ts";

const API = "https://api.orders.example";

export const auth0Sample: Sample = {
  issuer: "shops",
  definition: auth0({ domain: "sample.eu.auth0.com", audience: API }),
  typ: "JWT",
  claims: {
    ...COMMON_CLAIMS,
    iss: "https://sample.eu.auth0.com/",
    sub: "google-oauth2|100000000000000000001",
    aud: [API, "https://sample.eu.auth0.com/userinfo"],
    azp: "sample-web",
    scope: "openid orders:read orders:write",
    permissions: ["orders:create", "orders:refund"],
    org_id: "org_sample",
  },
  scopeClaim: "scope",
  readScope: "orders:read",
  forOthers: { aud: ["https://other.example", "https://sample.eu.auth0.com/userinfo"] },
  principal: {
    ...COMMON,
    id: "shops|google-oauth2|100000000000000000001",
    issuer: "shops",
    subject: "google-oauth2|100000000000000000001",
    tenant: "org_sample",
    scopes: ["openid", "orders:read", "orders:write"],
    permissions: ["orders:create", "orders:refund"],
    authentication: { ...SIGN_IN, federatedBy: "google-oauth2" },
    claims: { username: PERSONAL.nickname },
  },
};
