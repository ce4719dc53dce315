/** How the names of one kind become the gateway's own. */
export interface NameMapping {
  /** The issuer's name to the gateway's name. */
  readonly map?: Readonly<Record<string, string>>;
  /** A prefix cut off names that are not in `map`: `orders-api/`. Others are then dropped: they could become the same as one with it. */
  readonly strip?: string;
  /** What happens to names that neither `map` nor `strip` covers. Required: an explicit choice; `"drop"` beside `strip`. */
  readonly rest: "pass" | "drop";
}

/** One right, one name: how an issuer's scopes, roles, groups and permissions become the gateway's own names. */
export interface Vocabulary {
  readonly scopes?: NameMapping;
  readonly roles?: NameMapping;
  readonly groups?: NameMapping;
  readonly permissions?: NameMapping;
}

/**
 * The gateway's name for an issuer's name; null where it is dropped. A name that `map` hands out is never reached another
 * way: the issuer could otherwise grant a mapped right by spelling the gateway's own name.
 */
export function translate(name: string, { map = {}, strip, rest }: NameMapping): string | null {
  if (Object.hasOwn(map, name)) return map[name] ?? null;
  const isStripped = strip !== undefined && name.startsWith(strip) && name.length > strip.length;
  if (!isStripped && rest === "drop") return null;
  const own = isStripped ? name.slice(strip.length) : name;
  return Object.values(map).includes(own) ? null : own;
}

/** A list in the gateway's own names, without repeats. */
export function translateAll(names: readonly string[], mapping: NameMapping | undefined): readonly string[] {
  if (mapping === undefined) return names;
  return [...new Set(names.map((name) => translate(name, mapping)).filter((name) => name !== null))];
}
