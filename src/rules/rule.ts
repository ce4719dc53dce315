import type { Principal } from "../principal/principal.ts";

/** A value a forwarded claim is compared with: strictly, type included. */
export type ClaimValue = string | number | boolean;

/** A rule about a principal: plain data, made by the factories below, so it can be printed, compared and explained. */
export type Rule =
  | { readonly kind: "public" }
  | { readonly kind: "authenticated" }
  | { readonly kind: "scope"; readonly name: string }
  | { readonly kind: "group"; readonly name: string }
  | { readonly kind: "role"; readonly name: string }
  | { readonly kind: "permission"; readonly name: string }
  | { readonly kind: "issuer"; readonly name: string }
  | { readonly kind: "tenant"; readonly name: string }
  | { readonly kind: "user"; readonly name: string }
  | { readonly kind: "client"; readonly name: string }
  | { readonly kind: "assurance"; readonly name: string }
  | { readonly kind: "claim"; readonly path: readonly string[]; readonly values: readonly ClaimValue[] }
  | { readonly kind: "custom"; readonly name: string; readonly test: (principal: Principal) => boolean }
  | { readonly kind: "multiFactor"; readonly within: string | null }
  | { readonly kind: "authenticatedWithin"; readonly within: string }
  | { readonly kind: "live" }
  | { readonly kind: "allOf"; readonly rules: readonly Rule[] }
  | { readonly kind: "anyOf"; readonly rules: readonly Rule[] };

/** A rule as it is written in the route table. */
export type RuleInput = Rule | "public" | "authenticated";

/** The principal holds this scope, in the gateway's own vocabulary. */
export const scope = (...name: [name: string]): Rule => ({ kind: "scope", name: one(name) });
/** The principal holds at least one of these scopes. */
export const anyScope = (...names: readonly string[]): Rule => anyOf(...names.map((name) => scope(name)));
/** The principal is in this group. */
export const group = (...name: [name: string]): Rule => ({ kind: "group", name: one(name) });
/** The principal has this role. */
export const role = (...name: [name: string]): Rule => ({ kind: "role", name: one(name) });
/** The principal has this permission. */
export const permission = (...name: [name: string]): Rule => ({ kind: "permission", name: one(name) });
/** The principal's token comes from this issuer (its name in the configuration). */
export const issuer = (...name: [name: string]): Rule => ({ kind: "issuer", name: one(name) });
/** The principal belongs to this tenant. */
export const tenant = (...name: [name: string]): Rule => ({ kind: "tenant", name: one(name) });
/** The principal is this one user: the principal's `id`, `<issuer name>|<subject>`, because subjects repeat across issuers. */
export const user = (...id: [id: string]): Rule => ({ kind: "user", name: one(id) });
/** The token was issued to this client. Client ids repeat across issuers: add `issuer()` where that matters. */
export const client = (...clientId: [clientId: string]): Rule => ({ kind: "client", name: one(clientId) });
/** The sign-in reached this authentication context (`acr`); several may be listed in the token. */
export const assurance = (...acr: [acr: string]): Rule => ({ kind: "assurance", name: one(acr) });
/**
 * A forwarded claim equals one of these values, or is a list that holds one of them. The claim must be listed in `forward`.
 * A nested claim is named by the array of its keys.
 */
export const claim = (path: string | readonly string[], values: readonly ClaimValue[]): Rule => ({
  kind: "claim",
  path: typeof path === "string" ? [path] : path,
  values,
});
/**
 * A rule of your own: a named, pure function of the principal. It holds on exactly `true`; anything else denies. A throw lets nobody in
 * either, and is a failure (`internal_error`, 500), because it is a fault of the rule and says nothing about the principal.
 * It must not read a clock or anything else that changes, because answers are cached.
 */
export const custom = (name: string, test: (principal: Principal) => boolean): Rule => ({ kind: "custom", name, test });
/** The token proves a second factor, at a sign-in no longer ago than `within` (a duration such as `"15m"`). */
export const multiFactor = (options: { readonly within?: string } = {}): Rule => ({ kind: "multiFactor", within: withinOf(options) });
/** The user signed in no longer ago than this duration. */
export const authenticatedWithin = (within: string): Rule => ({ kind: "authenticatedWithin", within });
/**
 * The principal's issuer says, when asked now, that the user is there, enabled and signed in (`liveCheck` of the issuer, or
 * introspection). For the few routes worth a call each: alone or in `allOf`. API Gateway must not cache the answers of the authorizer on
 * such a route; the guard refuses one that is older than a few seconds.
 */
export const live = (): Rule => ({ kind: "live" });
/** Every one of these rules holds. */
export const allOf = (...rules: readonly RuleInput[]): Rule => ({ kind: "allOf", rules: rules.map(toRule) });
/** At least one of these rules holds. */
export const anyOf = (...rules: readonly RuleInput[]): Rule => ({ kind: "anyOf", rules: rules.map(toRule) });

/**
 * The one name that a rule is about. Several stay together, for the check of the rule to refuse: left out, they would make the rule
 * another than the one that was written. Who calls back for each of a list gives the place along with the name, `Array.map` the list too.
 */
function one(names: readonly unknown[]): string {
  const [name, place, list] = names;
  const isMapped = typeof place === "number" && (names.length === 2 || (names.length === 3 && typeof list === "object"));
  return (names.length < 2 || isMapped ? name : names) as string;
}

/** What is no such option stays in its place, for the check of the rule to refuse: left out, it would make the rule weaker. */
function withinOf(options: unknown): string | null {
  if (typeof options !== "object" || options === null || Array.isArray(options)) return (options ?? undefined) as unknown as string;
  const [name, ...more] = Object.keys(options);
  if (name === undefined) return null;
  return (name === "within" && more.length === 0 ? ((options as { within: unknown }).within ?? undefined) : options) as string;
}

/** Expands the two spelled-out rules. */
export function toRule(rule: RuleInput): Rule {
  return typeof rule === "string" ? { kind: rule } : rule;
}
