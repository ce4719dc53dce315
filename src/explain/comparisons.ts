import { type Json, member } from "../json.ts";
import type { Issuer, IssuerSettings } from "../providers/provider.ts";
import { isAlgorithmName } from "../token/algorithms.ts";
import { AFTERWARDS, ANSWERED, type Compare, type Comparison } from "./comparisons-after.ts";
import { CLIENT_CLAIMS, claimsOf, type Evidence, looseJson, span, time } from "./evidence.ts";
import { show, showAll } from "./safe-text.ts";
import type { Step } from "./steps.ts";

const HIDDEN = "hidden until the signature holds (--unverified shows it)";
/** Header members that no token may have. */
const EXTENSIONS = ["crit", "b64", "zip", "cty"];

const TENANT_CLAIMS = ["tid", "org_id", "hd"];
const POLICY_CLAIMS = ["tfp", "acr"];
const KIND_CLAIMS = ["token_use", "typ", "idtyp", "scp", "scope", "at_hash", "nonce"];

function claim(evidence: Evidence, name: string): string {
  return evidence.isOpen ? show(member(claimsOf(evidence), name)) : HIDDEN;
}

/** `name value` for those of the claims that are there. */
function claims(evidence: Evidence, names: readonly string[]): string {
  if (!evidence.isOpen) return HIDDEN;
  const there = names.filter((name) => member(claimsOf(evidence), name) !== undefined);
  return there.length === 0 ? `none of ${names.join(", ")}` : there.map((name) => `${name} ${claim(evidence, name)}`).join(", ");
}

const oneOf = (values: readonly Json[] | null | undefined, open: string) =>
  values === null || values === undefined || values.length === 0
    ? open
    : values.length === 1
      ? showAll(values)
      : `one of ${showAll(values)}`;

const settings = <T>({ issuer }: Evidence, read: (settings: IssuerSettings) => T): T | undefined =>
  issuer === null ? undefined : read(issuer.settings);

const headerMember = ({ token }: Evidence, name: "alg" | "typ" | "kid") => show(token?.header[name] ?? undefined);

/** One entry for each step that a token is taken through. */
const COMPARISONS: Readonly<Record<string, Compare>> = {
  credential: ({ text }) => ({ expected: "Authorization: Bearer <token>", actual: `${text.length} characters` }),
  form: ({ text }) => ({ expected: "3 parts between dots", actual: describeForm(text) }),
  extensions: (evidence) => ({ expected: `none of ${EXTENSIONS.join(", ")}`, actual: describeExtensions(evidence) }),
  issuer: (evidence) => ({
    expected: oneOf(evidence.issuer === null ? issuersOf(evidence.gateway.issuers) : issuersOf([evidence.issuer]), "none"),
    actual: evidence.issuer === null ? claim(evidence, "iss") : `${evidence.issuer.name} (${evidence.issuer.provider})`,
  }),
  algorithm: (evidence) => ({
    expected: oneOf(
      settings(evidence, ({ algorithms }) => algorithms),
      "one that the issuer's tokens may have",
    ),
    actual: headerMember(evidence, "alg"),
  }),
  type: (evidence) => ({
    expected: oneOf(
      settings(evidence, ({ typ }) => typ),
      USUAL_TYPES[settings(evidence, ({ tokenUse }) => tokenUse) ?? "access"],
    ),
    actual: headerMember(evidence, "typ"),
  }),
  kid: (evidence) => ({ expected: "a key id", actual: headerMember(evidence, "kid") }),
  "own-api": (evidence) => ({ expected: "a token for another API than the provider's own", actual: claims(evidence, ["aud"]) }),
  flow: policy,
  policy,
  key: (evidence) => ({ expected: describeQuery(evidence), actual: describePublished(evidence) }),
  signature: ({ isSigned, query, token }) => ({
    expected: "one by the issuer's key",
    actual: `${isSigned ? "good" : "not"} by key ${show(token?.header.kid)} with ${query?.algorithm ?? "no algorithm"}`,
  }),
  expiry: (evidence) => ({ expected: `exp after ${time(evidence.now - skew(evidence))}`, actual: date(evidence, "exp") }),
  start: (evidence) => ({
    expected: `nbf and iat not after ${time(evidence.now + skew(evidence))}`,
    actual: evidence.isOpen ? `nbf ${date(evidence, "nbf")}, iat ${date(evidence, "iat")}` : HIDDEN,
  }),
  lifetime: (evidence) => ({ expected: limit(settings(evidence, ({ maxLifetime }) => maxLifetime)), actual: lifetime(evidence) }),
  binding: (evidence) => ({ expected: "no cnf", actual: member(claimsOf(evidence), "cnf") === undefined ? "none" : "cnf" }),
  kind: (evidence) => ({
    expected: `an ${settings(evidence, ({ tokenUse }) => tokenUse) ?? "access"} token`,
    actual: claims(evidence, KIND_CLAIMS),
  }),
  "key-owner": (evidence) => ({ expected: show(evidence.key?.issuer ?? "any"), actual: claim(evidence, "iss") }),
  tenant: (evidence) => ({
    expected: oneOf(
      settings(evidence, ({ tenants }) => tenants),
      "any",
    ),
    actual: claims(evidence, [...TENANT_CLAIMS, ...configuredTenant(evidence)]),
  }),
  audience: (evidence) => ({ expected: oneOf(settings(evidence, audiencesOf), "any"), actual: claim(evidence, "aud") }),
  client: (evidence) => ({
    expected: oneOf(
      settings(evidence, ({ clientIds }) => clientIds),
      "any",
    ),
    actual: claims(evidence, CLIENT_CLAIMS),
  }),
};

const USUAL_TYPES = { access: "none, JWT or at+jwt", id: "none or JWT" } as const;

/** What a step that was reached wanted and got. */
export function compare({ id }: Step, evidence: Evidence, isFailed: boolean): Comparison {
  const ofToken = COMPARISONS[id]?.(evidence, isFailed);
  // What the issuer says of a token is held against the same settings as a token's own claims.
  if (ofToken !== undefined) return evidence.isAsked && id !== "credential" ? { ...ofToken, actual: ANSWERED } : ofToken;
  return AFTERWARDS[id]?.(evidence, isFailed) ?? { expected: null, actual: null };
}

/** Every `iss` that these issuers accept, families of tenants with a placeholder. */
function issuersOf(issuers: readonly Issuer[]): readonly string[] {
  return issuers.flatMap((issuer) => [
    ...issuer.issuers,
    ...(issuer.templates ?? []).map(({ prefix, suffix }) => `${prefix}<tenant id>${suffix}`),
  ]);
}

function policy(evidence: Evidence): Comparison {
  return {
    expected: oneOf(
      settings(evidence, ({ policies }) => policies),
      "any",
    ),
    actual: claims(evidence, POLICY_CLAIMS),
  };
}

/** ID tokens of issuers without an audience are for the configured clients. */
const audiencesOf = ({ audience, clientIds, tokenUse }: IssuerSettings) => audience ?? (tokenUse === "id" ? clientIds : null);

function configuredTenant(evidence: Evidence): readonly string[] {
  const path = settings(evidence, ({ tenantClaim }) => tenantClaim);
  return typeof path === "string" && !TENANT_CLAIMS.includes(path) ? [path] : [];
}

function describeForm(text: string): string {
  const parts = text.split(".");
  const empty = parts.filter((part) => part === "").length;
  return `${parts.length} ${parts.length === 1 ? "part" : "parts"}${empty === 0 ? "" : `, ${empty} of them empty`}, ${text.length} characters`;
}

/** Also of a token that is refused for one of them. */
function describeExtensions({ text }: Evidence): string {
  const members = looseJson(text.split(".")[0]) ?? {};
  const there = EXTENSIONS.filter((name) => member(members, name) !== undefined);
  return there.length === 0 ? "none" : there.join(", ");
}

function describeQuery({ query, token }: Evidence): string {
  if (query === null || !isAlgorithmName(query.algorithm)) return "a key of the issuer";
  return `key ${show(token?.header.kid)} for ${query.algorithm} at ${query.location.url}`;
}

function describePublished({ published, token, key }: Evidence): string {
  if (key !== null) return "such a key";
  if (published === null) return "none, and what is published is not known";
  const isUsable = published.get(token?.header.kid ?? "");
  const others = [...published].filter(([, usable]) => usable).map(([kid]) => kid);
  if (isUsable === false) return `published, and not usable; usable are ${showAll(others)}`;
  return isUsable === true ? "published, for another algorithm" : `not published; published are ${showAll(others)}`;
}

const skew = (evidence: Evidence): number => settings(evidence, ({ clockSkew }) => clockSkew) ?? 0;

function date(evidence: Evidence, name: string): string {
  if (!evidence.isOpen) return HIDDEN;
  const value = member(claimsOf(evidence), name);
  if (typeof value !== "number") return show(value);
  const difference = Math.round(value - evidence.now);
  const distance = difference === 0 ? "now" : difference < 0 ? `${span(-difference)} ago` : `in ${span(difference)}`;
  return `${time(value)} (${distance})`;
}

const limit = (seconds: number | null | undefined) => (seconds === null || seconds === undefined ? "any" : `at most ${span(seconds)}`);

function lifetime(evidence: Evidence): string {
  if (!evidence.isOpen) return HIDDEN;
  const [exp, iat] = [member(claimsOf(evidence), "exp"), member(claimsOf(evidence), "iat")];
  return typeof exp === "number" ? span(exp - (typeof iat === "number" ? iat : evidence.now)) : "no exp";
}
