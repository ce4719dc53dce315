import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { explain } from "../../src/explain/explain.ts";
import { albOidc, defineGateway } from "../../src/index.ts";
import { allOf, encode, NOW } from "./kit.ts";

const ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/sample/50dc6c495c0c9188";
const KID = "0f1e2d3c-4b5a-4968-8776-655443322110";
const POOL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_SamplePool";
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

const gateway = defineGateway({
  issuers: { users: albOidc({ loadBalancers: [ARN], issuer: POOL, clientIds: ["web"] }) },
  routes: { "GET /me": "authenticated" },
});

/** As a load balancer writes it: padded, and the padding signed. */
function token(expires: number): string {
  const pad = (text: string) => text + "=".repeat((4 - (text.length % 4)) % 4);
  const header = { typ: "JWT", kid: KID, alg: "ES256", iss: POOL, client: "web", signer: ARN, exp: expires };
  const input = `${pad(encode(header))}.${pad(encode({ sub: "user-1", exp: expires, iss: POOL }))}`;
  return `${input}.${pad(sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url"))}`;
}

const options = {
  clock: () => NOW * 1_000,
  fetch: async () => new Response(publicKey.export({ type: "spki", format: "pem" })),
  route: "GET /me",
};

describe("what a load balancer passes on", () => {
  it("is read at its own door", async () => {
    const good = token(NOW + 120);
    const explanation = await explain(gateway, good, options);
    expect(explanation.verdict).toBe("allowed");
    expect(explanation.steps.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(explanation.clients).toEqual([{ api: "load balancer, verifyingGuard", status: 200, seen: "the request reaches the function" }]);
    expect(allOf(explanation)).not.toContain(good.slice(0, 12));
  });

  it("is refused there like any other token", async () => {
    const { failure, steps, clients } = await explain(gateway, token(NOW - 600), options);
    expect(failure?.code).toBe("token_expired");
    expect(steps.find(({ status }) => status === "failed")?.id).toBe("expiry");
    expect(clients.map(({ status }) => status)).toEqual([401]);
  });
});
