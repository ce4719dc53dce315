import { REASONS, type ReasonCode } from "../../../src/index.ts";
import type { Case } from "./cases.ts";
import { joseWith, type Peer, PEERS } from "./peers.ts";
import { createSubject, type KeySet, type Subject } from "./subject.ts";

/** Reasons for which this gateway may refuse what another library lets in, and why it is right to. */
export const STRICTER: Readonly<Partial<Record<ReasonCode, string>>> = {
  token_malformed: "one spelling of base64url and JSON; key id and typ are text",
  token_encrypted: "nothing here decrypts",
  credential_too_large: "8,192 characters at most",
  header_unsupported: "crit, b64, zip and cty are not implemented",
  typ_not_allowed: "tokens made for something else",
  algorithm_not_allowed: "a text that is exactly one of the issuer's algorithms",
  key_id_missing: "the first key never wins",
  key_unknown: "a key that must not verify, or an id with two keys",
  claim_missing: "exp, sub and aud are required",
  claim_malformed: "claims of the right type and range only",
  token_lifetime_too_long: "at most 30 days",
  token_not_yet_valid: "iat in the future counts too",
  token_use_mismatch: "an ID token is no access token",
  token_bound: "bound to a key and sent as a plain bearer token",
};

/** Where another library refuses what this gateway accepts. jose is never among them. */
const MORE_LENIENT: Readonly<Record<string, (header: Members, claims: Members) => boolean>> = {
  // It wants text where providers also write lists, and checks the type of claims that nothing here depends on.
  "aws-jwt-verify": (_header, { scope, jti, nbf }) =>
    [scope, jti].some((value) => value !== undefined && typeof value !== "string") || nbf === null,
  "fast-jwt": () => false,
  // It knows no EdDSA.
  jsonwebtoken: ({ alg }) => alg === "EdDSA",
};
type Members = Readonly<Record<string, unknown>>;

function isMoreLenient(name: string, token: string): boolean {
  const [header = {}, claims = {}] = token.split(".", 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString()) as Members);
  return MORE_LENIENT[name]?.(header, claims) === true;
}

/** What a single library accepts besides. */
const LOOSER: Readonly<Record<string, readonly ReasonCode[]>> = {
  // It is not asked about times.
  "aws-jwt-verify": ["token_expired"],
  // A token still counts in the very second in which it expires.
  "fast-jwt": ["token_expired"],
};

/** How often which verdicts were seen: `accepted`, the reasons, and `peer > reason` where a peer accepts what is refused here. */
export type Tally = Map<string, number>;
const count = (tally: Tally, name: string) => void tally.set(name, (tally.get(name) ?? 0) + 1);

export interface JudgeOptions {
  /** One refusal in so many is held against every library; what is accepted always is. */
  readonly every: number;
  /** The libraries, for tokens of the usual key set; default all of them. Of another key set only jose is asked. */
  readonly peers?: Readonly<Record<string, Peer>>;
}

/** Judges case after case with one long-lived gateway, as it would run. */
export function createJudge({ every, peers: usualPeers = PEERS }: JudgeOptions) {
  const tally: Tally = new Map();
  const usual = createSubject();
  let refused = 0;

  async function judge({ token, keys }: Case): Promise<void> {
    const subject: Subject = keys === undefined ? usual : createSubject(keys);
    const peers = keys === undefined ? usualPeers : { jose: joseWith(keys) };
    const code = await subject(token);
    count(tally, code ?? "accepted");
    if (code === null) {
      must(reencodes(token), "accepted, and does not encode back to itself");
      for (const [name, accepts] of Object.entries(peers)) {
        must((await accepts(token)) || isMoreLenient(name, token), `accepted, but ${name} refuses`);
      }
      return;
    }
    must(Object.hasOwn(REASONS, code) && code !== "internal_error", `refused without a reason of its own: ${code}`);
    if (refused++ % every !== 0) return;
    for (const [name, accepts] of Object.entries(peers)) {
      if (!(await accepts(token))) continue;
      count(tally, `${name} > ${code}`);
      must(
        Object.hasOwn(STRICTER, code) || LOOSER[name]?.includes(code) === true || isSecondKey(code, keys),
        `${name} accepts what is refused as ${code}, and no rule explains it`,
      );
    }
  }
  return { judge, tally };
}

/** Of two keys under one id, one may be unusable here and the other not have signed; whoever tries both finds the first. */
function isSecondKey(code: ReasonCode, keys: KeySet | undefined): boolean {
  const ids = keys?.keys.map((jwk) => (jwk as { kid?: unknown }).kid) ?? [];
  return code === "signature_invalid" && new Set(ids).size < ids.length;
}

/** Whether every part is what encoding its bytes again gives. */
function reencodes(token: string): boolean {
  return token.split(".").every((part) => Buffer.from(part, "base64url").toString("base64url") === part);
}

function must(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}
