import { type JsonObject, member } from "../json.ts";
import type { TokenMarks } from "../principal/proof.ts";

/** What tells a token from others of the same principal. An id of another type than text identifies nothing, and neither does none. */
export function marksIn(claims: JsonObject): TokenMarks {
  const tokenId = member(claims, "jti");
  const issuedAt = member(claims, "iat");
  return {
    tokenId: typeof tokenId === "string" && tokenId !== "" ? tokenId : null,
    issuedAt: typeof issuedAt === "number" ? issuedAt : null,
  };
}
