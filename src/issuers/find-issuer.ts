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

/** A gateway's issuers, ready to be found without going through all of them: whoever sends a token chooses its `iss`. */
interface Index {
  readonly exact: ReadonlyMap<string, Issuer>;
  /** The issuers listed, by their one form, for every way in which a provider makes one form of its spellings. */
  readonly spellings: ReadonlyMap<(iss: string) => string, ReadonlyMap<string, Issuer>>;
  readonly families: readonly Issuer[];
}

const indexes = new WeakMap<Gateway, Index>();
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
  const issuer = lookUp(indexOf(gateway), iss);
  if (issuer !== undefined) return { issuer, iss };
  for (const { refuseStranger } of gateway.issuers) refuseStranger?.(token);
  throw new SallyportError("issuer_unknown");
}

/** Whether an `iss` is this issuer's: listed, another spelling of a listed one, or one of its family. */
export function isIssuerOf(dialect: IssuerDialect, iss: string): boolean {
  const { issuers, canonical } = dialect;
  if (issuers.includes(iss) || isOfFamily(dialect, iss)) return true;
  const form = canonical?.(iss);
  return canonical !== undefined && issuers.some((one) => canonical(one) === form);
}

const isOfFamily = ({ templates }: IssuerDialect, iss: string) => templates?.some((template) => matchesTemplate(iss, template)) === true;

/** Whether an issuer belongs to a multi-tenant family: the template with a GUID in its place, and nothing else. */
function matchesTemplate(iss: string, { prefix, suffix }: IssuerTemplate): boolean {
  if (!iss.startsWith(prefix) || !iss.endsWith(suffix) || iss.length < prefix.length + suffix.length) return false;
  return GUID.test(iss.slice(prefix.length, iss.length - suffix.length));
}

function lookUp({ exact, spellings, families }: Index, iss: string): Issuer | undefined {
  const found = exact.get(iss);
  if (found !== undefined) return found;
  for (const [canonical, listed] of spellings) {
    const issuer = listed.get(canonical(iss));
    if (issuer !== undefined) return issuer;
  }
  return families.find((family) => isOfFamily(family, iss));
}

function indexOf(gateway: Gateway): Index {
  const index = indexes.get(gateway) ?? createIndex(gateway.issuers);
  indexes.set(gateway, index);
  return index;
}

function createIndex(issuers: readonly Issuer[]): Index {
  const exact = new Map<string, Issuer>();
  const spellings = new Map<(iss: string) => string, Map<string, Issuer>>();
  for (const issuer of issuers) {
    const { canonical } = issuer;
    const forms = (canonical && spellings.get(canonical)) ?? new Map<string, Issuer>();
    if (canonical) spellings.set(canonical, forms);
    for (const iss of issuer.issuers) {
      exact.set(iss, issuer);
      if (canonical) forms.set(canonical(iss), issuer);
    }
  }
  return { exact, spellings, families: issuers.filter(({ templates }) => templates !== undefined) };
}
