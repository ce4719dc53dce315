import { oidc } from "../../../src/providers/oidc.ts";
import { COMMON, COMMON_CLAIMS, IAT, type Sample } from "../../e2e/sample.ts";

const API = "https://api.orders.example";
const LIMITS = { perDay: 1.5e3, tags: ["a b", 'quoted "ä"', "👍"], none: null, nested: [{ deep: [true, false] }] };

export const oidcSample: Sample = {
  issuer: "staff",
  definition: oidc({ issuer: "https://id.staff.example", audience: API }),
  typ: "at+jwt",
  claims: {
    ...COMMON_CLAIMS,
    iss: "https://id.staff.example",
    sub: "employee 7",
    aud: API,
    client_id: "sample-web",
    scope: "orders:read orders:write",
    roles: ["clerk"],
    groups: ["north", "süd"],
    act: { sub: "agent-1" },
    sid: "s-1",
    acr: "urn:example:strong",
    amr: ["pwd", "otp"],
    auth_time: IAT - 60,
    jti: "j-4",
    preferred_username: "bob",
    limits: LIMITS,
  },
  scopeClaim: "scope",
  readScope: "orders:read",
  forOthers: { aud: "https://other.example" },
  principal: {
    ...COMMON,
    id: "staff|employee 7",
    issuer: "staff",
    subject: "employee 7",
    actor: "agent-1",
    roles: ["clerk"],
    groups: ["north", "süd"],
    authentication: { at: IAT - 60, methods: ["pwd", "otp"], context: "urn:example:strong", federatedBy: null },
    session: "s-1",
    claims: { username: "bob", limits: LIMITS },
  },
};
