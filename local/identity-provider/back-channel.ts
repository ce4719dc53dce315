import { randomUUID } from "node:crypto";
import { decodeJwt, SignJWT } from "jose";
import type { Persona } from "../personas.ts";
import { mint } from "./mint.ts";
import type { TwinIssuer } from "./twin-issuer.ts";

/** What a logout token is about: a person, and one session of theirs or all (null). */
export interface Logout {
  readonly persona: Persona;
  readonly session: string | null;
}

/** Seconds that a logout token lives, as the specification recommends at most. */
const LIFETIME = 120;
const EVENT = "http://schemas.openid.net/event/backchannel-logout";

/** A logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4) as the issuer would send it. `now` in seconds. */
export async function logoutToken(twin: TwinIssuer, { persona, session }: Logout, now: number): Promise<string> {
  // A person is called what their ID tokens call them, which is not always what their access tokens do.
  const { sub } = decodeJwt(await mint(twin, persona, { now, use: "id" }));
  const claims = { events: { [EVENT]: {} }, ...(session === null ? {} : { sid: session }) };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: twin.algorithm, kid: twin.publicJwk.kid, typ: "logout+jwt" })
    .setIssuer(twin.iss)
    .setSubject(sub ?? "")
    .setAudience(twin.webClientId)
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME)
    .setJti(randomUUID())
    .sign(twin.privateKey);
}

/** Tells the API that somebody has signed out; its status, or null where it cannot be reached. */
export type SendLogout = (twin: TwinIssuer, logout: Logout) => Promise<number | null>;

/** Sends logout tokens to the API's back-channel route. */
export const logoutSender =
  (apiUrl: string, clock: () => number): SendLogout =>
  async (twin, logout) => {
    const body = new URLSearchParams({ logout_token: await logoutToken(twin, logout, Math.floor(clock() / 1000)) });
    const answer = await fetch(`${apiUrl}/session/backchannel-logout`, { method: "POST", body }).catch(() => null);
    await answer?.body?.cancel();
    return answer?.status ?? null;
  };

/** Cognito has no back-channel logout: it tells nobody. */
export const tellsOthers = ({ issuer }: TwinIssuer): boolean => issuer.provider !== "cognito";
