import { randomBytes } from "node:crypto";
import type { Gateway } from "../../src/gateway.ts";
import { type SendLogout, tellsOthers } from "./back-channel.ts";
import { sessionPage } from "./console-page.ts";
import type { TwinIssuer } from "./twin-issuer.ts";

/** One thing that was done on the page, and what came of it. */
export interface Done {
  readonly what: string;
  /** Null: nobody answered. */
  readonly status: number | null;
  readonly body: string;
}

/** Something the page can do. */
export interface Action {
  readonly what: string;
  /** What its button says. */
  readonly label: string;
  readonly group: "call" | "end";
}

/** One login that was started on the home page. */
export interface Login {
  readonly twin: TwinIssuer;
  readonly token: string;
  readonly refreshToken: string | null;
  readonly handle: string;
  /** The newest first. */
  readonly done: readonly Done[];
}

/** How much of an answer is shown, how many answers, and how long one is waited for (milliseconds). */
const SHOWN_BODY = 2_000;
const SHOWN_CALLS = 8;
const PATIENCE = 15_000;

const AT_ISSUER = "Log out at the issuer";
const SIGN_OUT: Readonly<Record<string, string>> = {
  "POST /session/sign-out": "Sign out",
  "POST /session/sign-out-everywhere": "Sign out everywhere",
};

/** The page of a login: calls the API with its token, and ends it. The token stays here; the page holds a handle to it. */
export function loginConsole(gateway: Gateway, apiUrl: string, sendLogout: SendLogout) {
  const logins = new Map<string, Login>();

  const open = (twin: TwinIssuer, token: string, refreshToken: string | null): string => {
    const handle = randomBytes(24).toString("base64url");
    logins.set(handle, { twin, token, refreshToken, handle, done: [] });
    return `/_console/${handle}`;
  };

  const show = (handle: string): string | null => {
    const login = logins.get(handle);
    return login === undefined ? null : sessionPage(login, actionsOf(gateway, login.twin), apiUrl);
  };

  /** Does what a button stands for, and notes the outcome. False: there is no such login or no such button. */
  const act = async (handle: string, what: string): Promise<boolean> => {
    const login = logins.get(handle);
    if (login === undefined || !actionsOf(gateway, login.twin).some((action) => action.what === what)) return false;
    const done = what === AT_ISSUER ? await logOut(login) : await call(login, what);
    logins.set(handle, { ...login, done: [{ ...done, what }, ...login.done].slice(0, SHOWN_CALLS) });
    return true;
  };

  const logOut = async ({ twin, token }: Login): Promise<Omit<Done, "what">> => {
    const session = twin.sessions.ofToken(token);
    if (session === null) return { status: null, body: "This token is of another start of the twin." };
    twin.sessions.end(session.id);
    const status = await sendLogout(twin, { persona: session.persona, session: session.id });
    return { status, body: "The issuer told the API's back-channel route, which answered with this status." };
  };

  const call = async ({ token, refreshToken }: Login, what: string): Promise<Omit<Done, "what">> => {
    const [method = "", path = ""] = what.split(" ");
    const body = Object.hasOwn(SIGN_OUT, what) && refreshToken !== null ? { body: JSON.stringify({ refreshToken }) } : {};
    try {
      const answer = await fetch(`${apiUrl}${path}`, {
        method,
        ...body,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        signal: AbortSignal.timeout(PATIENCE),
      });
      return { status: answer.status, body: (await answer.text()).slice(0, SHOWN_BODY) };
    } catch {
      return { status: null, body: `Nothing answers at ${apiUrl}.` };
    }
  };

  return { open, show, act };
}

/** Every route that needs nothing but a token, and every way out that this gateway and this issuer have. */
function actionsOf({ routes }: Gateway, twin: TwinIssuer): readonly Action[] {
  const calls = [...routes.keys()].filter((key) => /^GET \/[^{]*$/.test(key));
  const ends = Object.entries(SIGN_OUT).filter(([key]) => routes.has(key));
  return [
    ...calls.map((what) => ({ what, label: what, group: "call" }) as const),
    ...[...ends, ...(tellsOthers(twin) ? [[AT_ISSUER, AT_ISSUER] as const] : [])].map(
      ([what, label]) => ({ what, label, group: "end" }) as const,
    ),
  ];
}
