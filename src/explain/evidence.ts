import type { Gateway } from "../gateway.ts";
import { type Json, type JsonObject, member, parseStrictJson } from "../json.ts";
import type { KeyQuery } from "../keys/keys.ts";
import type { Issuer, IssuerSettings } from "../providers/provider.ts";
import { describeRule } from "../rules/describe.ts";
import type { Route } from "../rules/route-table.ts";
import { isAlgorithmName } from "../token/algorithms.ts";
import type { UnverifiedToken } from "../token/token.ts";
import { show, showAll } from "./safe-text.ts";

/** Everything an explanation may look at. Claims may be looked at before they may be shown. */
export interface Evidence {
  /** The text given, as it is. Never shown. */
  readonly text: string;
  /** Null: it could not be taken apart. */
  readonly token: UnverifiedToken | null;
  /** Null: none was found. */
  readonly issuer: Issuer | null;
  readonly gateway: Gateway;
  /** Seconds since the epoch. */
  readonly now: number;
  /** Claims may be shown: the signature holds, or whoever asks wants them unverified. */
  readonly isOpen: boolean;
  readonly query: KeyQuery | null;
  /** The key was found. */
  readonly hasKey: boolean;
  /** The revocations could not be read. */
  readonly isUnread: boolean;
  /** Key ids published where the key was looked for, false where the key cannot be used; null: not known. */
  readonly published: ReadonlyMap<string, boolean> | null;
  /** The route found for the one asked for; null: none. */
  readonly route: Route | null;
  /** The route asked for, as it was written; null: none. */
  readonly wanted: string | null;
}

/** What a step wanted, and what it got. Null where there is nothing to say. */
export interface Comparison {
  readonly expected: string | null;
  readonly actual: string | null;
}

const UNREAD = "that the revocations cannot be read";
const HIDDEN = "hidden until the signature holds (--unverified shows it)";

/** A part of a token that cannot be taken apart as a whole, as far as it is JSON; null where it is not. */
export function looseJson(part: string | undefined): JsonObject | null {
  try {
    return parseStrictJson(Buffer.from(part ?? "", "base64url"));
  } catch {
    return null;
  }
}

/** The claims, for looking at; empty where there are none. */
export const claimsOf = ({ token }: Evidence): JsonObject => token?.claims ?? {};

/** The claims that hold the client, at one provider or another. */
export const CLIENT_CLAIMS = ["azp", "client_id", "appid", "cid"];
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

const header = ({ token }: Evidence, name: "alg" | "typ" | "kid") => show(token?.header[name] ?? undefined);

type Compare = (evidence: Evidence) => Comparison;

const nothing: Comparison = { expected: null, actual: null };

/** One entry for each step. */
const COMPARISONS: Readonly<Record<string, Compare>> = {
  credential: ({ text }) => ({ expected: "Authorization: Bearer <token>", actual: `${text.length} characters` }),
  form: ({ text }) => ({ expected: "3 parts between dots", actual: describeForm(text) }),
  issuer: (evidence) => ({
    expected: oneOf(evidence.issuer === null ? issuersOf(evidence.gateway.issuers) : issuersOf([evidence.issuer]), "none"),
    actual: evidence.issuer === null ? claim(evidence, "iss") : `${evidence.issuer.name} (${evidence.issuer.provider})`,
  }),
  algorithm: (evidence) => ({
    expected: oneOf(
      settings(evidence, ({ algorithms }) => algorithms),
      "none",
    ),
    actual: header(evidence, "alg"),
  }),
  type: (evidence) => ({
    expected: oneOf(
      settings(evidence, ({ typ }) => typ),
      USUAL_TYPES[settings(evidence, ({ tokenUse }) => tokenUse) ?? "access"],
    ),
    actual: header(evidence, "typ"),
  }),
  kid: (evidence) => ({ expected: "a key id", actual: header(evidence, "kid") }),
  "own-api": (evidence) => ({ expected: "a token for another API than the provider's own", actual: claims(evidence, ["aud"]) }),
  flow: policy,
  policy,
  key: (evidence) => ({ expected: describeQuery(evidence), actual: describePublished(evidence) }),
  signature: () => nothing,
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
  revocation: ({ gateway, isUnread }) => ({
    expected: null,
    actual: isUnread ? UNREAD : gateway.revocations === undefined ? "not asked" : null,
  }),
  route: ({ wanted, route }) => ({ expected: show(wanted), actual: route?.key ?? "none" }),
  rule: ({ route }) => ({ expected: route === null ? null : describeRule(route.rule), actual: null }),
};

const USUAL_TYPES = { access: "none, JWT or at+jwt", id: "none or JWT" } as const;

/** What a step wanted and got. */
export function compare(step: string, evidence: Evidence): Comparison {
  return COMPARISONS[step]?.(evidence) ?? nothing;
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

function describeQuery({ query, token }: Evidence): string | null {
  if (query === null || !isAlgorithmName(query.algorithm)) return null;
  return `key ${show(token?.header.kid)} for ${query.algorithm} at ${query.location.url}`;
}

function describePublished({ published, token, hasKey }: Evidence): string | null {
  if (hasKey) return "such a key";
  if (published === null) return null;
  const isUsable = published.get(token?.header.kid ?? "");
  const others = [...published].filter(([, usable]) => usable).map(([kid]) => kid);
  if (isUsable === false) return `published, and not usable; usable are ${showAll(others)}`;
  return isUsable === true ? "published, for another algorithm" : `not published; published are ${showAll(others)}`;
}

const skew = (evidence: Evidence): number => settings(evidence, ({ clockSkew }) => clockSkew) ?? 0;

/** ISO 8601, or the number itself where it is no time that a calendar has. */
export function time(seconds: number): string {
  const milliseconds = seconds * 1_000;
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString().replace(".000Z", "Z") : String(seconds);
}

function date(evidence: Evidence, name: string): string {
  if (!evidence.isOpen) return HIDDEN;
  const value = member(claimsOf(evidence), name);
  if (typeof value !== "number") return show(value);
  const difference = Math.round(value - evidence.now);
  const distance = difference === 0 ? "now" : difference < 0 ? `${span(-difference)} ago` : `in ${span(difference)}`;
  return `${time(value)} (${distance})`;
}

/** A number of seconds, in the two largest units that it has. */
export function span(seconds: number): string {
  const units = [
    ["d", 86_400],
    ["h", 3_600],
    ["m", 60],
    ["s", 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return "0s";
  let rest = Math.round(seconds);
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? "" : `${count}${unit}`;
  });
  return parts.filter((part) => part !== "").join(" ");
}

const limit = (seconds: number | null | undefined) => (seconds === null || seconds === undefined ? "any" : `at most ${span(seconds)}`);

function lifetime(evidence: Evidence): string {
  if (!evidence.isOpen) return HIDDEN;
  const [exp, iat] = [member(claimsOf(evidence), "exp"), member(claimsOf(evidence), "iat")];
  return typeof exp === "number" ? span(exp - (typeof iat === "number" ? iat : evidence.now)) : "no exp";
}
