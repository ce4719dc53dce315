import type { Json } from "../json.ts";

/** The most characters shown of one value. */
const MAX_SHOWN = 160;
/** How many characters of a token in a row are too many to be shown anywhere. */
const WINDOW = 12;
/** What steers a terminal or turns text around. */
const CONTROLS = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A compact JWS or JWE, whole or cut: base64url of what starts with `{"`, blanks between them or not, and what hangs on to it. */
const TOKEN = /e(?:y[A-DI-L]|w(?:og|oJ|oi|0K|ki|kg|kJ))[\w-]{8,}(?:(?:[+.~]|%2[Ee])*[\w=-])*/g;
const BEGINS_JSON = /^\{\s*"/;
/** Stands where a token was: a text without blanks, so that a route stays one. */
const MASK = "<token>";

/** Text that was given for something else than a token, without the tokens in it. */
export function withoutTokens(text: string): string {
  return text.replace(TOKEN, (found) => (BEGINS_JSON.test(Buffer.from(found.slice(0, 12), "base64url").toString("latin1")) ? MASK : found));
}

/** A value that somebody else wrote, as a terminal may show it: quoted, cut, nothing invisible in it. */
export function show(value: Json | undefined): string {
  if (value === undefined) return "none";
  const text = JSON.stringify(value).replace(CONTROLS, escape);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)`;
}

/** Several values, as {@link show} shows each. */
export const showAll = (values: readonly Json[]): string => (values.length === 0 ? "none" : values.map(show).join(", "));

/** JSON text, indented, that a terminal may show: what is invisible is written as an escape. */
export function safeJson(value: unknown): string {
  const escaped = (match: string) =>
    match
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join("");
  return JSON.stringify(value, null, 2).replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, escaped);
}

/** Text of several lines without anything that steers a terminal. */
export const plain = (text: string): string => text.replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, escape);

function escape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * A value made of plain objects, lists and texts, without any piece of the token that is 12 characters or longer. Nothing should
 * be found; this makes sure.
 */
export function scrub<T>(value: T, token: string): T {
  const windows = new Set<string>();
  for (let at = 0; at + WINDOW <= token.length; at++) windows.add(token.slice(at, at + WINDOW));
  return scrubAll(value, windows) as T;
}

function scrubAll(value: unknown, windows: ReadonlySet<string>): unknown {
  if (typeof value === "string") return cutOut(value, windows);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => scrubAll(item, windows));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [cutOut(name, windows), scrubAll(item as unknown, windows)]));
}

function cutOut(text: string, windows: ReadonlySet<string>): string {
  let result = "";
  for (let at = 0; at < text.length; ) {
    const isPiece = windows.has(text.slice(at, at + WINDOW));
    result += isPiece ? "…" : text[at];
    at += isPiece ? WINDOW : 1;
  }
  return result;
}
