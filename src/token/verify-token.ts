import { SallyportError } from "../errors.ts";
import type { KeyFinder, KeyQuery, VerificationKey } from "../keys/keys.ts";
import type { Issuer, IssuerSettings } from "../providers/provider.ts";
import { type AlgorithmName, isAlgorithmName, isSignatureValid } from "./algorithms.ts";
import { member } from "../json.ts";
import { checkTimes } from "./times.ts";
import type { UnverifiedToken, VerifiedToken } from "./token.ts";

/** A verified token, and the `issuer` member of the key that verified it. */
export interface Verification {
  readonly token: VerifiedToken;
  readonly keyIssuer: string | null;
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
  const algorithm = checkHeader(token, issuer.settings);
  if (token.header.kid === null) throw new SallyportError("key_id_missing");
  const location = issuer.locateKeys(token, iss);
  const key = await findKey({ issuer: issuer.name, location, kid: token.header.kid, algorithm }, token, keys);
  const expiresAt = checkTimes(token.claims, now, issuer.settings);
  if (member(token.claims, "cnf") !== undefined) throw new SallyportError("token_bound");
  const verified = { header: token.header, claims: token.claims, iss, expiresAt } as VerifiedToken;
  return { token: verified, keyIssuer: key.issuer };
}

function checkHeader({ header }: UnverifiedToken, settings: IssuerSettings): AlgorithmName {
  if (!isAlgorithmName(header.alg) || !settings.algorithms.includes(header.alg)) throw new SallyportError("algorithm_not_allowed");
  const accepted: readonly (string | null)[] = settings.typ?.map(mediaType) ?? USUAL_TYPES[settings.tokenUse];
  if (!accepted.includes(header.typ === null ? null : mediaType(header.typ))) throw new SallyportError("typ_not_allowed");
  return header.alg;
}

/** Media types are compared without case, and `application/` may be left out (RFC 7515 section 4.1.9). */
function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\/(?=[^/]*$)/, "");
}

/** The key under which the signature holds: the one known by this id, or the one that has replaced it since. */
async function findKey(query: KeyQuery, { signingInput, signature }: UnverifiedToken, keys: KeyFinder): Promise<VerificationKey> {
  const known = await keys.find(query);
  if (isSignatureValid(query.algorithm, known.key, signingInput, signature)) return known;
  const replacement = await keys.findReplacement(query, known);
  if (replacement === null || !isSignatureValid(query.algorithm, replacement.key, signingInput, signature)) {
    throw new SallyportError("signature_invalid");
  }
  return replacement;
}
