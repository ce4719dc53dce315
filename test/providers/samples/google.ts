import { google } from "../../../src/providers/google.ts";
import { COMMON, COMMON_CLAIMS, type Sample, SIGN_IN } from "../../e2e/sample.ts";

const CLIENT = "sample.apps.googleusercontent.com";

export const googleSample: Sample = {
  issuer: "visitors",
  definition: google({ clientIds: [CLIENT] }),
  typ: "JWT",
  claims: {
    ...COMMON_CLAIMS,
    iss: "https://accounts.google.com",
    aud: CLIENT,
    azp: CLIENT,
    sub: "100000000000000000002",
    hd: "sales.example",
    email: "erin@sales.example",
    email_verified: true,
  },
  scopeClaim: "hd",
  readScope: "buyers.example",
  forOthers: { aud: "other.apps.googleusercontent.com", azp: "other.apps.googleusercontent.com" },
  principal: {
    ...COMMON,
    id: "visitors|100000000000000000002",
    issuer: "visitors",
    token: "id",
    clientId: CLIENT,
    subject: "100000000000000000002",
    tenant: "sales.example",
    scopes: [],
    authentication: SIGN_IN,
  },
};
