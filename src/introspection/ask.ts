import { hash } from "../node-crypto.ts";
import { abortedAfter } from "../deadline.ts";
import { SallyportError } from "../errors.ts";
import { deepFreeze, type JsonObject, member, parseStrictJson } from "../json.ts";
import { type Fetch, readBody } from "../keys/download.ts";
import type { IntrospectOptions } from "./introspect.ts";

/**
 * Answers what the issuer says of an active token; `mayRecall`: or what it said a moment ago.
 * @throws SallyportError `token_inactive`, `introspection_unavailable`
 */
export type Ask = (text: string, mayRecall?: boolean) => Promise<JsonObject>;

/** What asking takes. */
export interface AskerOptions extends Pick<IntrospectOptions, "url" | "clientId" | "clientSecret" | "clientAuth"> {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly fetch: Fetch;
  /** Milliseconds. */
  readonly remember: number;
}

interface Remembered {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  readonly claims: JsonObject;
}

/** Milliseconds for one request, its answer included. */
const TIMEOUT = 1_500;
/** Milliseconds without asking after the first failure in a row, doubled by each further one. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
const MAX_REMEMBERED = 1_000;
/** Client errors that are about this gateway, or about the moment. Any other is about what was sent, and the token is all that varies. */
const ABOUT_US: readonly number[] = [401, 407, 408, 429];

const unavailable = () => new SallyportError("introspection_unavailable");

/**
 * Asks one issuer. An active token's claims are remembered under the token's digest, never past its `exp`; who holds them still has
 * to pass every check, and the route's rule, each time. An inactive token is not remembered. While the issuer fails it is left alone.
 */
export function createAsker(options: AskerOptions): Ask {
  const { clock, remember } = options;
  const known = new Map<string, Remembered>();
  let failures = 0;
  let pausedUntil = 0;

  /** Only what would fail for every token counts: nobody can stop the asking by sending a strange one. */
  function failed(): void {
    pausedUntil = clock() + Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE);
    failures = Math.min(failures + 1, 10);
  }

  function keep(key: string, claims: JsonObject): void {
    const now = clock();
    const exp = member(claims, "exp");
    const until = Math.min(now + remember, typeof exp === "number" ? exp * 1_000 : now + remember);
    for (const [old, { until: end }] of known) if (end <= now || known.size >= MAX_REMEMBERED) known.delete(old);
    if (until > now) known.set(key, { from: now, until, claims });
  }

  return async (text, mayRecall = true) => {
    const key = hash("sha256", text, "base64url");
    const entry = known.get(key);
    const now = clock();
    if (mayRecall && entry !== undefined && entry.from <= now && now < entry.until) return entry.claims;
    if (pausedUntil - LONGEST_PAUSE <= now && now < pausedUntil) throw unavailable();
    const answer = await request(text, options).catch(() => null);
    if (answer === null) {
      failed();
      throw unavailable();
    }
    if (answer === "refused") throw unavailable();
    [failures, pausedUntil] = [0, 0];
    if (member(answer, "active") !== true) {
      known.delete(key);
      throw new SallyportError("token_inactive");
    }
    // What is forwarded of it is handed out as it is.
    keep(key, deepFreeze(answer));
    return answer;
  };
}

/**
 * `refused`: the issuer, or a firewall in front of it, does not answer for this one token, or in a way that cannot be read: what its user
 * is called is in there. That is no verdict on it, and says nothing of the issuer's health either. Rejects where the issuer is not well.
 */
const request = (text: string, options: AskerOptions): Promise<JsonObject | "refused"> =>
  abortedAfter((signal) => post(text, options, signal), TIMEOUT, "introspection_unavailable");

async function post(text: string, options: AskerOptions, signal: AbortSignal): Promise<JsonObject | "refused"> {
  const { url, clientId, clientSecret, clientAuth = "basic", fetch } = options;
  const inForm = clientAuth === "post" ? { client_id: clientId, client_secret: clientSecret } : {};
  const body = new URLSearchParams({ token: text, token_type_hint: "access_token", ...inForm }).toString();
  const headers = {
    accept: "application/json",
    "accept-encoding": "identity",
    "content-type": "application/x-www-form-urlencoded",
    "content-length": String(Buffer.byteLength(body)),
    ...(clientAuth === "basic" && { authorization: basic(clientId, clientSecret) }),
  };
  const answer = await fetch(url, { method: "POST", body, headers, redirect: "error", signal });
  if (answer.status >= 400 && answer.status < 500 && !ABOUT_US.includes(answer.status)) return "refused";
  if (answer.status !== 200 || answer.body === null) throw unavailable();
  return readClaims(answer.body, signal).catch(unlessRefused);
}

async function readClaims(body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<JsonObject> {
  const claims = parseStrictJson(await readBody(body, signal));
  if (typeof member(claims, "active") !== "boolean") throw unavailable();
  return claims;
}

/** A connection that breaks is an outage; an answer that was read and makes no sense is not. */
function unlessRefused(error: unknown): "refused" {
  if (error instanceof SallyportError) return "refused";
  throw error;
}

/** RFC 6749 section 2.3.1: both parts are form-encoded first, so that a colon in one cannot end it. */
function basic(clientId: string, clientSecret: string): string {
  const encode = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString("base64")}`;
}
