import { isJsonObject, type Json, member } from "../json.ts";
import { CONTEXT_BUDGET, encodeText } from "../principal/codec.ts";
import type { Principal } from "../principal/principal.ts";
import { describeRule } from "../rules/describe.ts";
import { evaluate, type Verdict } from "../rules/evaluate.ts";
import type { Rule } from "../rules/rule.ts";
import { type Evidence, time } from "./evidence.ts";
import { absent, odd } from "./hints-checks.ts";
import { leaves } from "./rule-trace.ts";
import { show, showAll } from "./safe-text.ts";

/** What a step wanted, and what it got. Null where it was not reached. */
export interface Comparison {
  readonly expected: string | null;
  readonly actual: string | null;
}

export type Compare = (evidence: Evidence, isFailed: boolean) => Comparison;

/** Of a token that was not verified here. */
export const ANSWERED = "what its issuer answered, which is not shown";
const UNREAD = "that the revocations cannot be read";
/** The most names shown of one list. */
const MAX_NAMES = 8;

/** One entry for each step that comes once the token is good. */
export const AFTERWARDS: Readonly<Record<string, Compare>> = {
  principal: (evidence, isFailed) => ({
    expected: "a subject, and claims of the usual types",
    actual: isFailed ? describeFault(evidence) : describeSubject(evidence),
  }),
  revocation: (evidence, isFailed) => ({
    expected: list(
      [isVouchedFor(evidence) && "active by the word of its issuer, which is asked", isListed(evidence) && "no revocation"],
      "any",
    ),
    actual: isFailed ? describeEnd(evidence) : describeStanding(evidence),
  }),
  route: ({ wanted, route }) => ({ expected: show(wanted), actual: route?.key ?? "none" }),
  rule: (evidence, isFailed) => ({
    expected: evidence.route === null ? "none" : describeRule(evidence.route.rule),
    actual: describeRights(evidence, isFailed),
  }),
  size: ({ principal }) => ({ expected: `at most ${CONTEXT_BUDGET} bytes`, actual: sizeOf(principal) }),
};

/** Those words that apply, or else one that always does. */
function list(words: readonly (string | false)[], otherwise: string): string {
  const there = words.filter((word) => word !== false);
  return there.length === 0 ? otherwise : there.join(", ");
}

const isListed = ({ gateway }: Evidence) => gateway.revocations !== undefined;

/** Its issuer is asked about the token, in place of a signature or beside it. */
function isVouchedFor({ isAsked, issuer }: Evidence): boolean {
  const tokens = issuer?.settings.introspection?.tokens ?? "opaque";
  return isAsked || tokens !== "opaque";
}

function describeSubject({ principal, identity }: Evidence): string {
  if (principal !== null) return who(principal);
  return identity === null ? "none" : `subject ${show(identity.subject)}`;
}

/** By names only: what the claims hold may be of any size and kind. */
function describeFault(evidence: Evidence): string {
  if (evidence.isAsked) return ANSWERED;
  return list(
    [...absent(evidence).map((name) => `no ${name}`), ...odd(evidence).map((name) => `${name} of another type`)],
    "claims that make none",
  );
}

function describeEnd({ code }: Evidence): string {
  if (code === "revoked") return "a revocation";
  if (code === "revocations_unavailable") return UNREAD;
  return code === "token_inactive" ? "not active" : "no answer to go by";
}

function describeStanding(evidence: Evidence): string {
  const revocations = evidence.isUnread ? UNREAD : "no revocation";
  return list([isVouchedFor(evidence) && "active", (isListed(evidence) || evidence.isUnread) && revocations], "not asked");
}

const who = ({ kind, id }: Principal) => `${kind} ${show(id)}`;

function some(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return more > 0 ? `${showAll(names.slice(0, MAX_NAMES))} and ${more} more` : showAll(names);
}

/** What the principal has of what the rule asks for, each kind once. */
function describeRights(evidence: Evidence, isFailed: boolean): string {
  const { route, principal, now } = evidence;
  if (route === null) return "no route";
  if (principal === null) return "nobody in particular";
  const parts = leaves(route.rule).map((rule) => (rule.kind === "live" ? describeLive(evidence, isFailed) : holding(rule, principal, now)));
  return list([...new Set(parts)], who(principal));
}

/** Asked last, where everything else holds. */
function describeLive({ code }: Evidence, isFailed: boolean): string {
  if (!isFailed) return "live";
  if (code === "token_inactive") return "not live";
  return code === "introspection_unavailable" ? "no answer whether it is live" : "not asked whether it is live";
}

function holding(rule: Rule, principal: Principal, now: number): string {
  const describer = HOLDINGS[rule.kind] as ((rule: Rule, principal: Principal, now: number) => string) | undefined;
  return describer === undefined ? who(principal) : describer(rule, principal, now);
}

type Holdings = { readonly [Kind in Rule["kind"]]?: (rule: Extract<Rule, { kind: Kind }>, principal: Principal, now: number) => string };

const HOLDINGS: Holdings = {
  scope: (_, { scopes }) => `scopes ${some(scopes)}`,
  group: (_, { groups, groupsComplete }) => `groups ${some(groups)}${groupsComplete ? "" : " (not all of them)"}`,
  role: (_, { roles }) => `roles ${some(roles)}`,
  permission: (_, { permissions }) => `permissions ${some(permissions)}`,
  issuer: (_, { issuer }) => `issuer ${show(issuer)}`,
  tenant: (_, { tenant }) => `tenant ${show(tenant ?? undefined)}`,
  client: (_, { clientId }) => `client ${show(clientId ?? undefined)}`,
  claim: ({ path }, { claims }) => `claim ${path.join(".")} ${show(valueAt(claims, path))}`,
  custom: (rule, principal, now) => `custom ${rule.name} ${describeVerdict(evaluate(rule, principal, now))}`,
  assurance: (_, { kind, authentication }) => `${kind} with acr ${show(authentication.context ?? undefined)}`,
  multiFactor: ({ within }, { kind, authentication }) =>
    `${kind} with amr ${some(authentication.methods)}${within === null ? "" : `, signed in ${signIn(authentication.at)}`}`,
  authenticatedWithin: (_, { kind, authentication }) => `${kind} signed in ${signIn(authentication.at)}`,
};

const signIn = (at: number | null) => (at === null ? "at no known time" : `at ${time(at)}`);

/** Without what was thrown, which may hold anything. */
function describeVerdict(verdict: Verdict): string {
  if (verdict.holds) return "holds";
  return verdict.code === "internal_error" ? "threw an error" : "does not hold";
}

const valueAt = (claims: Principal["claims"], path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, name) => (value !== undefined && isJsonObject(value) ? member(value, name) : undefined), claims);

/** Bytes of the larger form of an authorizer's answer. */
function sizeOf(principal: Principal | null): string {
  if (principal === null) return "0 bytes";
  try {
    return `${Buffer.byteLength(JSON.stringify(encodeText(principal)))} bytes`;
  } catch {
    return `more than ${CONTEXT_BUDGET} bytes`;
  }
}
