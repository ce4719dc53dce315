import { cognito } from "../../../src/providers/cognito.ts";
import { COMMON, COMMON_CLAIMS, IAT, type Sample, SIGN_IN } from "../../e2e/sample.ts";

export const cognitoSample: Sample = {
  issuer: "customers",
  definition: cognito({
    userPoolId: "eu-west-1_Sample123",
    clientIds: ["sample-web"],
    vocabulary: { scopes: { strip: "orders-api/", rest: "drop" } },
  }),
  typ: "JWT",
  claims: {
    ...COMMON_CLAIMS,
    iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Sample123",
    sub: "1f0e7d2c-0000-4000-8000-0000000000a1",
    token_use: "access",
    version: 2,
    client_id: "sample-web",
    username: "alice",
    "cognito:groups": ["buyers", "münchen [1]"],
    scope: "openid orders-api/orders:read orders-api/orders:write",
    auth_time: IAT - 60,
    jti: "j-1",
    origin_jti: "o-1",
  },
  scopeClaim: "scope",
  readScope: "orders-api/orders:read",
  forOthers: { client_id: "other-web" },
  principal: {
    ...COMMON,
    id: "customers|1f0e7d2c-0000-4000-8000-0000000000a1",
    issuer: "customers",
    subject: "1f0e7d2c-0000-4000-8000-0000000000a1",
    groups: ["buyers", "münchen [1]"],
    authentication: { ...SIGN_IN, at: IAT - 60 },
    session: "o-1",
    claims: { username: "alice" },
  },
};
