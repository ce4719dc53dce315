import type { Principal } from "../principal/principal.ts";
import type { Issuer } from "../providers/provider.ts";
import { isOpaque } from "../token/decode.ts";
import type { AskedToken, OnlineIssuer, OnlineIssuers, OnlineTokens, OnlineWorld } from "./online.ts";

interface Opened {
  readonly name: string;
  readonly tokens: OnlineTokens;
  readonly online: OnlineIssuer;
}

/** Those of the issuers that are asked about their tokens. The first that reads opaque ones is asked about those. */
export function openOnline(issuers: readonly Issuer[], world: OnlineWorld): OnlineIssuers {
  const opened = issuers.flatMap((issuer): Opened[] => {
    const { introspection } = issuer.settings;
    return introspection === undefined
      ? []
      : [{ name: issuer.name, tokens: introspection.tokens, online: introspection.open(issuer, world) }];
  });
  const reading = new Map(opened.filter(({ tokens }) => tokens !== "jwt").map(({ name, online }) => [name, online]));
  const confirming = new Map(opened.filter(({ tokens }) => tokens !== "opaque").map(({ name, online }) => [name, online]));
  const byName = new Map(opened.map(({ name, online }) => [name, online]));
  // Who was asked about already, when the token was read.
  const proven = new WeakSet<Principal>();
  const [reader] = reading.keys();
  const askedOf = (text: string, issuer: string): AskedToken | null => {
    const online = reading.get(issuer);
    if (online === undefined) return null;
    const prove = async () => {
      const proof = await online.prove(text);
      proven.add(proof.principal);
      return proof;
    };
    return { issuer, prove };
  };
  return {
    isActive: async (text, issuer) => byName.get(issuer)?.isActive(text) ?? false,
    opaque: (text) => (reader !== undefined && isOpaque(text) ? askedOf(text, reader) : null),
    unverifiable: askedOf,
    confirm: async (text, { principal }) => (proven.has(principal) ? undefined : confirming.get(principal.issuer)?.confirm(text)),
  };
}
