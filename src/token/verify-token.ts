import { SallyportError } from "../errors.ts";
import type { KeyFinder, KeyQuery, VerificationKey } from "../keys/keys.ts";
import type { Issuer } from "../providers/provider.ts";
import { isAlgorithmName, isSignatureValid } from "./algorithms.ts";
import { member } from "../json.ts";
import { faultOfTimes, readTimes, type TokenTimes } from "./times.ts";
import type { UnverifiedToken, VerifiedToken } from "./token.ts";

/** A verified token, and what it was found to be good by. */
export interface Verification {
  readonly token: VerifiedToken;
  readonly times: TokenTimes;
  /** The key under which the signature holds, and what it was found by. */
  readonly key: VerificationKey;
  readonly query: KeyQuery;
}

/** The spellings of `typ` accepted where the configuration names none. Most providers send `JWT` or nothing. */
const USUAL_TYPES = { access: [null, "jwt", "at+jwt"], id: [null, "jwt"] } as const;

/**
 * Verifies a token of an issuer already chosen from the configuration: header against the settings, key of this issuer,
 * signature, times, and that it is not bound to a key of its holder (RFC 7800 `cnf`).
 *
 * @param now seconds since the epoch
 * @throws SallyportError
 */
export async function verifyToken(
  token: UnverifiedToken,
  issuer: Issuer,
  iss: string,
  keys: KeyFinder,
  now: number,
): Promise<Verification> {
  const { typ, tokenUse } = issuer.settings;
  const query = queryOf(token, issuer, iss, typ?.map(mediaType) ?? USUAL_TYPES[tokenUse]);
  const held = keys.peek(query);
  const key = held !== null && isSignedBy(held, token, query) ? held : await findSigner(query, token, keys, held);
  const times = readTimes(token.claims);
  const fault = faultOfTimes(times, now, issuer.settings);
  if (fault !== null) throw new SallyportError(fault);
  if (member(token.claims, "cnf") !== undefined) throw new SallyportError("token_bound");
  const expiresAt = Math.floor(times.exp);
  return { token: { header: token.header, claims: token.claims, iss, expiresAt } as VerifiedToken, times, key, query };
}

/**
 * Verifies header and signature, and nothing of what the token says. `types`: the accepted media types, lower case; null for none.
 * @throws SallyportError
 */
export async function verifySignature(
  token: UnverifiedToken,
  issuer: Issuer,
  iss: string,
  keys: KeyFinder,
  types: readonly (string | null)[],
): Promise<Pick<Verification, "key" | "query">> {
  const query = queryOf(token, issuer, iss, types);
  return { key: await findSigner(query, token, keys, null), query };
}

/** Which key the header asks for, if it may ask for that. */
function queryOf(token: UnverifiedToken, issuer: Issuer, iss: string, types: readonly (string | null)[]): KeyQuery {
  const { alg, typ, kid } = token.header;
  if (!isAlgorithmName(alg) || !issuer.settings.algorithms.includes(alg)) throw new SallyportError("algorithm_not_allowed");
  // Before the type: a token for the provider's own APIs may have one of theirs, and whom it is for says more.
  const location = issuer.locateKeys(token, iss);
  if (!types.includes(typ === null ? null : mediaType(typ))) throw new SallyportError("typ_not_allowed");
  if (kid === null) throw new SallyportError("key_id_missing");
  return { issuer: issuer.name, location, kid, algorithm: alg };
}

/** Media types are compared without case, and `application/` may be left out (RFC 7515 section 4.1.9). */
function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\/(?=[^/]*$)/, "");
}

/** The key under which the signature holds: the one known by this id, or the one that has replaced it; `tried` was found not to be it. */
async function findSigner(
  query: KeyQuery,
  token: UnverifiedToken,
  keys: KeyFinder,
  tried: VerificationKey | null,
): Promise<VerificationKey> {
  const known = tried ?? (await keys.find(query));
  if (known !== tried && isSignedBy(known, token, query)) return known;
  const replacement = await keys.findReplacement(query, known);
  if (replacement === null || !isSignedBy(replacement, token, query)) throw new SallyportError("signature_invalid");
  return replacement;
}

const isSignedBy = ({ key }: VerificationKey, { signingInput, signature }: UnverifiedToken, { algorithm }: KeyQuery) =>
  isSignatureValid(algorithm, key, signingInput, signature);
