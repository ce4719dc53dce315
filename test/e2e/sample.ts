import type { Principal } from "../../src/principal/principal.ts";
import type { IssuerDefinition } from "../../src/providers/provider.ts";
import { PERSONAL } from "../providers/personal.ts";

/** When every sample token was issued: milliseconds since the epoch. */
export const ISSUED_AT = Date.UTC(2026, 0, 1, 12);
/** Seconds that a sample token lives. */
export const LIFETIME = 3600;

export const IAT = ISSUED_AT / 1000;

/** One sample issuer: a good token's contents, the principal they become, and what makes it a token for somebody else. */
export interface Sample {
  /** The issuer's name in the configuration. */
  readonly issuer: string;
  readonly definition: IssuerDefinition;
  readonly typ: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The claim in which the provider writes scopes, and how it writes `orders:read`; at Google, what stands for them. */
  readonly scopeClaim: string;
  readonly readScope: string;
  readonly forOthers: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
}

/** What is the same in every sample principal. */
export const COMMON = {
  kind: "user",
  token: "access",
  clientId: "sample-web",
  tenant: null,
  actor: null,
  scopes: ["orders:read", "orders:write"],
  roles: [],
  groups: [],
  permissions: [],
  groupsComplete: true,
  session: null,
  expiresAt: IAT + LIFETIME,
  claims: {},
} as const satisfies Partial<Principal>;

/** The times, and what must not cross: all sample tokens have it. `emails` is a text, which a native authorizer leaves readable. */
export const COMMON_CLAIMS = { ...PERSONAL, emails: PERSONAL.emails[0], iat: IAT, exp: IAT + LIFETIME };
export const SIGN_IN = { at: null, methods: [], context: null, federatedBy: null };
