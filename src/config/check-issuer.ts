import { isOnlineCheck } from "../introspection/online.ts";
import { isFetchable } from "../keys/addresses.ts";
import type { AzureAdB2cOptions } from "../providers/azure-ad-b2c.ts";
import type { IssuerOptions, IssuerSettings, OptionKind, Provider } from "../providers/provider.ts";
import { ALGORITHMS, isAlgorithmName } from "../token/algorithms.ts";
import { checkVocabulary } from "./check-vocabulary.ts";
import { checkNames, checkText, checkTexts, isObject, kindOf, notA } from "./check-values.ts";
import { parseDuration } from "./duration.ts";
import { NEVER_FORWARDED } from "./never-forwarded.ts";
import type { Report } from "./report.ts";

type Check = (value: unknown, report: Report, path: string) => boolean;

const boolean: Check = (value, report, path) => {
  if (typeof value === "boolean") return true;
  return notA("a boolean", value, report, path, "Write `true` or `false`.");
};
const textOrTexts: Check = (value, report, path) => (Array.isArray(value) ? checkTexts : (checkText as Check))(value, report, path);
const orNull =
  (check: Check): Check =>
  (value, report, path) =>
    value === null || check(value, report, path);

const oneOf =
  (names: readonly string[]): Check =>
  (value, report, path) => {
    if (typeof value === "string" && names.includes(value)) return true;
    return report.problem(
      path,
      `is ${typeof value === "string" ? "not a known value" : kindOf(value)}.`,
      `Use one of: ${names.join(", ")}.`,
    );
  };

const algorithms: Check = (value, report, path) => {
  if (!checkTexts(value, report, path)) return false;
  const unknown = value.findIndex((name) => !isAlgorithmName(name));
  if (unknown === -1) return true;
  return report.problem(
    `${path}[${unknown}]`,
    "is not an algorithm that a key set can verify.",
    `Use one of: ${Object.keys(ALGORITHMS).join(", ")}.`,
  );
};

const duration: Check = (value, report, path) => {
  if (parseDuration(value) !== null) return true;
  return report.problem(path, `is ${kindOf(value)} that is not a duration.`, 'Write a number and a unit: "60s", "15m", "24h", "30d".');
};

/** Seconds. For so long, an expired token is still good. */
const MAX_CLOCK_SKEW = 600;
const clockSkew: Check = (value, report, path) => {
  if (!duration(value, report, path)) return false;
  if ((parseDuration(value) ?? 0) <= MAX_CLOCK_SKEW) return true;
  return report.problem(path, "is longer than ten minutes.", "Set the clocks: for so long, a token that has expired is still accepted.");
};

const usable =
  (isUsable: (text: string) => boolean): Check =>
  (value, report, path) => {
    if (!checkText(value, report, path)) return false;
    if (isUsable(value)) return true;
    const fix = "Use https, without credentials and, in an issuer, without a query; plain http is accepted only for localhost.";
    return report.problem(path, "is not an https address.", fix);
  };

/**
 * Spellings without a scheme (Google's) are names and not addresses; keys are fetched from elsewhere then. Tokens' issuers are compared
 * letter for letter, so that what URL parsing would mend can never work.
 */
const issuer = usable(
  (text) => !/[?#\\\p{Cc}]/u.test(text) && (!/[:/]/.test(text) || (/^https?:\/\/[^/\s]\S*$/i.test(text) && isFetchable(text))),
);
const issuers: Check = (value, report, path) => {
  if (!Array.isArray(value)) return issuer(value, report, path);
  return checkTexts(value, report, path) && value.map((item, index) => issuer(item, report, `${path}[${index}]`)).every(Boolean);
};

/** Made by a factory of its own; what its settings are is checked once all issuers are known. */
const opened =
  (what: string, isOne: (value: unknown) => boolean, fix: string): Check =>
  (value, report, path) =>
    isOne(value) || notA(what, value, report, path, fix);

const isLiveCheck = (value: unknown) => isObject(value) && ["check", "open"].every((name) => typeof value[name] === "function");

/** What is read becomes a part of the principal, and that crosses the wall. */
const claimPath: Check = (value, report, path) => {
  if (!textOrTexts(value, report, path)) return false;
  if (![value].flat().some((key) => NEVER_FORWARDED.includes(key as string))) return true;
  return report.problem(path, "is a credential of another system.", "Name another claim: credentials never cross the wall.");
};

const unreadPart: Check = (_value, report, path) => {
  return report.problem(path, "is not read beside `issuer`.", "Remove one of the two.");
};

const KINDS: Readonly<Record<OptionKind, Check>> = {
  string: checkText,
  strings: checkTexts,
  boolean,
  "boolean or strings": (value, report, path) => (Array.isArray(value) ? checkTexts : boolean)(value, report, path),
};

const COMMON: Readonly<Record<keyof IssuerOptions, Check>> = {
  issuer: issuers,
  audience: orNull(textOrTexts),
  clientIds: orNull(checkTexts),
  tokenUse: oneOf(["access", "id"]),
  algorithms,
  typ: textOrTexts,
  tenants: orNull(checkTexts),
  jwksUri: usable(isFetchable),
  rolesClaim: claimPath,
  groupsClaim: claimPath,
  permissionsClaim: claimPath,
  emailClaim: claimPath,
  tenantClaim: claimPath,
  maxLifetime: orNull(duration),
  clockSkew,
  vocabulary: checkVocabulary,
  introspection: orNull(opened("a way to ask", isOnlineCheck, "Use `introspect({ url, clientId, clientSecret })`.")),
  liveCheck: orNull(opened("a live check", isLiveCheck, "Use `cognitoLive({ userPoolId, as })`.")),
};

/** Checks every option of one issuer; answers whether all are usable. An option set to `undefined` counts as a mistake. */
export function checkIssuerOptions(provider: Provider, options: unknown, report: Report): options is IssuerOptions {
  if (!isObject(options)) {
    return report.problem("", `the options of \`${provider.name}\` are ${kindOf(options)}, not an object.`, "Give an object of options.");
  }
  const unread = options["issuer"] === undefined ? [] : (provider.issuerParts ?? []);
  const own = Object.entries(provider.options).map(([name, kind]) => [name, unread.includes(name) ? unreadPart : KINDS[kind]] as const);
  const checks = new Map<string, Check>([...Object.entries(COMMON), ...own]);
  checkNames(options, [...checks.keys()], report);
  const known = Object.entries(options).filter(([name]) => checks.has(name));
  const valid = known.map(([name, value]) => checks.get(name)?.(value, report, name) === true).every(Boolean);
  return valid && known.length === Object.keys(options).length;
}

const list = (value: string | readonly string[] | null | undefined): readonly string[] | null =>
  value === undefined || value === null ? null : typeof value === "string" ? [value] : value;

/** Fills in the defaults. Lifetimes: Auth0 allows up to 30 days, the longest of all providers. */
export function toSettings(name: string, provider: Provider, options: IssuerOptions): IssuerSettings {
  const maxLifetime = options.maxLifetime === undefined ? (provider.defaultMaxLifetime ?? "30d") : options.maxLifetime;
  return {
    name,
    audience: list(options.audience),
    clientIds: list(options.clientIds),
    anyClient: options.clientIds === null,
    tokenUse: options.tokenUse ?? provider.defaultTokenUse ?? "access",
    algorithms: options.algorithms ?? provider.defaultAlgorithms ?? ["RS256"],
    typ: list(options.typ),
    tenants: list(options.tenants),
    policies: (options as AzureAdB2cOptions).policies ?? [],
    rolesClaim: options.rolesClaim ?? null,
    groupsClaim: options.groupsClaim ?? null,
    permissionsClaim: options.permissionsClaim ?? null,
    emailClaim: options.emailClaim ?? null,
    tenantClaim: options.tenantClaim ?? null,
    maxLifetime: maxLifetime === null ? null : parseDuration(maxLifetime),
    clockSkew: parseDuration(options.clockSkew ?? "60s") ?? 0,
    vocabulary: options.vocabulary ?? {},
    ...(options.introspection && { introspection: options.introspection }),
    ...(options.liveCheck && { liveCheck: options.liveCheck }),
  };
}
