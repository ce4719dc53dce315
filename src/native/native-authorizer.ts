import { checkNames, checkObject, isObject, kindOf } from "../config/check-values.ts";
import { isEmulated } from "../config/emulator.ts";
import { checked, type Report } from "../config/report.ts";
import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import type { PrincipalSource } from "../guard/fence.ts";
import { findIssuer } from "../issuers/find-issuer.ts";
import { type JsonObject, member } from "../json.ts";
import { marksIn } from "../token/marks.ts";
import { makePrincipal } from "../providers/make-principal.ts";
import type { Issuer } from "../providers/provider.ts";
import { faultOfTimes, readTimes } from "../token/times.ts";
import type { TokenHeader, UnverifiedToken, VerifiedToken } from "../token/token.ts";
import { CONFIGURABLE_TYPES, type ClaimTypes, claimTypes } from "./claim-types.ts";
import { NATIVE_KINDS, type NativeAuthorizerKind, readNativeClaims } from "./native-event.ts";
import { restoreClaims } from "./restore-claims.ts";

/** One API Gateway authorizer that is not this gateway's own. */
export interface NativeAuthorizerOptions {
  /** Which authorizer it is, and on which kind of API. Never guessed from an event. */
  readonly kind: NativeAuthorizerKind;
  /** The name, in the gateway's configuration, of the one issuer that API Gateway accepts tokens of. */
  readonly issuer: string;
  /**
   * What claims are that API Gateway turned into text: `words` for a list whose elements never hold a space, `commas` for one
   * whose elements never hold a comma, `text`, `number`, `boolean`, `json`.
   */
  readonly claimTypes?: Readonly<Record<string, (typeof CONFIGURABLE_TYPES)[number]>>;
}

/** Nothing of the header reaches a function, so no check can rely on it. */
const NO_HEADER: TokenHeader = { alg: "", kid: null, typ: null, members: {} };
const NO_BYTES = new Uint8Array();

/**
 * Where a guard finds the principal behind API Gateway's own JWT or Cognito authorizer: in the claims that authorizer verified,
 * checked again for issuer, times, audience, client, kind of token and whatever else the issuer's provider checks. The signature
 * is API Gateway's to check; there is none in the event.
 * @throws ConfigurationError at once, for a configuration that cannot be relied on, and inside serverless-offline
 */
export function nativeAuthorizer(gateway: Gateway, options: NativeAuthorizerOptions): PrincipalSource {
  const { issuer, kind, types } = checked("nativeAuthorizer", (report) => checkOptions(gateway, options, report));
  const claimsOf = (event: unknown): JsonObject => {
    const found = readNativeClaims(event, kind);
    return types === null ? found : restoreClaims(found as Readonly<Record<string, string>>, types);
  };
  const find = (event: unknown, now: number) => makePrincipal(issuer, checkToken(gateway, issuer, claimsOf(event), now), gateway.forward);
  const { revocations } = gateway;
  return Object.assign(find, { marks: (event: unknown) => marksIn(claimsOf(event)), ...(revocations && { revocations }) });
}

/** The checks of the way through that need neither header nor signature. @throws SallyportError */
function checkToken(gateway: Gateway, issuer: Issuer, claims: JsonObject, now: number): VerifiedToken {
  const unverified: UnverifiedToken = { header: NO_HEADER, claims, signingInput: NO_BYTES, signature: NO_BYTES };
  const found = findIssuer(gateway, unverified);
  if (found.issuer !== issuer) throw new SallyportError("issuer_unknown");
  // Chooses no key here, but refuses what must not be verified at all.
  issuer.locateKeys(unverified, found.iss);
  const times = readTimes(claims);
  const fault = faultOfTimes(times, now, issuer.settings);
  if (fault !== null) throw new SallyportError(fault);
  if (member(claims, "cnf") !== undefined) throw new SallyportError("token_bound");
  // API Gateway verified it: the configuration says so, and the event has the one form in which it says so.
  const token = { header: NO_HEADER, claims, iss: found.iss, expiresAt: Math.floor(times.exp) } as VerifiedToken;
  issuer.check(token, null);
  return token;
}

interface Checked {
  readonly issuer: Issuer;
  readonly kind: NativeAuthorizerKind;
  /** Null: JSON values are kept. */
  readonly types: ClaimTypes | null;
}

function checkOptions(gateway: Gateway, options: NativeAuthorizerOptions, report: Report): Checked | null {
  if (isEmulated()) {
    report.problem("", "runs inside serverless-offline, which verifies no token.", "Use an authorizer of the gateway on this route.");
  }
  const given: unknown = options;
  if (!isObject(given)) report.problem("", `is given ${kindOf(given)}, not an object.`, "Write `{ kind, issuer }`.");
  else checkNames(given, ["kind", "issuer", "claimTypes"], report);
  const { kind, issuer: name, claimTypes: configured = {} } = isObject(given) ? options : ({} as Partial<NativeAuthorizerOptions>);
  const isKind = typeof kind === "string" && Object.hasOwn(NATIVE_KINDS, kind);
  if (!isKind) report.problem("kind", "is not a kind of authorizer.", `Use one of: ${Object.keys(NATIVE_KINDS).join(", ")}.`);
  const issuer = gateway.issuers.find((one) => one.name === name);
  if (issuer === undefined) report.problem("issuer", "is not configured.", "Name one of the gateway's issuers.");
  checkClaimTypes(configured, report);
  if (isKind && issuer !== undefined) checkFit(kind, issuer, report);
  if (!isKind || issuer === undefined) return null;
  const { isText, types } = NATIVE_KINDS[kind];
  return { issuer, kind, types: isText ? claimTypes(issuer.provider, issuer.settings, { ...types, ...configured }) : null };
}

function checkClaimTypes(configured: unknown, report: Report): void {
  if (!checkObject(configured, report, "claimTypes", "Map claim names to types.")) return;
  for (const [name, type] of Object.entries(configured)) {
    if ((CONFIGURABLE_TYPES as readonly unknown[]).includes(type)) continue;
    report.problem(`claimTypes.${name}`, "is not a type.", `Use one of: ${CONFIGURABLE_TYPES.join(", ")}.`);
  }
}

/** What the issuer's settings ask for must be something that can be seen in the claims. */
function checkFit(kind: NativeAuthorizerKind, { provider, settings, templates = [], issuers }: Issuer, report: Report): void {
  const wanted = NATIVE_KINDS[kind].provider;
  if (wanted !== null && provider !== wanted) report.problem("kind", `stands for \`${wanted}\` issuers only.`, 'Use "rest-jwt".');
  if (settings.typ !== null)
    report.problem("issuer", "has `typ`, which no event shows.", "Use an authorizer of the gateway, or drop `typ`.");
  if (settings.introspection !== undefined)
    report.problem("issuer", "has `introspection`, for which nobody asks here.", "Use an authorizer of the gateway on this route.");
  if (templates.length > 0 || !issuers.some((iss) => /^https?:/.test(iss)))
    report.problem("issuer", "is not one exact issuer.", "API Gateway compares with one URL: name the tenant.");
}
