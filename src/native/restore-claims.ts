import { SallyportError } from "../errors.ts";
import { type Json, type JsonObject, parseStrictJson } from "../json.ts";
import { isGuid } from "../providers/setup.ts";
import type { ClaimType, ClaimTypes } from "./claim-types.ts";

const NUMBER = /^-?(0|[1-9]\d{0,15})(\.\d{1,9})?([eE]\+?\d{1,2})?$/;
/** How Java prints a time, which is how a REST API's Cognito authorizer writes `exp` and `iat`. */
const JAVA_DATE = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{2}:\d{2}:\d{2}) UTC (\d{4})$/;
const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };

const malformed = () => new SallyportError("claim_malformed");
const ambiguous = () => new SallyportError("claim_ambiguous");

/** What is inside a text's brackets; null where it is not in brackets. */
const inBrackets = (text: string): string | null => (text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : null);
const words = (text: string): readonly string[] => (text === "" ? [] : text.split(" "));

/** A list in brackets, if its elements are all of a form that leaves one reading; a text otherwise. */
function bracketed(text: string, isClear: (elements: readonly string[]) => boolean): Json {
  const inner = inBrackets(text);
  if (inner === null) return text;
  const elements = words(inner);
  if (elements.includes("") || !isClear(elements)) throw ambiguous();
  return elements;
}

/** A list joined by commas, if its elements are all of a form that leaves one reading. */
function joined(text: string, isClear: (elements: readonly string[]) => boolean): Json {
  const elements = text.split(",");
  if (inBrackets(text) !== null || elements.includes("") || !isClear(elements)) throw ambiguous();
  return elements;
}

/** A text of JSON up to its end, or a brace outside of any. */
const TEXT_OR_BRACE = /"(?:[^"\\]|\\.)*"?|[{}]/g;
const DEPTHS: Readonly<Record<string, number>> = { "{": 1, "}": -1 };

/** Objects one after the other, with one comma or one space between them; the whole of them in brackets, or not. */
function objects(text: string): Json {
  const inner = inBrackets(text) ?? text;
  const found: Json[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: sign, index } of inner.matchAll(TEXT_OR_BRACE)) {
    depth += DEPTHS[sign] ?? 0;
    if (sign !== "}" || depth !== 0) continue;
    if (found.length > 0 && !/[ ,]/.test(inner.charAt(start++))) throw malformed();
    found.push(json(inner.slice(start, index + 1)));
    start = index + 1;
  }
  if (inner.slice(start).trim() !== "") throw malformed();
  return found;
}

function json(text: string): Json {
  try {
    return parseStrictJson(Buffer.from(text));
  } catch {
    throw malformed();
  }
}

const RESTORE: Readonly<Record<ClaimType, (text: string) => Json>> = {
  text: (text) => text,
  number(text) {
    if (!NUMBER.test(text)) throw malformed();
    return Number(text);
  },
  boolean(text) {
    if (!Object.hasOwn(BOOLEANS, text)) throw malformed();
    return BOOLEANS[text] === true;
  },
  json,
  words: (text) => bracketed(text, () => true),
  guids: (text) => bracketed(text, (elements) => elements.every(isGuid)),
  list: (text) => bracketed(text, (elements) => elements.length <= 1),
  audience: (text) => bracketed(text, (elements) => elements.every((element) => element.includes(":"))),
  commas: (text) => joined(text, () => true),
  joined: (text) => joined(text, (elements) => elements.length === 1),
  objects,
};

/**
 * The claims of a token from texts, each back in its own type. A text in brackets is a list or is not, and API Gateway does not
 * say which: where the claim's type does not settle it, the token is refused.
 * @throws SallyportError `claim_malformed`, `claim_ambiguous`
 */
export function restoreClaims(texts: Readonly<Record<string, string>>, types: ClaimTypes): JsonObject {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const type = types(name);
      if (type === null && inBrackets(text) !== null) throw ambiguous();
      return [name, type === null ? text : RESTORE[type](text)];
    }),
  );
}

/** Seconds since the epoch as digits, from those or from a Java date in UTC. @throws SallyportError `claim_malformed` */
export function readDate(text: string): string {
  const [, month, day, time, year] = JAVA_DATE.exec(text) ?? [];
  if (month === undefined) return text;
  const date = new Date(`${day} ${month} ${year} ${time} UTC`);
  // A day that does not exist rolls over, and then the two texts differ.
  if (Number.isNaN(date.getTime()) || !date.toUTCString().includes(`, ${day} ${month} ${year} ${time}`)) throw malformed();
  return String(date.getTime() / 1_000);
}
