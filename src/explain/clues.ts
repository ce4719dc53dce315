import { type Json, member } from "../json.ts";
import { claimsOf } from "./evidence.ts";
import type { HintEvidence } from "./hint.ts";

/** A claim of the token, verified or not; undefined: it has none. */
export const claim = (evidence: HintEvidence, name: string): Json | undefined => member(claimsOf(evidence), name);

/** Whether the token has any of these claims. */
export const has = (evidence: HintEvidence, ...names: readonly string[]): boolean =>
  names.some((name) => claim(evidence, name) !== undefined);

/** The token's issuer is of one of these providers. */
export const is =
  (...providers: readonly string[]) =>
  ({ issuer }: HintEvidence): boolean =>
    issuer !== null && providers.includes(issuer.provider);

/** The configuration has an issuer of this provider. */
export const uses =
  (provider: string) =>
  ({ gateway }: HintEvidence): boolean =>
    gateway.issuers.some((issuer) => issuer.provider === provider);
