import { beforeAll, describe, expect, it } from "vitest";
import { mint } from "../../local/identity-provider/mint.ts";
import { findPersona, type TwinIssuer, twinIssuers } from "../../local/identity-provider/twin-issuer.ts";
import {
  albOidc,
  createVerifier,
  defineGateway,
  defineRoutes,
  entraExternalId,
  entraId,
  google,
  okta,
  type Verifier,
} from "../../src/index.ts";

const NOW = 1_795_420_680;
const GUID = "1b7e4c20-93a5-4d68-8f0e-6c2a9d5b7e31";
const ALB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/harbour/50dc6c495c0c9188";

/** The issuers that somebody might add to the shipped configuration. */
const gateway = defineGateway({
  issuers: {
    staff: entraId({ tenants: [GUID], audience: GUID }),
    old: entraId({ issuer: `https://sts.windows.net/2b7e4c20-93a5-4d68-8f0e-6c2a9d5b7e31/`, audience: "api://orders" }),
    members: entraExternalId({ tenantId: GUID, audience: GUID }),
    suppliers: okta({ domain: "sample.okta.com", audience: "api://orders" }),
    portal: okta({ domain: "sample.okta.com", authorizationServer: "portal", clientIds: ["portal"], tokenUse: "id" }),
    visitors: google({ clientIds: ["web.apps.googleusercontent.com"] }),
    colleagues: google({ issuer: "https://accounts.google.example", clientIds: ["web"], tenants: ["harbour.example"] }),
    balancer: albOidc({ loadBalancers: [ALB], issuer: "https://id.harbour.example", clientIds: ["web"] }),
  },
  routes: defineRoutes({ "GET /orders": "authenticated" }),
  forward: ["username", "email"],
});

let twins: readonly TwinIssuer[] = [];
let verifier: Verifier;
beforeAll(async () => {
  twins = await twinIssuers(gateway);
  const jwks = Object.fromEntries(twins.map(({ issuer, publicJwk }) => [issuer.name, { keys: [publicJwk] }]));
  verifier = createVerifier(gateway, { clock: () => NOW * 1000, jwks });
});

/** The principal that `sallyport token --as` a persona becomes. */
async function principalOf(name: string) {
  const found = findPersona(twins, name);
  if (found === null) throw new Error(`Nobody is called ${name}.`);
  return verifier.verify(await mint(found.twin, found.persona, { now: NOW }));
}

describe("personas of providers beside the shipped ones", () => {
  it.each([
    ["ines", { issuer: "staff", kind: "user", tenant: GUID, roles: ["Orders.Approver"], groupsComplete: true }],
    ["oskar", { issuer: "staff", kind: "user", groups: [], groupsComplete: false }],
    ["mei", { issuer: "staff", authentication: { federatedBy: "https://sts.windows.net/f2c7a914-5b3d-4e80-9a61-0d8e6c4b1f75/" } }],
    ["entra-app", { issuer: "staff", kind: "client", scopes: [], roles: ["Orders.Read.All"] }],
    ["old-ines", { issuer: "old", kind: "user", clientId: "old-web", authentication: { methods: ["pwd", "mfa"] } }],
    ["old-entra-app", { issuer: "old", kind: "client", roles: ["Orders.Read.All"] }],
    ["hana", { issuer: "members", kind: "user", tenant: GUID, scopes: ["orders:read", "orders:write"] }],
    ["tariq", { issuer: "members", authentication: { federatedBy: "google.com" } }],
    ["external-app", { issuer: "members", kind: "client", roles: ["Orders.Sync.All"] }],
    ["emeka", { issuer: "suppliers", subject: "00u7k2m9x4QbTzVw35d7", groups: ["Everyone", "Night Shift"] }],
    ["okta-app", { issuer: "suppliers", kind: "client", scopes: ["orders:read"] }],
    ["portal-lea", { issuer: "portal", token: "id", authentication: { federatedBy: "0oa3e9t7w2KdJmRf45d7" } }],
    ["portal-emeka", { issuer: "portal", token: "id", authentication: { federatedBy: null } }],
    ["yara", { issuer: "visitors", token: "id", tenant: "workspace.example", claims: { email: "yara@workspace.example" } }],
    ["tomas", { issuer: "visitors", token: "id", tenant: null }],
    ["colleagues-yara", { issuer: "colleagues", tenant: "harbour.example" }],
    ["colleagues-user", { issuer: "colleagues", tenant: "harbour.example" }],
  ])("%s", async (name, principal) => {
    expect(await principalOf(name)).toMatchObject(principal);
  });

  it("whoever has no domain is refused where domains are listed", async () => {
    await expect(principalOf("colleagues-tomas")).rejects.toMatchObject({ code: "tenant_not_allowed" });
  });

  it("each name is one person's", () => {
    const names = twins.flatMap(({ personas }) => personas.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });

  it("a load balancer has nobody: it is no identity provider", () => {
    expect(twins.map(({ issuer }) => issuer.name)).not.toContain("balancer");
  });
});
