import { azureAdB2c } from "../../../src/providers/azure-ad-b2c.ts";
import { COMMON, COMMON_CLAIMS, IAT, type Sample, SIGN_IN } from "../../e2e/sample.ts";

const TENANT_ID = "7d3f0c52-93f5-4c61-8a8c-1f6f0e6a9b10";

export const azureAdB2cSample: Sample = {
  issuer: "partners",
  definition: azureAdB2c({ tenant: "sampleb2c", tenantId: TENANT_ID, policies: ["B2C_1_signin"], audience: "sample-api" }),
  typ: "JWT",
  claims: {
    ...COMMON_CLAIMS,
    nbf: IAT,
    iss: `https://sampleb2c.b2clogin.com/${TENANT_ID}/v2.0/`,
    sub: "1f0e7d2c-0000-4000-8000-0000000000b2",
    oid: "1f0e7d2c-0000-4000-8000-0000000000b2",
    aud: "sample-api",
    azp: "sample-web",
    scp: "orders:read orders:write",
    tfp: "B2C_1_signin",
    ver: "1.0",
    idp: "google.com",
    auth_time: IAT - 60,
  },
  scopeClaim: "scp",
  readScope: "orders:read",
  forOthers: { aud: "other-api" },
  principal: {
    ...COMMON,
    id: "partners|1f0e7d2c-0000-4000-8000-0000000000b2",
    issuer: "partners",
    subject: "1f0e7d2c-0000-4000-8000-0000000000b2",
    tenant: TENANT_ID,
    authentication: { ...SIGN_IN, at: IAT - 60, federatedBy: "google.com" },
  },
};
