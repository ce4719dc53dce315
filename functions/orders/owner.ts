import type { Principal } from "../../src/principal/principal.ts";

/**
 * Whose orders these are: those of the principal's tenant, or its own when it has none. The issuer is part of the id,
 * so two identity providers that use the same tenant name do not share orders.
 */
export function ownerOf({ id, issuer, tenant }: Principal): string {
  return JSON.stringify(tenant === null ? ["principal", id] : ["tenant", issuer, tenant]);
}
