import { createHash, randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { TwinIssuer } from "./twin-issuer.ts";

/** A login that was started and has not come back: what the code is exchanged with. */
interface Pending {
  readonly verifier: string;
  readonly twin: TwinIssuer;
}

/** Takes the tokens of a login; the address of the page that shows them. */
type Open = (twin: TwinIssuer, token: string, refreshToken: string | null) => string;

/** The home page's own application: it signs in as any other would, with code and PKCE, and shows the token. */
export function homeLogin(twins: readonly TwinIssuer[], base: string, open: Open) {
  const pending = new Map<string, Pending>();

  const start = (url: URL, response: ServerResponse): void => {
    const twin = twins.find(({ issuer }) => issuer.name === url.searchParams.get("issuer"));
    if (twin === undefined) throw new Error("The configuration has no such issuer.");
    const verifier = randomBytes(32).toString("base64url");
    const state = randomBytes(16).toString("base64url");
    pending.set(state, { verifier, twin });
    const query = new URLSearchParams({
      client_id: twin.webClientId,
      response_type: "code",
      redirect_uri: `${base}/signed-in`,
      scope: ["openid", "profile", "email", ...(twin.shape.selfService === undefined ? [] : [twin.shape.selfService])].join(" "),
      state,
      prompt: "login",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    });
    // Cookies belong to a host name, so the whole login stays on the one that the provider calls itself by.
    response.writeHead(303, { location: `${base}/${twin.issuer.name}/auth?${query}` }).end();
  };

  const finish = async (url: URL, response: ServerResponse): Promise<void> => {
    const state = url.searchParams.get("state") ?? "";
    const login = pending.get(state);
    pending.delete(state);
    if (login === undefined) throw new Error("This login was not started here.");
    const answer = await fetch(`${base}/${login.twin.issuer.name}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: url.searchParams.get("code") ?? "",
        redirect_uri: `${base}/signed-in`,
        client_id: login.twin.webClientId,
        code_verifier: login.verifier,
      }),
    });
    const { access_token: token, refresh_token: refresh } = (await answer.json()) as { access_token?: string; refresh_token?: string };
    if (token === undefined) throw new Error("The login ended without a token.");
    response.writeHead(303, { location: open(login.twin, token, refresh ?? null) }).end();
  };

  return { start, finish };
}
