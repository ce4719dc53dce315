import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import type { Issuer, IssuerDialect, IssuerTemplate } from "../providers/provider.ts";
import { member } from "../json.ts";
import type { UnverifiedToken } from "../token/token.ts";

/** The issuer a token names, and the exact spelling it used. */
export interface FoundIssuer {
  readonly issuer: Issuer;
  readonly iss: string;
}

const indexes = new WeakMap<Gateway, ReadonlyMap<string, Issuer>>();
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The configured issuer whose `iss` this is, byte for byte but for what a provider spells in more than one way. An issuer that is
 * not configured causes no look-up of any kind.
 * @throws SallyportError `claim_missing`, `claim_malformed`, `token_not_for_api`, `issuer_unknown`
 */
export function findIssuer(gateway: Gateway, token: UnverifiedToken): FoundIssuer {
  const iss = member(token.claims, "iss");
  if (iss === undefined) throw new SallyportError("claim_missing");
  if (typeof iss !== "string") throw new SallyportError("claim_malformed");
  const issuer = indexOf(gateway).get(iss) ?? gateway.issuers.find((one) => isIssuerOf(one, iss));
  if (issuer !== undefined) return { issuer, iss };
  for (const { refuseStranger } of gateway.issuers) refuseStranger?.(token);
  throw new SallyportError("issuer_unknown");
}

/** Whether an `iss` is this issuer's: listed, another spelling of a listed one, or one of its family. */
export function isIssuerOf({ issuers, canonical, templates }: IssuerDialect, iss: string): boolean {
  if (issuers.includes(iss) || templates?.some((template) => matchesTemplate(iss, template)) === true) return true;
  return canonical !== undefined && issuers.some((one) => canonical(one) === canonical(iss));
}

/** Whether an issuer belongs to a multi-tenant family: the template with a GUID in its place, and nothing else. */
function matchesTemplate(iss: string, { prefix, suffix }: IssuerTemplate): boolean {
  if (!iss.startsWith(prefix) || !iss.endsWith(suffix) || iss.length < prefix.length + suffix.length) return false;
  return GUID.test(iss.slice(prefix.length, iss.length - suffix.length));
}

function indexOf(gateway: Gateway): ReadonlyMap<string, Issuer> {
  let index = indexes.get(gateway);
  if (index === undefined) {
    index = new Map(gateway.issuers.flatMap((issuer) => issuer.issuers.map((iss) => [iss, issuer] as const)));
    indexes.set(gateway, index);
  }
  return index;
}
