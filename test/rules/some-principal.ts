import type { Principal } from "../../src/principal/principal.ts";

/** Noon, in seconds: the time at which the rules are asked. */
export const NOW = 1_800_000_000;

/** A plain example user with no rights at all. */
export function somePrincipal(
  changes: Partial<Omit<Principal, "authentication">> & { authentication?: Partial<Principal["authentication"]> } = {},
): Principal {
  const { authentication, ...rest } = changes;
  return {
    id: "customers|user-1",
    issuer: "customers",
    kind: "user",
    token: "access",
    subject: "user-1",
    clientId: "web",
    tenant: "north",
    actor: null,
    scopes: [],
    roles: [],
    groups: [],
    permissions: [],
    groupsComplete: true,
    session: null,
    expiresAt: NOW + 600,
    claims: {},
    ...rest,
    authentication: { at: NOW - 60, methods: ["pwd"], context: null, federatedBy: null, ...authentication },
  };
}
