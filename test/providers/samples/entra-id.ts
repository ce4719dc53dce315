import { entraId } from "../../../src/providers/entra-id.ts";
import { COMMON, COMMON_CLAIMS, IAT, type Sample, SIGN_IN } from "../../e2e/sample.ts";

const TENANT_ID = "2b8e4d17-5c0a-4f3e-9d26-7a1b3c5d7e90";

export const entraIdSample: Sample = {
  issuer: "workforce",
  definition: entraId({
    tenants: [TENANT_ID],
    audience: "api://orders",
    vocabulary: { scopes: { map: { "Orders.Read": "orders:read", "Orders.Write": "orders:write" }, rest: "drop" } },
  }),
  typ: "JWT",
  claims: {
    ...COMMON_CLAIMS,
    nbf: IAT,
    iss: `https://login.microsoftonline.com/${TENANT_ID}/v2.0`,
    aud: "api://orders",
    azp: "sample-web",
    azpacr: "0",
    oid: "1f0e7d2c-0000-4000-8000-0000000000c3",
    sub: "pairwise-c3",
    tid: TENANT_ID,
    scp: "Orders.Read Orders.Write",
    roles: ["clerk"],
    groups: ["1f0e7d2c-0000-4000-8000-0000000000d4"],
    acrs: ["c1"],
    sid: "s-3",
    preferred_username: "carol",
    ver: "2.0",
  },
  scopeClaim: "scp",
  readScope: "Orders.Read",
  forOthers: { aud: "api://other" },
  principal: {
    ...COMMON,
    id: "workforce|pairwise-c3",
    issuer: "workforce",
    subject: "pairwise-c3",
    tenant: TENANT_ID,
    roles: ["clerk"],
    groups: ["1f0e7d2c-0000-4000-8000-0000000000d4"],
    authentication: { ...SIGN_IN, context: "c1" },
    session: "s-3",
    claims: { username: "carol" },
  },
};
