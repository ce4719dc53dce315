import { SallyportError } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject, member, valueAt } from "../json.ts";
import type { ClaimPath } from "../token/token.ts";

/** How long a subject may be, in characters. */
const MAX_SUBJECT = 1024;
/** All but what is printable or beyond: the characters of `\p{Cc}`, without a regular expression that esbuild would write as a call. */
const CONTROL_CHARACTER = /[^ -~\u00a0-\uffff]/;

const malformed = () => new SallyportError("claim_malformed");

/** Whether the token has this claim at all, whatever it holds. */
export function hasClaim(claims: JsonObject, name: string): boolean {
  return Object.hasOwn(claims, name);
}

/**
 * A string claim; null where it is absent or empty.
 * @throws SallyportError `claim_malformed` when it is not a string
 */
export function stringClaim(claims: JsonObject, path: ClaimPath): string | null {
  const value = valueAt(claims, path);
  if (value === undefined || value === "") return null;
  if (typeof value !== "string") throw malformed();
  return value;
}

/** The first of these string claims that is there; null where none is. @throws SallyportError `claim_malformed` */
export function firstString(claims: JsonObject, paths: readonly ClaimPath[]): string | null {
  let first: string | null = null;
  for (const path of paths) {
    const value = stringClaim(claims, path);
    first ??= value;
  }
  return first;
}

/** A string claim that must be there. @throws SallyportError `claim_missing`, `claim_malformed` */
export function requiredString(claims: JsonObject, name: string): string {
  const value = stringClaim(claims, name);
  if (value === null) throw new SallyportError(hasClaim(claims, name) ? "claim_malformed" : "claim_missing");
  return value;
}

/**
 * A claim that identifies the caller: 1 to 1,024 characters, none of them a control character.
 * @throws SallyportError `claim_missing`, `claim_malformed`
 */
export function subjectClaim(claims: JsonObject, name = "sub"): string {
  const value = requiredString(claims, name);
  if (value.length > MAX_SUBJECT || CONTROL_CHARACTER.test(value)) throw malformed();
  return value;
}

/** An array of strings; empty where it is absent. @throws SallyportError `claim_malformed` */
export function listClaim(claims: JsonObject, path: ClaimPath): readonly string[] {
  const value = valueAt(claims, path);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw malformed();
  return value.map((item: Json) => {
    if (typeof item !== "string") throw malformed();
    return item;
  });
}

/** A list whose claim the configuration names: an array, or one string that is one name, spaces and all. */
export function configuredList(claims: JsonObject, path: ClaimPath): readonly string[] {
  const value = valueAt(claims, path);
  if (typeof value === "string") return value === "" ? [] : [value];
  return listClaim(claims, path);
}

/** Scopes: a string of names between spaces (RFC 6749 section 3.3), or an array. @throws SallyportError `claim_malformed` */
export function scopeClaim(claims: JsonObject, name: string): readonly string[] {
  const value = member(claims, name);
  if (typeof value !== "string") return listClaim(claims, name);
  const names = value.split(" ");
  return names.includes("") ? names.filter((scope) => scope !== "") : names;
}

/** A NumericDate (RFC 7519 section 2), in whole seconds; null where it is absent. @throws SallyportError `claim_malformed` */
export function dateClaim(claims: JsonObject, name: string): number | null {
  const value = member(claims, name);
  if (value === undefined) return null;
  if (typeof value !== "number" || value < 0 || value > Number.MAX_SAFE_INTEGER) throw malformed();
  return Math.floor(value);
}

/** Client credentials, as providers write it in `gty`. */
const MACHINE_GRANTS: readonly unknown[] = ["client-credentials", "client_credentials"];

/** Whether `gty`, a text or a list, holds the grant that only machines use. Of any other shape it says nothing. */
export function isMachineGrant(claims: JsonObject): boolean {
  const value = member(claims, "gty");
  return Array.isArray(value) ? value.some((grant) => MACHINE_GRANTS.includes(grant)) : MACHINE_GRANTS.includes(value);
}

/**
 * The acting party's subject (RFC 8693 section 4.1); null where nobody acts for another, or somebody whom no subject names.
 * @throws SallyportError `claim_malformed`
 */
export function actorClaim(claims: JsonObject): string | null {
  const value = member(claims, "act");
  if (value === undefined) return null;
  if (!isJsonObject(value)) throw malformed();
  return hasClaim(value, "sub") ? subjectClaim(value) : null;
}

/** The audiences: `aud` as a list. @throws SallyportError `claim_missing`, `claim_malformed` */
export function audiences(claims: JsonObject): readonly string[] {
  const value = member(claims, "aud");
  if (value === undefined) throw new SallyportError("claim_missing");
  return typeof value === "string" ? [value] : listClaim(claims, "aud");
}
