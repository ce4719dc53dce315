import { errors, importJWK, jwtVerify } from "jose";
import type { Json, JsonObject } from "../../src/json.ts";
import { mint, type MintOptions } from "./mint.ts";
import type { Session } from "./sessions.ts";
import type { TwinIssuer } from "./twin-issuer.ts";

/** How a token stands with the issuer that is asked about it. */
export type Standing =
  | { readonly state: "active"; readonly claims: JsonObject; readonly session: Session }
  | { readonly state: "malformed" | "expired" | "revoked" | "disabled" };

/** Makes a token of a session, and remembers it. */
export async function issue(twin: TwinIssuer, session: Session, options: Omit<MintOptions, "session">): Promise<string> {
  const token = await mint(twin, session.persona, { ...options, session: session.id });
  twin.sessions.remember(token, session);
  return token;
}

/** Whether the issuer made this token and still stands by it: signature, `exp`, the session, the account. `now` in seconds. */
export async function standingOf(twin: TwinIssuer, token: string, now: number): Promise<Standing> {
  const jwt = twin.sessions.reveal(token);
  const verified = await verify(twin, jwt, now);
  if (typeof verified === "string") return { state: verified };
  const session = twin.sessions.ofToken(jwt);
  if (session === null) return { state: "malformed" };
  if (!twin.sessions.isEnabled(session.persona)) return { state: "disabled" };
  return session.isLive ? { state: "active", claims: verified, session } : { state: "revoked" };
}

async function verify(twin: TwinIssuer, jwt: string, now: number): Promise<JsonObject | "expired" | "malformed"> {
  try {
    const key = await importJWK(twin.publicJwk, twin.algorithm);
    const options = { issuer: twin.iss, algorithms: [twin.algorithm], currentDate: new Date(now * 1000) };
    return (await jwtVerify<Record<string, Json>>(jwt, key, options)).payload;
  } catch (error) {
    return error instanceof errors.JWTExpired ? "expired" : "malformed";
  }
}
