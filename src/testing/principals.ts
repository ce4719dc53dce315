import { encodeNative, encodeText } from "../principal/codec.ts";
import type { Principal } from "../principal/principal.ts";

/** A principal for tests: a user of `issuer` "test" without any rights, expiring in the year 2100, with your changes. */
export function testPrincipal(changes: Partial<Principal> = {}): Principal {
  const { issuer = "test", subject = "user-1" } = changes;
  return {
    id: `${issuer}|${subject}`,
    issuer,
    kind: "user",
    token: "access",
    subject,
    clientId: null,
    tenant: null,
    actor: null,
    scopes: [],
    roles: [],
    groups: [],
    permissions: [],
    groupsComplete: true,
    authentication: { at: null, methods: [], context: null, federatedBy: null },
    session: null,
    expiresAt: 4_102_444_800,
    claims: {},
    ...changes,
  };
}

/**
 * What a function finds in `event.requestContext.authorizer` for this principal: on an HTTP API as JSON values below `lambda`,
 * on REST and WebSocket APIs as text.
 */
export function authorizerContext(principal: Principal, api: "http" | "rest" | "websocket"): Record<string, unknown> {
  return api === "http" ? { lambda: encodeNative(principal) } : encodeText(principal);
}
