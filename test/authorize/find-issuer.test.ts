import { expect, it } from "vitest";
import { azureAdB2c, defineGateway, entraId } from "../../src/index.ts";
import { findIssuer } from "../../src/issuers/find-issuer.ts";
import type { JsonObject } from "../../src/json.ts";
import type { UnverifiedToken } from "../../src/token/token.ts";

const TENANT = "8a1f0c63-57d2-4e9b-b0a4-3c6d9e2f7b15";
const tenantId = (index: number) => `8a1f0c63-57d2-4e9b-b0a4-${String(index).padStart(12, "0")}`;
const claiming = (claims: JsonObject) => ({ header: { alg: "RS256" }, claims }) as UnverifiedToken;
const codeOf = (find: () => unknown) => {
  try {
    find();
    return "found";
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

it("an `iss` is read in its other spellings once, however many issuers spell theirs in that way", () => {
  const tenants = Array.from({ length: 30 }, (_, index) => [
    `b2c${index}`,
    azureAdB2c({ tenant: `shop${index}`, tenantId: tenantId(index), policies: ["B2C_1_in", "B2C_1_Up"], audience: "api" }),
  ]);
  const configured = defineGateway({ issuers: Object.fromEntries(tenants), routes: { "GET /": "authenticated" } });
  const read: string[] = [];
  const [{ canonical = (iss: string) => iss } = {}] = configured.issuers;
  const counting = (iss: string) => {
    read.push(iss);
    return canonical(iss);
  };
  const gateway = { ...configured, issuers: configured.issuers.map((issuer) => ({ ...issuer, canonical: counting })) };
  findIssuer(gateway, claiming({ iss: gateway.issuers[0]?.issuers[0] ?? "" }));
  read.length = 0;

  const long = `https://x/tfp/${"x".repeat(2_900)}/${"y".repeat(2_900)}`;
  expect(codeOf(() => findIssuer(gateway, claiming({ iss: long })))).toBe("issuer_unknown");
  expect(read).toEqual([long]);
  const upper = `https://shop29.b2clogin.com/tfp/${tenantId(29)}/b2c_1_IN/v2.0/`;
  expect(findIssuer(gateway, claiming({ iss: upper }))).toMatchObject({ issuer: { name: "b2c29" }, iss: upper });
});

it("one tenant's token for Microsoft's own API is told from a stranger's", () => {
  const graph = { iss: `https://sts.chinacloudapi.cn/${TENANT}/`, aud: "https://graph.microsoft.com" };
  const codes = (options: Parameters<typeof entraId>[0]) => {
    const gateway = defineGateway({ issuers: { staff: entraId(options) }, routes: { "GET /": "authenticated" } });
    const tids = [TENANT, TENANT.toUpperCase(), tenantId(1), "x", `${TENANT} `];
    return tids.map((tid) => codeOf(() => findIssuer(gateway, claiming({ ...graph, tid }))));
  };
  const [own, none] = ["token_not_for_api", "issuer_unknown"];
  expect(codes({ tenants: [TENANT], audience: "api" })).toEqual([own, own, none, none, none]);
  expect(codes({ tenants: null, audience: "api" })).toEqual([own, own, own, none, none]);
  expect(codes({ issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`, audience: "api" })).toEqual([own, own, none, none, none]);
});
