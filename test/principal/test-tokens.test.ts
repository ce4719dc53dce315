import { describe, expect, it } from "vitest";
import { createVerifier, defineGateway, entraId, type Gateway } from "../../src/index.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { outcome } from "../keys/kit.ts";

const TENANTS = ["11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555"] as const;
const AUDIENCE = "33333333-2222-4333-8444-555555555555";
const claims = { aud: AUDIENCE, azp: "44444444-2222-4333-8444-555555555555", oid: "o", sub: "s", scp: "orders:read", ver: "2.0" };

const gatewayOf = (options: Partial<Parameters<typeof entraId>[0]>): Gateway =>
  defineGateway({
    issuers: { staff: entraId({ audience: AUDIENCE, tenants: null, ...options }) },
    routes: { "GET /": "authenticated" },
  });

async function verdict(gateway: Gateway, extra: object = {}): Promise<string> {
  const { jwks, sign } = await createTestTokens(gateway);
  return outcome(createVerifier(gateway, { jwks }).verify(await sign("staff", { claims: { ...claims, ...extra } })));
}

describe("test tokens of a provider with an issuer for every tenant", () => {
  it("are of one tenant, always the same", async () => expect(await verdict(gatewayOf({}))).toBe("found"));

  it("are of the tenant that the test names", async () => {
    const gateway = gatewayOf({});
    const { jwks, sign } = await createTestTokens(gateway);
    const { verify } = createVerifier(gateway, { jwks });
    expect((await verify(await sign("staff", { claims: { ...claims, tid: TENANTS[1] } }))).tenant).toBe(TENANTS[1]);
  });

  it("are of a tenant that the gateway accepts", async () => {
    expect(await verdict(gatewayOf({ tenants: [TENANTS[0]] }), { tid: TENANTS[0] })).toBe("found");
    expect(await verdict(gatewayOf({ tenants: TENANTS }))).toBe("found");
  });
});
