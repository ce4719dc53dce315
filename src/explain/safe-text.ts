import type { Json } from "../json.ts";

/** The most characters shown of one value. */
const MAX_SHOWN = 160;
/** How many characters of a token in a row are too many to be shown anywhere. */
const WINDOW = 12;
/** What steers a terminal or turns text around. */
const CONTROLS = /[\p{C}\p{Zl}\p{Zp}]/gu;

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

function escape(character: string): string {
  return [...character].map((one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`).join("");
}

/** The text without any piece of the token that is 12 characters or longer. Nothing should be found; this makes sure. */
export function withoutToken(text: string, token: string): string {
  if (token.length < WINDOW) return text;
  const windows = new Set<string>();
  for (let at = 0; at + WINDOW <= token.length; at++) windows.add(token.slice(at, at + WINDOW));
  let result = "";
  for (let at = 0; at < text.length; ) {
    if (windows.has(text.slice(at, at + WINDOW))) {
      result += "…";
      at += WINDOW;
    } else result += text[at++];
  }
  return result;
}

/** A value made of plain objects, lists and texts, with every text in it as {@link withoutToken} leaves it. */
export function scrub<T>(value: T, token: string): T {
  if (typeof value === "string") return withoutToken(value, token) as T;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => scrub(item, token)) as T;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, scrub(item as unknown, token)])) as T;
}
