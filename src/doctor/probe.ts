import type { Gateway } from "../gateway.ts";
import { rememberAnswers } from "../explain/remember.ts";
import { isJsonObject, type JsonObject, member, parseStrictJson } from "../json.ts";
import type { Fetch, FetchAnswer } from "../keys/download.ts";
import type { AlgorithmName } from "../token/algorithms.ts";
import { MIN_MODULUS_BITS, readKey, SECRET_MEMBERS } from "../keys/jwk.ts";
import { keyFor, readKeySet } from "../keys/key-set.ts";
import type { KeyLocation } from "../keys/keys.ts";
import { createLoader } from "../keys/load-keys.ts";

/** One place where an issuer publishes its keys, as it answers now. */
export interface IssuerProbe {
  /** The issuer's name in the configuration. */
  readonly issuer: string;
  readonly url: string;
  /** The gateway can use what is published there. */
  readonly isUsable: boolean;
  /** Null: nothing answered. */
  readonly status: number | null;
  /** Milliseconds for everything that was asked. */
  readonly latency: number;
  /** Seconds by which the issuer's clock is ahead of this machine's; null: it does not say. */
  readonly clockDifference: number | null;
  /** Of a discovery document: the issuer that it names, and the one that it has to name; null: not asked, or not readable. */
  readonly discovered: { readonly issuer: string | null; readonly expected: string } | null;
  readonly keys: readonly ProbedKey[];
}

/** One published key. */
export interface ProbedKey {
  readonly kid: string | null;
  /** What it may verify; empty: nothing. */
  readonly algorithms: readonly AlgorithmName[];
  /** Why it is not used; null: it is. */
  readonly fault: string | null;
  /** It holds what only the issuer may know. */
  readonly isSecret: boolean;
}

/** What probing needs from outside. */
export interface ProbeOptions {
  readonly fetch: Fetch;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Asks every issuer for its keys, all at once, in the way the gateway does. Never throws. */
export async function probeIssuers({ issuers }: Gateway, options: ProbeOptions): Promise<readonly IssuerProbe[]> {
  const places = issuers.flatMap(({ name, keyLocations }) => keyLocations.map((location) => ({ name, location })));
  return Promise.all(places.map(({ name, location }) => probe(name, location, options)));
}

async function probe(issuer: string, location: KeyLocation, { fetch, clock }: ProbeOptions): Promise<IssuerProbe> {
  const answers: { readonly url: string; readonly answer: FetchAnswer; readonly at: number }[] = [];
  const remembering = rememberAnswers(fetch);
  const watching: Fetch = async (url, init) => {
    const answer = await remembering(url, init);
    answers.push({ url, answer: { ...answer, body: null }, at: clock() });
    return answer;
  };
  const began = clock();
  const loaded = await createLoader(location, { fetch: watching, clock, maxStale: 0 })().catch(() => null);
  const latency = clock() - began;
  const documents = new Map<string, JsonObject | null>();
  for (const { url } of answers) documents.set(url, await readDocument(remembering, url));
  const last = answers.at(-1);
  return {
    issuer,
    url: location.url,
    isUsable: loaded !== null,
    status: last?.answer.status ?? null,
    latency,
    clockDifference: last === undefined ? null : clockDifference(last.answer, last.at),
    discovered: location.kind === "discovery" ? discoveredIn(documents.get(location.url) ?? null, location.issuer) : null,
    keys: probeKeys(loaded?.jwks ?? keysIn(last === undefined ? null : (documents.get(last.url) ?? null))),
  };
}

/** The answer once more, from memory. */
async function readDocument(fetch: Fetch, url: string): Promise<JsonObject | null> {
  try {
    const { body } = await fetch(url, { headers: {}, redirect: "error", signal: new AbortController().signal });
    const chunks: Uint8Array[] = [];
    for await (const chunk of body ?? []) chunks.push(chunk);
    return parseStrictJson(Buffer.concat(chunks));
  } catch {
    return null;
  }
}

/** `Date` (RFC 9110 section 6.6.1) counts whole seconds. */
function clockDifference({ headers }: FetchAnswer, at: number): number | null {
  const date = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(date) ? null : Math.round(date / 1_000) - Math.round(at / 1_000);
}

function discoveredIn(document: JsonObject | null, expected: string): IssuerProbe["discovered"] {
  if (document === null) return null;
  const issuer = member(document, "issuer");
  return { issuer: typeof issuer === "string" ? issuer : null, expected };
}

function keysIn(document: JsonObject | null): readonly unknown[] {
  const keys = document === null ? undefined : member(document, "keys");
  return Array.isArray(keys) ? keys : [];
}

function probeKeys(jwks: readonly unknown[]): readonly ProbedKey[] {
  const set = isReadable(jwks) ? readKeySet({ keys: jwks }) : null;
  return jwks.filter(isJsonObject).map((jwk) => {
    const kid = member(jwk, "kid");
    const known = typeof kid === "string" ? kid : null;
    const key = readKey(jwk);
    const isAmbiguous = key?.algorithms.every((algorithm) => keyFor(set?.get(key.kid), algorithm) === null) === true;
    const fault = key === null ? faultOf(jwk) : isAmbiguous ? "another key has the same id" : null;
    return {
      kid: known,
      algorithms: fault === null ? (key?.algorithms ?? []) : [],
      fault,
      isSecret: SECRET_MEMBERS.some((name) => Object.hasOwn(jwk, name)),
    };
  });
}

const isReadable = (jwks: readonly unknown[]) => jwks.length <= 100 && jwks.every(isJsonObject);

/** Why a key is not used, most telling first. The gateway itself only says that it is not. */
const FAULTS: readonly (readonly [when: (jwk: JsonObject) => boolean, fault: string])[] = [
  [(jwk) => SECRET_MEMBERS.some((name) => Object.hasOwn(jwk, name)), "it holds a private or symmetric key"],
  [(jwk) => Object.hasOwn(jwk, "use") && jwk["use"] !== "sig", "it is not for signatures"],
  [(jwk) => typeof jwk["kid"] !== "string" || jwk["kid"] === "", "it has no key id"],
  [(jwk) => !["RSA", "EC", "OKP"].some((type) => jwk["kty"] === type), "its type is not supported"],
  [
    (jwk) => typeof jwk["n"] === "string" && Buffer.from(jwk["n"], "base64url").length < MIN_MODULUS_BITS / 8,
    "it is shorter than 2048 bits",
  ],
];

const faultOf = (jwk: JsonObject) =>
  FAULTS.find(([when]) => when(jwk))?.[1] ?? "it is malformed, weak, or for an algorithm that is not supported";
