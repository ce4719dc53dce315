import { SallyportError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { Proof } from "../principal/proof.ts";
import { checkAudience, checkClient, checkTenant, isEventStatement, must, payloadType } from "../providers/checks.ts";
import { firstString, hasClaim, stringClaim, subjectClaim } from "../providers/claims.ts";
import { type ClaimNames, readIdentity } from "../providers/identity.ts";
import { makePrincipal } from "../providers/make-principal.ts";
import type { Identity, Issuer } from "../providers/provider.ts";
import { marksIn } from "../token/marks.ts";
import { faultOfTimes, readTimes } from "../token/times.ts";
import type { VerifiedToken } from "../token/token.ts";

/** The members of RFC 7662 section 2.2, and those that issuers add under the names they have in tokens. */
const NAMES: ClaimNames = {
  scopes: ["scope", "scp"],
  roles: "roles",
  groups: "groups",
  permissions: "permissions",
  username: ["username", "preferred_username"],
  email: ["email"],
  session: "sid",
  context: "acr",
};

/** Where the user's lasting id is, at providers that put a login name into `sub`. */
const SUBJECTS: Readonly<Record<string, string>> = { okta: "uid" };
const ACCESS = ["access", "access_token", "bearer"];

/**
 * What an active opaque token proves, from the issuer's own answer, which is held against the same settings as a JWT's claims.
 * @param now seconds since the epoch
 * @throws SallyportError
 */
export function proveIntrospected(claims: JsonObject, issuer: Issuer, forward: readonly string[], now: number): Proof {
  const { settings } = issuer;
  const iss = stringClaim(claims, "iss");
  must(iss === null || issuer.issuers.includes(iss), "issuer_unknown");
  checkKind(claims, settings.audience);
  must(!hasClaim(claims, "cnf"), "token_bound");
  const times = readTimes(claims);
  const fault = faultOfTimes(times, now, settings);
  if (fault !== null) throw new SallyportError(fault);
  if (settings.audience !== null) checkAudience(claims, settings.audience);
  checkClient(clientOf(claims), settings);
  if (settings.tenantClaim !== null) checkTenant(stringClaim(claims, settings.tenantClaim), settings);
  // The issuer vouches for it as a signature would.
  const token = { header: { alg: "", kid: null, typ: null, members: {} }, claims, iss: iss ?? "", expiresAt: Math.floor(times.exp) };
  const principal = makePrincipal({ ...issuer, read: () => read(claims, issuer) }, token as unknown as VerifiedToken, forward);
  return { principal, ...marksIn(claims) };
}

/**
 * Refuses what says that it is anything but an access token. Refresh tokens often say nothing (RFC 7662 has no word for them); only an
 * audience tells those apart, so that without one the answer has to say what it is about.
 */
function checkKind(claims: JsonObject, audience: readonly string[] | null): void {
  const said = ["token_type", "token_use"].flatMap((name) => stringClaim(claims, name) ?? []).map((type) => isAccess(type));
  const type = payloadType(claims);
  if (type !== null) said.push(type === "access");
  const isSettled = audience !== null || said.length > 0;
  must(isSettled && said.every(Boolean) && !isEventStatement(claims), "token_use_mismatch");
}

const isAccess = (type: string) => ACCESS.includes(type.toLowerCase());
const clientOf = (claims: JsonObject) => firstString(claims, ["client_id", "azp"]);

/** A token without a subject, or with the client for one, is the client's own. */
function read(claims: JsonObject, { provider, settings }: Issuer): Identity {
  const clientId = clientOf(claims);
  const name = Object.hasOwn(SUBJECTS, provider) ? (SUBJECTS[provider] ?? "sub") : "sub";
  const found = [name, "sub", "client_id"].find((candidate) => hasClaim(claims, candidate)) ?? "sub";
  const subject = subjectClaim(claims, found);
  return readIdentity(claims, settings, NAMES, { kind: subject === clientId ? "client" : "user", subject, clientId });
}
