import type { Principal } from "../../src/principal/principal.ts";

/** When every sample token was issued: milliseconds since the epoch. */
export const ISSUED_AT = Date.UTC(2026, 0, 1, 12);
/** Seconds that a sample token lives. */
export const LIFETIME = 3600;

export const IAT = ISSUED_AT / 1000;

/** One sample issuer: a good token's contents, the principal they become, and what makes it a token for somebody else. */
export interface Sample {
  readonly provider: string;
  /** The issuer's name in the configuration. */
  readonly issuer: string;
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

export const TIMES = { iat: IAT, exp: IAT + LIFETIME };
export const SIGN_IN = { at: null, methods: [], context: null, federatedBy: null };
