import type { Gateway } from "../gateway.ts";
import { isFetchable } from "../keys/addresses.ts";
import type { KeyStore } from "../keys/key-store.ts";
import type { Issuer, IssuerDefinition } from "../providers/provider.ts";
import { checkRoutes, type RouteTableInput } from "../rules/define-routes.ts";
import type { RouteTable } from "../rules/route-table.ts";
import type { RevocationSource } from "../sessions/revocations.ts";
import { checkIssuerOptions, toSettings } from "./check-issuer.ts";
import { checkOverlaps } from "./check-overlaps.ts";
import { checkLive, checkOnline, readRevocations } from "./check-sources.ts";
import { checkNames, checkObject, checkText, checkTexts, isObject, kindOf, notA, ownCopy, ownMembers } from "./check-values.ts";
import { checkRuleNames } from "./check-vocabulary.ts";
import { parseDuration } from "./duration.ts";
import { NEVER_FORWARDED } from "./never-forwarded.ts";
import { checked, type Problem, type Report } from "./report.ts";

/** Where a WebSocket client may put its token besides the Authorization header. */
export interface WebSocketCredentialOptions {
  /** A query parameter's name. Query strings end up in logs: prefer the subprotocol. */
  readonly queryParameter?: string | null;
  /** A subprotocol's name; the token is the entry of `Sec-WebSocket-Protocol` that follows it. */
  readonly subprotocol?: string | null;
}

/** How issuers' keys are kept. */
export interface KeyOptions {
  /**
   * How long after they were last fetched keys are served while their issuer fails, as a duration; default `"24h"`. It is the
   * longest time for which a withdrawn key can still be accepted during an outage. `"0s"` serves nothing stale.
   */
  readonly maxStale?: string;
  /** Shares last good keys between cold sandboxes, such as `dynamoKeyStore({ table: env("KEYS_TABLE") })`. Default none. */
  readonly store?: KeyStore | null;
}

/** The whole security policy of one API. */
export interface GatewayOptions {
  /** Who may issue tokens, under names of your own. */
  readonly issuers: Readonly<Record<string, IssuerDefinition>>;
  /** Which rule guards which route; a route that is not here is denied. */
  readonly routes: RouteTableInput | RouteTable;
  /** The claims that cross the wall: `username`, `email`, and claims by their own name. Default none. */
  readonly forward?: readonly string[];
  readonly keys?: KeyOptions;
  readonly webSocketCredential?: WebSocketCredentialOptions;
  /** Where revocations are looked up: `revocationTable({…})`. Default null: a token is good until it expires. */
  readonly revocations?: RevocationSource | null;
}

const OPTIONS = ["issuers", "routes", "forward", "keys", "webSocketCredential", "revocations"];

const ISSUER_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * Checks a configuration and makes it ready for use. Refuses to start on anything unclear.
 * @throws ConfigurationError naming every problem at once: its path, what is wrong, and the fix
 */
export function defineGateway(options: GatewayOptions): Gateway {
  return checked("", (report, problems) => readGateway(options, report, problems));
}

function readGateway(options: GatewayOptions, report: Report, problems: readonly Problem[]): Gateway | null {
  if (!isObject(options)) {
    report.problem("", `the configuration is ${kindOf(options)}, not an object.`, "Write `defineGateway({ issuers, routes })`.");
    return null;
  }
  const own = ownMembers(options) as unknown as GatewayOptions;
  checkNames(options, OPTIONS, report);
  const issuers = readIssuers(own.issuers, report.at("issuers"));
  checkOverlaps(issuers, report.at("issuers"));
  checkOnline(issuers, report.at("issuers"));
  const names = isObject(own.issuers) ? Object.keys(own.issuers) : [];
  const { routes } = checkRoutes(own.routes, report.at("routes"), names);
  const forward = readForward(ownCopy(own.forward ?? []), report);
  const keys = readKeyOptions(own.keys ?? {}, report.at("keys"));
  const webSocketCredential = readWebSocketCredential(own.webSocketCredential ?? {}, report.at("webSocketCredential"));
  const revocations = readRevocations(own.revocations ?? null, issuers, report.at("revocations"));
  checkLive({ routes, issuers }, report.at("routes"));
  if (problems.length === 0) checkRuleNames({ issuers, routes, forward }, report.at("routes"));
  return Object.freeze({ issuers, routes, forward, keys, webSocketCredential, ...(revocations !== null && { revocations }) });
}

function readIssuers(definitions: unknown, report: Report): readonly Issuer[] {
  if (!isObject(definitions) || Object.keys(definitions).length === 0) {
    report.problem(
      "",
      `is ${isObject(definitions) ? "an empty object" : kindOf(definitions)}.`,
      "Name at least one issuer, such as `customers: cognito({…})`.",
    );
    return [];
  }
  return Object.entries(definitions)
    .map(([name, definition]) => readIssuer(name, definition, report.at(name)))
    .filter((issuer) => issuer !== null);
}

function readIssuer(name: string, definition: unknown, report: Report): Issuer | null {
  if (!ISSUER_NAME.test(name)) {
    report.problem("", "is not a usable issuer name.", "Use letters, digits, `-` and `_`, starting with a letter, at most 64.");
    return null;
  }
  if (!isObject(definition) || !isObject(definition["provider"])) {
    notA("an issuer", definition, report, "", "Use a provider such as `cognito({…})` or `oidc({…})`.");
    return null;
  }
  const { provider } = definition as unknown as IssuerDefinition;
  const options = ownCopy(definition["options"]);
  if (!checkIssuerOptions(provider, options, report)) return null;
  const settings = toSettings(name, provider, options);
  const dialect = provider.configure(options, settings, report);
  if (dialect?.keyLocations.some(({ url }) => !isFetchable(url)) === true) {
    report.problem(
      "issuer",
      "leads to no address that keys could be fetched from.",
      "Write the tokens' `iss`, or set `jwksUri` beside it.",
    );
  }
  return dialect === null ? null : { ...dialect, name, provider: provider.name, settings };
}

function readForward(forward: unknown, report: Report): readonly string[] {
  if (Array.isArray(forward) && forward.length === 0) return [];
  if (!checkTexts(forward, report, "forward")) return [];
  for (const [index, name] of forward.entries()) {
    if (NEVER_FORWARDED.includes(name)) {
      report.problem(`forward[${index}]`, "is a credential of another system.", "Remove it: credentials never cross the wall.");
    }
  }
  return forward;
}

function readKeyOptions(options: unknown, report: Report): Gateway["keys"] {
  if (!checkObject(options, report, "", 'Write `{ maxStale: "24h" }`.')) return { maxStale: 0 };
  checkNames(options, ["maxStale", "store"], report);
  const { maxStale = "24h", store = null } = ownMembers(options);
  const seconds = parseDuration(maxStale);
  if (seconds === null) report.problem("maxStale", "is not a duration.", 'Write it like "30m", "24h" or "0s".');
  const known = store !== null && isKeyStore(store, report.at("store"));
  return { maxStale: seconds ?? 0, ...(known && { store }) };
}

function isKeyStore(store: unknown, report: Report): store is KeyStore {
  if (!isObject(store) || typeof store["read"] !== "function" || typeof store["write"] !== "function") {
    return notA("a key store", store, report, "", 'Use `dynamoKeyStore({ table: env("KEYS_TABLE") })`.');
  }
  return !("table" in store) || checkText(store["table"], report, "table");
}

function readWebSocketCredential(options: unknown, report: Report): Gateway["webSocketCredential"] {
  const off = { queryParameter: null, subprotocol: null };
  if (!checkObject(options, report, "", "Write `{ subprotocol: 'bearer' }`.")) return off;
  checkNames(options, Object.keys(off), report);
  const own = ownMembers(options);
  const read = (name: keyof typeof off) => {
    const value = own[name] ?? null;
    return value === null || !checkText(value, report, name) ? null : value;
  };
  return { queryParameter: read("queryParameter"), subprotocol: read("subprotocol") };
}
