import { okta } from "../../../src/providers/okta.ts";
import { COMMON, COMMON_CLAIMS, IAT, type Sample, SIGN_IN } from "../../e2e/sample.ts";

export const oktaSample: Sample = {
  issuer: "suppliers",
  definition: okta({ domain: "sample.okta.com", audience: "api://orders" }),
  typ: "JWT",
  claims: {
    ...COMMON_CLAIMS,
    ver: 1,
    jti: "AT.sample",
    iss: "https://sample.okta.com/oauth2/default",
    aud: "api://orders",
    cid: "sample-web",
    uid: "00u1sample",
    sub: "dora@supplier.example",
    scp: ["orders:read", "orders:write"],
    groups: ["suppliers"],
    auth_time: IAT - 60,
  },
  scopeClaim: "scp",
  readScope: "orders:read",
  forOthers: { aud: "api://other" },
  principal: {
    ...COMMON,
    id: "suppliers|00u1sample",
    issuer: "suppliers",
    subject: "00u1sample",
    groups: ["suppliers"],
    authentication: { ...SIGN_IN, at: IAT - 60 },
    claims: { username: "dora@supplier.example" },
  },
};
