import { SallyportError } from "../errors.ts";
import { deepFreeze, type JsonObject, member, parseStrictJson } from "../json.ts";
import type { TokenHeader, UnverifiedToken } from "./token.ts";

/** Longest token read, in characters. API Gateway itself stops at 10,240 bytes of headers. */
export const MAX_TOKEN_LENGTH = 8_192;
const MAX_KID_LENGTH = 256;

const COMPACT_JWE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const OPAQUE = /^[A-Za-z0-9_~+/=-]+$/;
/** How Google's access tokens start, which are opaque and have dots all the same. A JWT starts with `{`, encoded. */
const OPAQUE_START = "ya29.";

/** Header members that change what is signed or how the payload is read. None is implemented, so none is accepted. */
const UNSUPPORTED = ["crit", "b64", "zip", "cty"];

/**
 * Takes a compact JWS (RFC 7515 section 3.1) apart. Only one spelling of a token is accepted: canonical base64url and strict
 * JSON, so that whatever is accepted re-encodes to the same text.
 *
 * @throws SallyportError `credential_too_large`, `token_opaque`, `token_encrypted`, `token_malformed`, `header_unsupported`,
 * `algorithm_not_allowed`
 */
export function decodeToken(text: string): UnverifiedToken {
  if (typeof text !== "string") throw new SallyportError("token_malformed");
  if (text.length > MAX_TOKEN_LENGTH) throw new SallyportError("credential_too_large");
  if (text.startsWith(OPAQUE_START)) throw new SallyportError("token_opaque");
  const parts = takeApart(text);
  if (parts === null) throw new SallyportError(otherForm(text));
  const { header, payload, signingInput, signature } = parts;
  return { header: headerOf(header), claims: parseStrictJson(payload), signingInput, signature };
}

/** A compact JWS in bytes, its header still as it is written. */
interface Parts {
  readonly text: string;
  readonly header: string;
  readonly payload: Buffer;
  readonly signingInput: Buffer;
  readonly signature: Buffer;
}

/** What was taken apart last: one request asks more than once. */
let latest: Parts | null = null;

/** Whether a text has the form of a compact JWS: three parts of base64url, each in its one spelling. */
export const isCompactJws = (text: string): boolean => takeApart(text) !== null;

function takeApart(text: string): Parts | null {
  if (latest?.text === text) return latest;
  const payloadAt = text.indexOf(".") + 1;
  const signatureAt = text.indexOf(".", payloadAt) + 1;
  if (signatureAt === 0) return null;
  const header = text.slice(0, payloadAt - 1);
  const payload = decodeBase64url(text.slice(payloadAt, signatureAt - 1));
  const signature = decodeBase64url(text.slice(signatureAt));
  if (payload === null || signature === null || !(headers.has(header) || decodeBase64url(header) !== null)) return null;
  latest = { text, header, payload, signingInput: Buffer.from(text.slice(0, signatureAt - 1), "latin1"), signature };
  return latest;
}

/** Four characters at a time, the last ones filled up: the only way to pad that RFC 4648 section 5 knows. */
const PADDED = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}==|[A-Za-z0-9_-]{3}=|[A-Za-z0-9_-]{4})$/;

/**
 * Takes a token apart whose three parts are padded, which RFC 7515 section 2 forbids and Application Load Balancers do. What is
 * signed is the padded text. Everything else is as strict as for other tokens, and no text is both padded and not.
 * @throws SallyportError as {@link decodeToken}
 */
export function decodePaddedToken(text: string): UnverifiedToken {
  if (typeof text !== "string") throw new SallyportError("token_malformed");
  if (text.length > MAX_TOKEN_LENGTH) throw new SallyportError("credential_too_large");
  const parts = text.split(".");
  if (parts.length !== 3 || !parts.every((part) => PADDED.test(part))) throw new SallyportError("token_malformed");
  const token = decodeToken(parts.map((part) => part.replace(/=+$/, "")).join("."));
  return { ...token, signingInput: Buffer.from(text.slice(0, text.lastIndexOf(".")), "latin1") };
}

/**
 * Whether a credential is a token that only its issuer can read: of nothing but the characters of RFC 6750 section 2.1, and nothing
 * that anybody could take for a JWT, signed or encrypted.
 */
export function isOpaque(text: string): boolean {
  return typeof text === "string" && text.length <= MAX_TOKEN_LENGTH && /^[A-Za-z0-9\-._~+/]+=*$/.test(text) && !isLikeJwt(text);
}

/**
 * Three parts or five, or a first part that decodes to the start of an object. Lenient decoders pass over padding, the other alphabet
 * and stray characters: were such a spelling opaque, its issuer would vouch for a JWT that was not read here, sessions and all.
 */
function isLikeJwt(text: string): boolean {
  const [head = "", ...others] = text.split(".");
  if (others.length === 2 || others.length === 4) return true;
  return others.length > 0 && Buffer.from(head, "base64url").toString("latin1").trimStart().startsWith("{");
}

function otherForm(text: string): "token_encrypted" | "token_opaque" | "token_malformed" {
  if (COMPACT_JWE.test(text)) return "token_encrypted";
  return OPAQUE.test(text) ? "token_opaque" : "token_malformed";
}

/** The bytes of base64url text; null where there are none, or encoding them again gives another text (RFC 4648 section 3.5). */
function decodeBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.length > 0 && bytes.toString("base64url") === text ? bytes : null;
}

/** Headers as they are written, to what they say: an issuer's tokens have the same few over and over. */
const headers = new Map<string, TokenHeader>();
const MAX_HEADERS = 64;
const MAX_HEADER_LENGTH = 512;

/** Only a header that reads well is remembered. What it says is not trusted any more than when it was read. */
function headerOf(text: string): TokenHeader {
  const known = headers.get(text);
  if (known !== undefined) return known;
  const header = readHeader(parseStrictJson(Buffer.from(text, "base64url")));
  if (text.length > MAX_HEADER_LENGTH) return header;
  if (headers.size >= MAX_HEADERS) headers.clear();
  // A copy, so that the rest of the token is not kept with it.
  headers.set(Buffer.from(text, "latin1").toString("latin1"), deepFreeze(header));
  return header;
}

function readHeader(members: JsonObject): TokenHeader {
  if (UNSUPPORTED.some((name) => member(members, name) !== undefined)) throw new SallyportError("header_unsupported");
  const alg = member(members, "alg");
  if (typeof alg !== "string") throw new SallyportError("algorithm_not_allowed");
  const kid = member(members, "kid") ?? optional(members, "kid");
  const typ = member(members, "typ") ?? optional(members, "typ");
  if (kid !== null && (typeof kid !== "string" || kid === "" || kid.length > MAX_KID_LENGTH)) throw new SallyportError("token_malformed");
  if (typ !== null && typeof typ !== "string") throw new SallyportError("token_malformed");
  return { alg, kid, typ, members };
}

/** Absent is fine; a member that is there and null is not. */
function optional(members: JsonObject, name: string): null {
  if (Object.hasOwn(members, name)) throw new SallyportError("token_malformed");
  return null;
}
