import type { Report } from "../config/report.ts";
import { isJsonObject, type Json, type JsonObject, member, parseStrictJson } from "../json.ts";
import type { VerifiedToken } from "../token/token.ts";
import { checkAudience, checkClient, checkTenant, checkTokenUse, must } from "./checks.ts";
import { audiences, hasClaim, requiredString, stringClaim, subjectClaim } from "./claims.ts";
import { type ClaimNames, readIdentity } from "./identity.ts";
import type { Identity, IssuerDefinition, IssuerDialect, IssuerOptions, IssuerSettings, Provider, TokenUse } from "./provider.ts";
import { claimedTenants, exactIssuers, givenIssuers, jwks, requireSameId, requireTenantClaim, under } from "./setup.ts";

/** Amazon Cognito user pools. */
export interface CognitoOptions extends IssuerOptions {
  /** The pool's id, `us-east-1_AbCdEf123`: both of its issuers follow from it. */
  readonly userPoolId?: string;
  /** The app clients accepted. Required; null accepts every client of the pool. */
  readonly clientIds?: readonly string[] | null;
  /** Access tokens, or those of the clients listed, must carry an `aud` (resource binding). Machine clients' never do. Default false. */
  readonly requireAudience?: boolean | readonly string[];
}

const POOL_ID = /^([a-z]{2}(?:-[a-z]+)+-\d+)_[A-Za-z0-9]+$/;
/** The DNS suffix of each partition, by the start of the region's name. */
const DNS_SUFFIXES: readonly (readonly [string, string])[] = [
  ["cn-", "amazonaws.com.cn"],
  ["", "amazonaws.com"],
];
/** The original issuer's host and the updated one's, which follows the pool's primary region. */
const HOSTS = ["cognito-idp", "issuer-cognito-idp"];
const TOKEN_USES: Readonly<Record<string, TokenUse>> = { access: "access", id: "id" };

const NAMES: ClaimNames = {
  scopes: ["scope"],
  roles: null,
  groups: "cognito:groups",
  permissions: null,
  username: ["username", "cognito:username"],
  email: ["email"],
  session: "origin_jti",
  context: "acr",
};

/** The provider behind {@link cognito}. */
export const cognitoProvider: Provider<CognitoOptions> = {
  name: "cognito",
  options: { userPoolId: "string", requireAudience: "boolean or strings" },
  configure,
};

/** Tokens of an Amazon Cognito user pool. */
export function cognito(options: CognitoOptions): IssuerDefinition {
  return { provider: cognitoProvider, options };
}

function configure(options: CognitoOptions, settings: IssuerSettings, report: Report): IssuerDialect | null {
  const issuers = givenIssuers(options) ?? poolIssuers(options, report);
  const isOnePool = requireSameId("userPoolId", options.userPoolId, issuers?.map(poolOf) ?? [], report, (id) => id);
  if (options.clientIds === undefined) {
    report.problem(
      "clientIds",
      "is missing.",
      "List the app client ids: access tokens of a pool have no `aud` that could tell its apps apart.",
    );
  }
  const isMet = [isAudienceMet(settings, report), isBindingSound(options, report)].every(Boolean);
  if (!requireTenantClaim(settings, report) || issuers === null || !isOnePool || options.clientIds === undefined || !isMet) return null;
  return {
    ...exactIssuers(issuers, options, (issuer) => jwks(under(issuer, ".well-known/jwks.json"))),
    check: (token) => check(token, settings, options.requireAudience ?? false),
    read: (claims) => read(claims, settings),
    names: NAMES,
    tenants: claimedTenants(settings),
  };
}

const poolOf = (issuer: string) => issuer.replace(/\/$/, "").split("/").at(-1) ?? "";

/** The audience of a pool's ID tokens is a client; resources are the audiences of its access tokens. */
function isAudienceMet({ tokenUse, audience, clientIds }: IssuerSettings, report: Report): boolean {
  if (tokenUse === "access" || audience === null || clientIds === null || audience.some((one) => clientIds.includes(one))) return true;
  return report.problem("audience", "is none of `clientIds`, and ID tokens have no other audience.", "Remove it, or name an app client.");
}

function isBindingSound({ requireAudience, clientIds }: CognitoOptions, report: Report): boolean {
  if (typeof requireAudience !== "object" || !Array.isArray(clientIds) || requireAudience.every((id) => clientIds.includes(id)))
    return true;
  return report.problem(
    "requireAudience",
    "names a client that is none of `clientIds`.",
    "List app clients that are accepted, or write `true`.",
  );
}

function poolIssuers(options: CognitoOptions, report: Report): readonly string[] | null {
  const region = POOL_ID.exec(options.userPoolId ?? "")?.[1];
  if (region === undefined) {
    const message = options.userPoolId === undefined ? "is missing." : "is not a user pool id.";
    report.problem("userPoolId", message, "Set the pool's id, such as `us-east-1_AbCdEf123`, or `issuer`.");
    return null;
  }
  const suffix = DNS_SUFFIXES.find(([start]) => region.startsWith(start))?.[1];
  return HOSTS.map((host) => `https://${host}.${region}.${suffix}/${options.userPoolId}`);
}

function check(token: VerifiedToken, settings: IssuerSettings, requireAudience: boolean | readonly string[]): void {
  const { claims } = token;
  const use = requiredString(claims, "token_use");
  checkTokenUse(token, Object.hasOwn(TOKEN_USES, use) ? (TOKEN_USES[use] ?? null) : null, settings);
  if (settings.tokenUse === "id") {
    must(audiences(claims).length === 1, "audience_mismatch");
    if (settings.audience !== null) checkAudience(claims, settings.audience);
    if (settings.clientIds !== null) checkAudience(claims, settings.clientIds);
  } else {
    const client = requiredString(claims, "client_id");
    checkClient(client, settings);
    const isBound = typeof requireAudience === "boolean" ? requireAudience : requireAudience.includes(client);
    if (isBound || hasClaim(claims, "aud")) checkBoundResource(claims, settings);
  }
  if (settings.tenantClaim !== null) checkTenant(stringClaim(claims, settings.tenantClaim), settings);
}

/** A token bound to a resource is good for that resource only, so an API that names none is not it. */
function checkBoundResource(claims: JsonObject, settings: IssuerSettings): void {
  must(hasClaim(claims, "aud"), "audience_mismatch");
  checkAudience(claims, settings.audience ?? []);
}

function read(claims: JsonObject, settings: IssuerSettings): Identity {
  const subject = subjectClaim(claims);
  const isId = settings.tokenUse === "id";
  const clientId = isId ? (audiences(claims)[0] ?? null) : requiredString(claims, "client_id");
  // Machines have neither a name nor a sign-in that their token came from; that `sub` is the client is usual and not promised.
  const isNameless = !isId && stringClaim(claims, "username") === null;
  const isMachine = isNameless && (subject === clientId || !hasClaim(claims, "origin_jti"));
  return readIdentity(claims, settings, NAMES, {
    kind: isMachine ? "client" : "user",
    subject,
    clientId,
    federatedBy: isId ? federatedBy(claims) : null,
  });
}

/**
 * The identity provider of the primary identity. Linked identities say which accounts belong together and not how the user
 * signed in, unless `amr` says `fed` and there is only one. The name of a user is no evidence: anybody can choose `Google_1`.
 */
function federatedBy(claims: JsonObject): string | null {
  const entries = identities(claims);
  const amr = member(claims, "amr");
  const isFederated = Array.isArray(amr) && amr.includes("fed");
  const entry = entries.find(isPrimary) ?? (isFederated && entries.length === 1 ? entries[0] : undefined);
  return entry === undefined ? null : stringClaim(entry, "providerName");
}

/** An unlinked identity may lack `primary`; where it is there, it is a boolean or its text. */
function isPrimary(entry: JsonObject): boolean {
  const primary = member(entry, "primary");
  return primary === undefined || primary === true || primary === "true";
}

/** A list of objects, or the text of one: the user attribute of the same name is a string. */
function identities(claims: JsonObject): readonly JsonObject[] {
  const claim = member(claims, "identities");
  if (claim === undefined) return [];
  const list: Json | undefined = typeof claim === "string" ? parseList(claim) : claim;
  must(Array.isArray(list) && list.every(isJsonObject), "claim_malformed");
  return list;
}

function parseList(text: string): Json | undefined {
  try {
    return member(parseStrictJson(new TextEncoder().encode(`{"list":${text}}`)), "list");
  } catch {
    return undefined;
  }
}
