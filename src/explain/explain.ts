import { seconds } from "../seconds.ts";
import { REASONS, type ReasonCode } from "../errors.ts";
import { NEVER_FORWARDED } from "../config/never-forwarded.ts";
import type { VerifierOptions } from "../gateway/authorizer.ts";
import type { Gateway } from "../gateway.ts";
import { httpsFetch } from "../keys/transport.ts";
import { HINTS, reasonPage } from "../reason-hints.ts";
import { describeRule } from "../rules/describe.ts";
import { evaluate } from "../rules/evaluate.ts";
import { withoutLive } from "../rules/live.ts";
import { METHODS } from "../rules/route-key.ts";
import type { Route } from "../rules/route-table.ts";
import { anyOf } from "../rules/rule.ts";
import { clientViews } from "./clients.ts";
import { type Door, doorOf } from "./door.ts";
import { type Evidence, looseJson } from "./evidence.ts";
import type { Explanation, Failure, RouteTrace } from "./explanation.ts";
import type { HintEvidence } from "./hint.ts";
import { hintsFor } from "./hints.ts";
import { findPublished } from "./published.ts";
import { rememberAnswers } from "./remember.ts";
import { codeOf, hasGoodSignature, type Replay, replayToken } from "./replay.ts";
import { traceNames, traceRule } from "./rule-trace.ts";
import { scrub, withoutTokens } from "./safe-text.ts";
import { traceSteps } from "./trace-steps.ts";

/** How a token is to be explained. */
export interface ExplainOptions extends VerifierOptions {
  /** `GET /orders`, or with a path as a client writes it: `GET /orders/42`. Absent: every route of the table. */
  readonly route?: string | undefined;
  /** Shows header and claims although nothing vouches for them. */
  readonly unverified?: boolean;
  /** Whether revocations are asked for, where the gateway has any; default true. */
  readonly revocations?: boolean;
}

/**
 * Says what becomes of a token and why: the token goes through the real pipeline, with a witness beside it. No part of the token
 * longer than eleven characters is in the answer, and a claim only where the signature holds or `unverified` asks for it.
 */
export async function explain(configured: Gateway, token: string, options: ExplainOptions = {}): Promise<Explanation> {
  const { route, unverified = false, revocations = true, ...rest } = options;
  // A token that was given in the wrong place, or as part of a path, which no rule goes by.
  const wanted = route === undefined ? null : withoutTokens(route);
  const verifier: VerifierOptions = { ...rest, prefetch: false, fetch: rememberAnswers(rest.fetch ?? httpsFetch) };
  const gateway = withoutStores(configured, revocations);
  const door = doorOf(gateway, token);
  const replay = await replayToken(gateway, door, wanted, verifier);
  const evidence = await collect(replay, token, unverified, verifier);
  const code = codeOf(replay);
  const about = await aboutRoutes(replay, evidence, door, verifier);
  return {
    verdict: verdictOf(replay),
    at: evidence.now,
    issuer: evidence.issuer === null ? null : { name: evidence.issuer.name, provider: evidence.issuer.provider },
    failure: code === null ? null : failureOf(code, evidence),
    ...about,
    // Only what is made of the token's own text: a word of ours is a word of ours, even if somebody gives it for a token.
    clients: scrub(about.clients, token),
    steps: traceSteps(evidence, replay).map((step) => ({ ...step, ...scrub({ expected: step.expected, actual: step.actual }, token) })),
    principal: scrub(evidence.principal, token),
    unverified: unverified ? scrub(unverifiedOf(evidence), token) : null,
    names: scrub(evidence.names, token),
  };
}

/** A shared store of keys saves time and decides nothing; whoever explains may not even be able to reach it. */
function withoutStores({ revocations, ...gateway }: Gateway, isAsked: boolean): Gateway {
  const { store: _, ...keys } = gateway.keys;
  return { ...gateway, keys, ...(isAsked && revocations !== undefined && { revocations }) };
}

async function collect(replay: Replay, text: string, unverified: boolean, verifier: VerifierOptions): Promise<HintEvidence> {
  const { sighting, decoded: token, gateway, runtime, route, wanted, principal, refusal } = replay;
  const issuer = sighting.issuer ?? gateway.issuers.find(({ name }) => name === refusal?.issuer) ?? null;
  const names = sighting.identity === null || issuer === null ? [] : traceNames(sighting.identity, issuer);
  const published = await findPublished(sighting.query, refusal?.code ?? null, verifier);
  const isSigned = hasGoodSignature(replay);
  const now = seconds(runtime.clock());
  const { query, key, isAsked, isUnread, identity } = sighting;
  const code = codeOf(replay);
  const found = { token, issuer, query, key, isSigned, isAsked, isUnread, published, identity, principal, names };
  return { text, gateway, now, isOpen: unverified || isSigned, code, route, wanted, ...found };
}

function verdictOf(replay: Replay): Explanation["verdict"] {
  const final = replay.decision ?? replay.refusal;
  if (final !== null && final.kind !== "allow") return final.kind === "deny" ? "denied" : final.kind;
  if (codeOf(replay) !== null) return "denied";
  return final === null ? "verified" : "allowed";
}

function failureOf(code: ReasonCode, evidence: HintEvidence): Failure {
  const { status, error: challenge, summary } = REASONS[code];
  return { code, status, challenge, summary, advice: HINTS[code], page: reasonPage(code), hints: hintsFor(code, evidence) };
}

/** Also of a token that cannot be taken apart, as far as it can be read. */
function unverifiedOf({ token, text }: Evidence): Explanation["unverified"] {
  const [first, second] = text.split(".");
  const header = token?.header.members ?? looseJson(first);
  const claims = token?.claims ?? looseJson(second);
  if (header === null && claims === null) return null;
  const hidden = NEVER_FORWARDED.filter((name) => claims !== null && Object.hasOwn(claims, name));
  return { header, claims: claims && { ...claims, ...Object.fromEntries(hidden.map((name) => [name, "(a credential: not shown)"])) } };
}

type RouteParts = Pick<Explanation, "route" | "isDefault" | "meant" | "rule" | "routes" | "sample" | "clients">;

async function aboutRoutes(
  { route, wanted, refusal, decision, gateway }: Replay,
  evidence: HintEvidence,
  { isLoadBalancer }: Door,
  verifier: VerifierOptions,
): Promise<RouteParts> {
  const { principal, now } = evidence;
  const isBad = route === null && refusal !== null;
  // API Gateway's routes are not known here: where the table has only $default for a request, its API may have that route or not.
  const missing = wanted !== null && route?.key === "$default" ? unknownRoute(wanted) : null;
  const sample = missing ?? route ?? (isBad ? firstGuarded(gateway) : wanted === null ? null : unknownRoute(wanted));
  // A handshake is refused like any other request, but not in the same words.
  const also =
    isBad && sample !== null ? [...gateway.routes.values()].filter(({ key, rule }) => key === "$connect" && rule.kind !== "public") : [];
  return {
    route: wanted,
    isDefault: missing !== null,
    meant: missing === null ? [] : hintsFor("route_unknown", evidence),
    rule: route === null || principal === null ? null : traceRule(route.rule, principal, now, decision?.kind === "allow"),
    routes: wanted !== null || principal === null ? [] : [...gateway.routes.values()].map((one) => traceRoute(one, evidence)),
    sample: sample?.key ?? null,
    clients: sample === null ? [] : await clientViews({ gateway, verifier, isLoadBalancer }, [sample, ...also], evidence.text),
  };
}

/** A bad token fares alike on every route that is not public. */
const firstGuarded = ({ routes }: Gateway): Route | null =>
  [...routes.values()].find(({ rule, method }) => rule.kind !== "public" && method !== null) ?? null;

/** A request that the table has no route for, as if it were one; null: it is no request. The rule is one that nobody satisfies. */
function unknownRoute(wanted: string): Route | null {
  const [word = "", path = ""] = wanted.split(" ");
  const method = METHODS.find((one) => one === word.toUpperCase());
  if (method === undefined || !path.startsWith("/")) return null;
  return { key: `${method} ${path}`, method, segments: path.slice(1).split("/"), rule: anyOf() };
}

function traceRoute({ key, rule }: Route, { principal, now }: HintEvidence): RouteTrace {
  // Whether the issuer says that the principal is live is asked with a request only.
  const verdict = principal === null ? null : evaluate(withoutLive(rule), principal, now);
  return { route: key, rule: describeRule(rule), code: verdict === null || verdict.holds ? null : verdict.code };
}
