import { SallyportError } from "./errors.ts";
import { BACKSLASH, COLON, QUOTE, withPlainNames } from "./json-names.ts";

// Not by `import`, for which Node would list every export of the module, in every cold start.
const { isUtf8 } = process.getBuiltinModule("node:buffer");

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** A JSON object: read members with {@link member}, never by plain access, which would find inherited ones. */
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** How deep objects and arrays may nest: real tokens need three or four levels. */
export const MAX_DEPTH = 32;

/**
 * Parses JSON that leaves no room for two readings: valid UTF-8 without a byte order mark, an object at the top, no
 * duplicate member (RFC 7519 section 4), no lone surrogate, no member name with a quote, a backslash or a control character, no number
 * beyond the largest double, nesting of at most 32 levels, or as many as asked for.
 *
 * @throws SallyportError `token_malformed`
 */
export function parseStrictJson(bytes: Uint8Array, maxDepth: number = MAX_DEPTH): JsonObject {
  const { members, hasEscapes, isAscii } = scan(bytes, maxDepth);
  if (!isAscii && !isUtf8(bytes)) throw new SallyportError("token_malformed");
  let value: Json;
  try {
    const text = asBuffer(bytes).toString(isAscii ? "latin1" : "utf8");
    // Null is no object, so a name that cannot be written plainly is refused below.
    value = JSON.parse((hasEscapes ? withPlainNames(text) : text) ?? "null") as Json;
  } catch {
    // The parser's own message quotes the input, so it is not kept as the cause.
    throw new SallyportError("token_malformed");
  }
  if (!isJsonObject(value) || countKeys(value) !== members) throw new SallyportError("token_malformed");
  // UTF-8 cannot carry half a pair: only an escape can.
  if (hasEscapes && !isWellFormed(value)) throw new SallyportError("token_malformed");
  return value;
}

const asBuffer = (bytes: Uint8Array) => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));

/** Whether a JSON value is an object (and not an array or null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object's own member, or undefined: `__proto__`, `constructor` and their like are never found by inheritance. */
export function member(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The value at a path, a name or the keys of a nested member, reading own members only; undefined where there is none. */
export function valueAt(object: JsonObject, path: string | readonly string[]): Json | undefined {
  if (typeof path === "string") return member(object, path);
  let value: Json | undefined = object;
  for (const key of path) value = isJsonObject(value) ? member(value, key) : undefined;
  return value;
}

/** Freezes a value made of plain objects and arrays, to the last one in it. Answers the same value. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const name in value) deepFreeze(value[name]);
  return Object.freeze(value);
}

/** What a document looks like before it is parsed. */
interface Scan {
  /** Members as written: a colon outside a string is one member. */
  readonly members: number;
  readonly hasEscapes: boolean;
  readonly isAscii: boolean;
}

/** Also the depth check, so it runs before the parser. */
function scan(bytes: Uint8Array, maxDepth: number): Scan {
  const end = bytes.length;
  let members = 0;
  let hasEscapes = false;
  let depth = 0;
  // All bytes together: only the eighth bit matters.
  let bits = 0;
  for (let i = 0; i < end; i++) {
    const byte = bytes[i] as number;
    bits |= byte;
    if (byte === QUOTE) {
      for (i++; i < end; i++) {
        const inside = bytes[i] as number;
        bits |= inside;
        if (inside === QUOTE) break;
        if (inside === BACKSLASH) {
          hasEscapes = true;
          bits |= bytes[++i] ?? 0;
        }
      }
    } else if (byte === COLON) members++;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxDepth) throw new SallyportError("token_malformed");
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return { members, hasEscapes, isAscii: bits < 0x80 };
}

/**
 * Members as parsed: fewer than written means that one silently replaced another.
 * @throws SallyportError `token_malformed` where a number is too large, which would be written as null again
 */
function countKeys(value: Json): number {
  let keys = 0;
  // Cheaper than a list of entries. An inherited member would be counted too, and the document refused.
  if (isJsonObject(value)) for (const name in value) keys += 1 + countKeys(value[name] ?? null);
  else if (Array.isArray(value)) for (const item of value as readonly Json[]) keys += countKeys(item);
  else if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) throw new SallyportError("token_malformed");
  return keys;
}

/** Whether no string or name, at any depth, holds half a surrogate pair. */
function isWellFormed(value: Json): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isWellFormed);
  return Object.entries(value as JsonObject).every(([name, item]) => name.isWellFormed() && isWellFormed(item ?? null));
}
