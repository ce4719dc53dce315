import type { Json } from "../json.ts";

/** Credentials of other systems that some providers put into tokens. They stay outside whatever the configuration says. */
export const NEVER_FORWARDED: readonly string[] = ["idp_access_token", "idp_refresh_token", "access_token", "refresh_token", "id_token"];

/** What of a claim crosses: all of it but members with those names, however deep. No token is deep enough to exhaust a stack. */
export function withoutCredentials(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutCredentials);
  const members = Object.entries(value).filter(([name]) => !NEVER_FORWARDED.includes(name));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutCredentials(member ?? null)]));
}
