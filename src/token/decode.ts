import { SallyportError } from "../errors.ts";
import { type JsonObject, member, parseStrictJson } from "../json.ts";
import type { TokenHeader, UnverifiedToken } from "./token.ts";

/** Longest token read, in characters. API Gateway itself stops at 10,240 bytes of headers. */
export const MAX_TOKEN_LENGTH = 8_192;
const MAX_KID_LENGTH = 256;

const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const COMPACT_JWE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const OPAQUE = /^[A-Za-z0-9_~+/=-]+$/;

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
  if (!COMPACT_JWS.test(text)) throw new SallyportError(otherForm(text));
  const [header = "", payload = "", signature = ""] = text.split(".");
  return {
    header: readHeader(parseStrictJson(decodeBase64url(header))),
    claims: parseStrictJson(decodeBase64url(payload)),
    signingInput: Buffer.from(text.slice(0, header.length + 1 + payload.length), "latin1"),
    signature: decodeBase64url(signature),
  };
}

function otherForm(text: string): "token_encrypted" | "token_opaque" | "token_malformed" {
  if (COMPACT_JWE.test(text)) return "token_encrypted";
  return OPAQUE.test(text) ? "token_opaque" : "token_malformed";
}

/** Decodes, and insists that encoding again gives the same text: no stray bits in the last character. */
function decodeBase64url(text: string): Buffer {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) throw new SallyportError("token_malformed");
  return bytes;
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
