/** Problems that several providers report in the same words. */
export const NO_AUDIENCE = "audience is missing. Set what `aud` must be in access tokens for this API.";
export const NO_CLIENTS = "clientIds is missing. List the client ids whose ID tokens are accepted, or set `audience`.";
export const NO_TENANT_CLAIM = "tenants has no claim to be compared with. Set `tenantClaim`, or remove `tenants`.";
