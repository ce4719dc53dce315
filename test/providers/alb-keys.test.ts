import { expect, it } from "vitest";
import { albOidc } from "../../src/providers/alb-oidc.ts";
import { pass } from "./support.ts";

const arn = (partition: string, region: string) =>
  `arn:${partition}:elasticloadbalancing:${region}:123456789012:loadbalancer/app/harbour/50dc6c495c0c9188`;

it.each([
  ["aws", "eu-west-1", "https://public-keys.auth.elb.eu-west-1.amazonaws.com/"],
  ["aws", "ap-southeast-2", "https://public-keys.auth.elb.ap-southeast-2.amazonaws.com/"],
  ["aws-us-gov", "us-gov-west-1", "https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1/"],
  ["aws-us-gov", "us-gov-east-1", "https://s3-us-gov-east-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-east-1/"],
])("keys of %s %s are looked for below a fixed address", (partition, region, url) => {
  const signer = arn(partition, region);
  const issuer = albOidc({ loadBalancers: [signer], issuer: "https://id.harbour.example", clientIds: ["web"] });
  const header = { alg: "ES256", kid: "../../k", signer, iss: "https://id.harbour.example", client: "web" };
  const { location } = pass({ issuer, header, claims: { sub: "user-1", client: "web" } });
  expect(location).toMatchObject({ kind: "single", url });
});
