import { SallyportError } from "../errors.ts";
import { type JsonObject, parseStrictJson } from "../json.ts";
import { isFetchable } from "./addresses.ts";
import { withDeadline } from "./deadline.ts";

/** Milliseconds for one request, its body included. A load makes two at most, so 3 s in all. */
const TRY_TIMEOUT = 1_500;
const MAX_BYTES = 150_000;

const MINUTE = 60_000;
const DEFAULT_FRESH = 10 * MINUTE;
const MIN_FRESH = MINUTE;
const MAX_FRESH = 24 * 60 * MINUTE;

/** What is asked of a request. */
export interface FetchInit {
  /** Default GET. */
  readonly method?: "POST";
  readonly body?: string;
  readonly headers: Record<string, string>;
  readonly redirect: "error";
  readonly signal: AbortSignal;
}

/** What is read of an answer: a part of the Fetch standard's `Response`. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Makes one request: `globalThis.fetch` is one. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

/** A document and for how long it may be used without asking again, in milliseconds. */
export interface Download {
  readonly document: JsonObject;
  readonly freshFor: number;
}

/** A body as it came, and for how long it may be used, in milliseconds. */
interface Body {
  readonly body: Uint8Array;
  readonly freshFor: number;
}

/**
 * Fetches one JSON document within the limits of {@link downloadBody}.
 * @throws SallyportError `keys_unavailable`
 */
export async function download(fetch: Fetch, url: string): Promise<Download> {
  const { body, freshFor } = await downloadBody(fetch, url, "application/json, application/jwk-set+json");
  try {
    return { document: parseStrictJson(body), freshFor };
  } catch {
    throw new SallyportError("keys_unavailable");
  }
}

/**
 * Fetches one document: status 200, no redirect, at most 150 kB after decoding, at most 1.5 s even if `fetch` ignores
 * its signal.
 *
 * @throws SallyportError `keys_unavailable`, saying nothing about the address or the answer
 */
export async function downloadBody(fetch: Fetch, url: string, accept: string): Promise<Body> {
  const controller = new AbortController();
  try {
    return await withDeadline(request(fetch, url, accept, controller.signal), TRY_TIMEOUT);
  } catch {
    // Closes the connection of an answer that was not read to its end.
    controller.abort();
    throw new SallyportError("keys_unavailable");
  }
}

async function request(fetch: Fetch, url: string, accept: string, signal: AbortSignal): Promise<Body> {
  if (!isFetchable(url)) throw new SallyportError("keys_unavailable");
  const headers = { accept, "accept-encoding": "identity" };
  const answer = await fetch(url, { headers, redirect: "error", signal });
  if (answer.status !== 200 || answer.body === null) throw new SallyportError("keys_unavailable");
  const body = await readBody(answer.body, signal);
  return { body, freshFor: readFreshness(answer.headers.get("cache-control"), answer.headers.get("age")) };
}

/** The whole body, up to 150 kB. @throws SallyportError `keys_unavailable` */
export async function readBody(body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BYTES || signal.aborted) throw new SallyportError("keys_unavailable");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Milliseconds from `Cache-Control` (RFC 9111 section 5.2.2), less the time that the answer lay in a cache on its way (section
 * 4.2.3), within one minute and one day; ten minutes by default.
 */
function readFreshness(cacheControl: string | null, age: string | null): number {
  const directives = (cacheControl ?? "").toLowerCase().split(",");
  const names = directives.map((directive) => directive.trim());
  if (names.includes("no-store") || names.includes("no-cache")) return MIN_FRESH;
  const seconds = names.map((name) => /^max-age="?(\d{1,10})"?$/.exec(name)?.[1]).find((digits) => digits !== undefined);
  if (seconds === undefined) return DEFAULT_FRESH;
  return Math.min(Math.max((Number(seconds) - readAge(age)) * 1_000, MIN_FRESH), MAX_FRESH);
}

/** Seconds: of several values the first, and none where it is no number (RFC 9111 section 5.1). */
function readAge(age: string | null): number {
  return Number(/^\s*(\d+)\s*(?:,|$)/.exec(age ?? "")?.[1] ?? 0);
}
