import { isUtf8 } from "node:buffer";
import { SallyportError } from "./errors.ts";

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** A JSON object: read members with {@link member}, never by plain access, which would find inherited ones. */
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** How deep objects and arrays may nest: real tokens need three or four levels. */
const MAX_DEPTH = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * Parses JSON that leaves no room for two readings: valid UTF-8 without a byte order mark, an object at the top, no
 * duplicate member (RFC 7519 section 4), no lone surrogate, nesting of at most 32 levels.
 *
 * @throws SallyportError `token_malformed`
 */
export function parseStrictJson(bytes: Uint8Array): JsonObject {
  if (!isUtf8(bytes)) throw new SallyportError("token_malformed");
  const members = countMembers(bytes);
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")) as Json;
  } catch {
    // The parser's own message quotes the input, so it is not kept as the cause.
    throw new SallyportError("token_malformed");
  }
  if (!isJsonObject(value) || countKeys(value) !== members) throw new SallyportError("token_malformed");
  return value;
}

/** Whether a JSON value is an object (and not an array or null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object's own member, or undefined: `__proto__`, `constructor` and their like are never found by inheritance. */
export function member(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Members as written: a colon outside a string is one member. Also the depth check, so it runs before the parser. */
function countMembers(bytes: Uint8Array): number {
  let members = 0;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COLON) members++;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > MAX_DEPTH) throw new SallyportError("token_malformed");
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return members;
}

/** Members as parsed: fewer than written means that one silently replaced another. */
function countKeys(value: Json): number {
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new SallyportError("token_malformed");
    return 0;
  }
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countKeys(item as Json), 0);
  let keys = 0;
  for (const [name, item] of Object.entries(value as JsonObject)) {
    if (!name.isWellFormed()) throw new SallyportError("token_malformed");
    keys += 1 + countKeys(item as Json);
  }
  return keys;
}
