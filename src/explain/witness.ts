import type { Gateway } from "../gateway.ts";
import type { AskedToken, OnlineIssuers } from "../introspection/online.ts";
import type { KeyFinder, KeyQuery, VerificationKey } from "../keys/keys.ts";
import type { Identity, Issuer } from "../providers/provider.ts";
import type { JsonObject } from "../json.ts";

/** How far a token came: written down by the very parts that the pipeline calls, so it cannot differ from what happened. */
export interface Sighting {
  /** The issuer whose parts were used. */
  issuer: Issuer | null;
  /** The algorithm is one of the issuer's, and the provider was asked where the key is. */
  isLocated: boolean;
  /** What was looked for last. */
  query: KeyQuery | null;
  /** The key found last. */
  key: VerificationKey | null;
  /** The provider's own checks began, which they do for tokens whose signature and times hold. */
  isVerified: boolean;
  /** They ended without a refusal. */
  isChecked: boolean;
  /** What the provider read, in the issuer's own names. */
  identity: Identity | null;
  /** The token is not verified here: its issuer is asked about it. */
  isAsked: boolean;
  /** The revocations could not be read, whatever became of the token because of it. */
  isUnread: boolean;
}

/** A gateway like another, whose parts report what they are asked. */
export interface Watched {
  readonly gateway: Gateway;
  readonly sighting: Sighting;
  /** The finder of keys, and the issuers that are asked about tokens, watched in the same way. */
  readonly watch: (keys: KeyFinder) => KeyFinder;
  readonly watchOnline: (online: OnlineIssuers) => OnlineIssuers;
}

/** Puts a witness between the pipeline and the issuers and keys that it asks. What they answer is not touched. */
export function watchGateway(gateway: Gateway): Watched {
  const sighting: Sighting = {
    issuer: null,
    isLocated: false,
    query: null,
    key: null,
    isVerified: false,
    isChecked: false,
    identity: null,
    isAsked: false,
    isUnread: false,
  };
  const issuers = gateway.issuers.map((issuer) => watchIssuer(issuer, sighting));
  return {
    gateway: { ...gateway, issuers },
    sighting,
    watch: (keys) => watchKeys(keys, sighting),
    watchOnline: (online) => watchIssuersAsked(online, gateway, sighting),
  };
}

function watchIssuer(issuer: Issuer, sighting: Sighting): Issuer {
  return {
    ...issuer,
    locateKeys: (token, iss) => {
      sighting.issuer = issuer;
      sighting.isLocated = true;
      return issuer.locateKeys(token, iss);
    },
    check: (token, keyIssuer) => {
      sighting.isVerified = true;
      issuer.check(token, keyIssuer);
      sighting.isChecked = true;
    },
    read: (claims: JsonObject) => (sighting.identity = issuer.read(claims)),
  };
}

function watchKeys(keys: KeyFinder, sighting: Sighting): KeyFinder {
  const seen = <K extends VerificationKey | null>(query: KeyQuery, key: K): K => {
    sighting.query = query;
    sighting.key = key ?? sighting.key;
    return key;
  };
  return {
    ...keys,
    peek: (query) => seen(query, keys.peek(query)),
    find: async (query) => {
      sighting.query = query;
      return seen(query, await keys.find(query));
    },
    findReplacement: async (query, failed) => seen(query, await keys.findReplacement(query, failed)),
  };
}

function watchIssuersAsked(online: OnlineIssuers, { issuers }: Gateway, sighting: Sighting): OnlineIssuers {
  const seen = (asked: AskedToken | null) => {
    if (asked === null) return null;
    sighting.isAsked = true;
    sighting.issuer = issuers.find(({ name }) => name === asked.issuer) ?? null;
    return asked;
  };
  return {
    ...online,
    opaque: (text) => seen(online.opaque(text)),
    unverifiable: (text, issuer) => seen(online.unverifiable(text, issuer)),
  };
}
