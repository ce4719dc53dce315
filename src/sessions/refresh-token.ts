import type { BusinessEvent } from "../guard/guarded-event.ts";
import { isJsonObject, type JsonObject, parseStrictJson } from "../json.ts";

/** The refresh token of a request's body; null: it holds none. */
type Found = { readonly ok: true; readonly value: string | null } | { readonly ok: false; readonly message: string };

const MAX_BODY = 16_384;
/** RFC 6749 appendix A.17: visible characters. */
const VISIBLE = /^[\x21-\x7e]{1,8192}$/;

/** Reads an empty body, `{}` or `{"refreshToken": "…"}`. */
export function readRefreshToken({ body, isBase64Encoded }: BusinessEvent): Found {
  if (body === undefined || body === null || body === "") return { ok: true, value: null };
  const bytes = Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8");
  const members = bytes.length > MAX_BODY ? null : parse(bytes);
  if (members === null) return { ok: false, message: "The body is not a JSON object." };
  const { refreshToken } = members;
  if (refreshToken === undefined) return { ok: true, value: null };
  if (typeof refreshToken !== "string" || !VISIBLE.test(refreshToken)) return { ok: false, message: "This is not a token." };
  return { ok: true, value: refreshToken };
}

function parse(bytes: Uint8Array): JsonObject | null {
  try {
    const members = parseStrictJson(bytes);
    return isJsonObject(members) ? members : null;
  } catch {
    return null;
  }
}
