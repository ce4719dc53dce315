import { type Json, member } from "../json.ts";
import { claimsOf, type Evidence } from "./evidence.ts";

/** A claim of the token, verified or not; undefined: it has none. */
export const claim = (evidence: Evidence, name: string): Json | undefined => member(claimsOf(evidence), name);

/** Whether the token has any of these claims. */
export const has = (evidence: Evidence, ...names: readonly string[]): boolean => names.some((name) => claim(evidence, name) !== undefined);

/** The token's issuer is of one of these providers. */
export const is =
  (...providers: readonly string[]) =>
  ({ issuer }: Evidence): boolean =>
    issuer !== null && providers.includes(issuer.provider);

/** The configuration has an issuer of this provider. */
export const uses =
  (provider: string) =>
  ({ gateway }: Evidence): boolean =>
    gateway.issuers.some((issuer) => issuer.provider === provider);
