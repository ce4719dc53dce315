// What somebody writes who installed the package: compiled against its types and run, in a folder of its own.
import { strict as assert } from "node:assert";
import { allOf, createVerifier, defineGateway, group, httpAuthorizer, oidc, type Principal, SallyportError, scope } from "sallyport";
import { defineRoutes, guard } from "sallyport/guard";
import { cognitoSessions, revocationTable, type RevocationTable, signOut } from "sallyport/sessions";
import { authorizerContext, createTestTokens, testPrincipal } from "sallyport/testing";

const routes = defineRoutes({ "GET /orders": allOf(scope("orders:read"), group("buyers")) });
const gateway = defineGateway({
  issuers: { customers: oidc({ issuer: "https://id.example.com", audience: "orders-api", clientIds: null, groupsClaim: "groups" }) },
  routes,
});

const tokens = await createTestTokens(gateway);
const claims = { sub: "user-1", aud: "orders-api", client_id: "web", scope: "orders:read", groups: ["buyers"] };
const token = await tokens.sign("customers", { claims });
const verifier = createVerifier(gateway, { jwks: tokens.jwks });

const principal: Principal = await verifier.verify(token);
assert.equal(principal.id, "customers|user-1");
assert.deepEqual(principal.scopes, ["orders:read"]);
const elsewhere = await tokens.sign("customers", { claims: { ...claims, aud: "another-api" } });
await assert.rejects(verifier.verify(elsewhere), (error) => error instanceof SallyportError && error.code === "audience_mismatch");
assert.equal(typeof httpAuthorizer(gateway, { jwks: tokens.jwks }), "function");

const handler = guard(routes, async (_event, { principal: { subject } }) => ({ statusCode: 200, body: subject }), { log: () => {} });
const event = (caller: Principal) => ({
  version: "2.0",
  routeKey: "GET /orders",
  requestContext: { authorizer: authorizerContext(caller, "http") },
});
assert.deepEqual(await handler(event(principal)), { statusCode: 200, body: "user-1" });
const { statusCode } = await handler(event(testPrincipal()));
assert.equal(statusCode, 403);

// Neither needs the AWS SDK before a request comes.
const revocations: RevocationTable = revocationTable({ table: "revocations", onUnavailable: "deny" });
const providers = { customers: cognitoSessions({ userPoolId: "eu-west-1_Example" }) };
assert.equal(typeof signOut(routes, { revocations, providers }), "function");

/** Never called: what must not compile. */
export function mistakes(caller: Principal): void {
  // @ts-expect-error a principal's scopes are not to be written
  caller.scopes.push("orders:write");
  // @ts-expect-error a rule names its scope
  scope(1);
}

console.log("used");
