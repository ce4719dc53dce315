import type { Report } from "../config/report.ts";
import { type JsonObject, member } from "../json.ts";
import type { KeySource } from "../keys/keys.ts";
import { openSingleKeys } from "../keys/single-keys.ts";
import type { TokenHeader } from "../token/token.ts";
import { checkTenant, isEventStatement, must } from "./checks.ts";
import { hasClaim, stringClaim, subjectClaim } from "./claims.ts";
import { type ClaimNames, readIdentity } from "./identity.ts";
import type { Identity, IssuerDefinition, IssuerDialect, IssuerOptions, IssuerSettings, Provider } from "./provider.ts";
import { claimedTenants, givenIssuers, jwks, requireTenantClaim } from "./setup.ts";

/** Application Load Balancers that sign users in, and pass what they learnt on in the header `x-amzn-oidc-data`. */
export interface AlbOidcOptions extends IssuerOptions {
  /** The load balancers' ARNs. Required: every load balancer of a region, anybody's, signs with the same keys. */
  readonly loadBalancers?: readonly string[];
  /** The identity provider that the listener rule names (`Issuer`). Required. */
  readonly issuer?: string | readonly string[];
  /** The clients that the listener rules name (`ClientId`). Required; null accepts every client. */
  readonly clientIds?: readonly string[] | null;
}

const ARN =
  /^arn:(aws|aws-us-gov):elasticloadbalancing:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:loadbalancer\/app\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{1,32}$/;
/** Where each partition publishes keys: one file for each key id. */
const KEY_BASES: Readonly<Record<string, (region: string) => string>> = {
  aws: (region) => `https://public-keys.auth.elb.${region}.amazonaws.com/`,
  "aws-us-gov": (region) => `https://s3-${region}.amazonaws.com/aws-elb-public-keys-prod-${region}/`,
};

const NAMES: ClaimNames = {
  scopes: [],
  roles: null,
  groups: null,
  permissions: null,
  username: ["preferred_username", "username"],
  email: ["email"],
  session: null,
  context: null,
};

/** The provider behind {@link albOidc}. */
export const albOidcProvider: Provider<AlbOidcOptions> = {
  name: "albOidc",
  options: { loadBalancers: "strings" },
  defaultTokenUse: "id",
  defaultAlgorithms: ["ES256"],
  configure,
};

/** Users whom an Application Load Balancer signed in. Read by `verifyingGuard` only, behind that load balancer. */
export function albOidc(options: AlbOidcOptions): IssuerDefinition {
  return { provider: albOidcProvider, options };
}

function configure(options: AlbOidcOptions, settings: IssuerSettings, report: Report): IssuerDialect | null {
  const sources = keySources(options, report);
  const upstream = givenIssuers(options);
  if (upstream === null) report.problem("issuer", "is missing.", "Set the `Issuer` of the listener rule.");
  const isTied = options.clientIds !== undefined;
  if (!isTied) report.problem("clientIds", "is missing.", "List the `ClientId` of the listener rules.");
  const isSound = isPlain(settings, report);
  if (!requireTenantClaim(settings, report) || sources === null || upstream === null || !isTied || !isSound) return null;
  const checkHeader = ({ members }: TokenHeader, signer: string) => checkSigner(members, signer, upstream, settings);
  return {
    // What vouches for these tokens is the load balancer: it is their issuer here, and no `iss` of a payload ever names it.
    issuers: [...sources.keys()],
    keyLocations: options.jwksUri === undefined ? [] : [jwks(options.jwksUri)],
    locateKeys: ({ header }, signer) => {
      checkHeader(header, signer);
      const source = sources.get(signer);
      must(source !== undefined, "issuer_unknown");
      return source;
    },
    check: (token) => {
      checkHeader(token.header, token.iss);
      const iss = stringClaim(token.claims, "iss");
      must(iss === null || iss === member(token.header.members, "iss"), "issuer_unknown");
      must(!hasClaim(token.claims, "token_use") && !isEventStatement(token.claims), "token_use_mismatch");
      if (settings.tenantClaim !== null) checkTenant(stringClaim(token.claims, settings.tenantClaim), settings);
    },
    read: (claims) => read(claims, settings),
    names: NAMES,
    tenants: claimedTenants(settings),
  };
}

function keySources({ loadBalancers, jwksUri }: AlbOidcOptions, report: Report): ReadonlyMap<string, KeySource> | null {
  if (loadBalancers === undefined) {
    report.problem("loadBalancers", "is missing.", "List the ARNs of the load balancers: others sign with the same keys.");
    return null;
  }
  const sources = new Map<string, KeySource>();
  for (const [index, arn] of loadBalancers.entries()) {
    const [, partition = "", region = ""] = ARN.exec(arn) ?? [];
    const url = KEY_BASES[partition]?.(region);
    if (url === undefined) report.problem(`loadBalancers[${index}]`, "is not the ARN of an Application Load Balancer.", "Copy it whole.");
    else sources.set(arn, jwksUri === undefined ? { kind: "single", url, open: openSingleKeys } : jwks(jwksUri));
  }
  return sources.size === loadBalancers.length ? sources : null;
}

/** What a load balancer does not say cannot be asked for. */
function isPlain(settings: IssuerSettings, report: Report): boolean {
  const faults: readonly (readonly [boolean, string, string, string])[] = [
    [settings.audience !== null, "audience", "is nothing a load balancer writes.", "Remove it: `clientIds` says who may call."],
    [settings.tokenUse !== "id", "tokenUse", "asks for access tokens.", "Remove it: a load balancer passes on facts about a user."],
    [settings.algorithms.join() !== "ES256", "algorithms", "is not ES256, with which load balancers sign.", "Remove it."],
    [settings.introspection !== undefined, "introspection", "asks about a token that nobody else knows.", "Remove it."],
  ];
  for (const [isFault, path, message, fix] of faults) if (isFault) report.problem(path, message, fix);
  return faults.every(([isFault]) => !isFault);
}

/** The header says who signed, for which client of which identity provider. Asked before any key is fetched, and after. */
function checkSigner(members: JsonObject, signer: string, upstream: readonly string[], { clientIds }: IssuerSettings): void {
  must(member(members, "signer") === signer, "issuer_unknown");
  const iss = member(members, "iss");
  must(typeof iss === "string" && upstream.includes(iss), "issuer_unknown");
  const client = member(members, "client");
  must(clientIds === null || (typeof client === "string" && clientIds.includes(client)), "client_not_allowed");
}

/** `client` is the header's, put there when the token was taken apart. */
function read(claims: JsonObject, settings: IssuerSettings): Identity {
  return readIdentity(claims, settings, NAMES, { kind: "user", subject: subjectClaim(claims), clientId: stringClaim(claims, "client") });
}
