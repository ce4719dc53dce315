import { entraExternalId } from "../../../src/providers/entra-external-id.ts";
import { COMMON, COMMON_CLAIMS, IAT, type Sample, SIGN_IN } from "../../e2e/sample.ts";

const TENANT_ID = "c4a1f6b8-3e2d-4b9a-8f70-1d2e3f4a5b6c";

export const entraExternalIdSample: Sample = {
  issuer: "members",
  definition: entraExternalId({ tenantId: TENANT_ID, tenant: "samplemembers", audience: "sample-api" }),
  typ: "JWT",
  claims: {
    ...COMMON_CLAIMS,
    nbf: IAT,
    iss: `https://${TENANT_ID}.ciamlogin.com/${TENANT_ID}/v2.0`,
    aud: "sample-api",
    azp: "sample-web",
    oid: "1f0e7d2c-0000-4000-8000-0000000000e5",
    sub: "pairwise-e5",
    tid: TENANT_ID,
    scp: "orders:read orders:write",
    idp: "google.com",
    ver: "2.0",
  },
  scopeClaim: "scp",
  readScope: "orders:read",
  forOthers: { aud: "other-api" },
  principal: {
    ...COMMON,
    id: "members|pairwise-e5",
    issuer: "members",
    subject: "pairwise-e5",
    tenant: TENANT_ID,
    authentication: { ...SIGN_IN, federatedBy: "google.com" },
  },
};
