import type { Gateway } from "../gateway.ts";
import { isOpaque } from "../token/decode.ts";
import type { OnlineIssuer, OnlineIssuers, OnlineTokens, OnlineWorld } from "./online.ts";

interface Opened {
  readonly name: string;
  readonly tokens: OnlineTokens;
  readonly online: OnlineIssuer;
}

/** The issuers of a gateway that are asked about their tokens; null: none is. At most one is asked about opaque ones. */
export function openOnline({ issuers }: Pick<Gateway, "issuers">, world: OnlineWorld): OnlineIssuers | null {
  const opened = issuers.flatMap((issuer): Opened[] => {
    const { introspection } = issuer.settings;
    return introspection === undefined
      ? []
      : [{ name: issuer.name, tokens: introspection.tokens, online: introspection.open(issuer, world) }];
  });
  if (opened.length === 0) return null;
  const reader = opened.find(({ tokens }) => tokens !== "jwt");
  const confirming = new Map(opened.filter(({ tokens }) => tokens !== "opaque").map(({ name, online }) => [name, online]));
  const byName = new Map(opened.map(({ name, online }) => [name, online]));
  return {
    isActive: async (text, issuer) => byName.get(issuer)?.isActive(text) ?? false,
    opaque: (text) =>
      reader !== undefined && isOpaque(text) ? { issuer: reader.name, prove: async () => reader.online.prove(text) } : null,
    // An opaque token was asked about when it was read.
    confirm: async (text, { principal }) => (isOpaque(text) ? undefined : confirming.get(principal.issuer)?.confirm(text)),
  };
}
