import type { Configuration, KoaContextWithOIDC } from "oidc-provider";
import { type SendLogout, tellsOthers } from "./back-channel.ts";
import { CONTENT_SECURITY_POLICY } from "./page.ts";
import { loggedOutPage, logoutPage } from "./pages.ts";
import type { TwinIssuer } from "./twin-issuer.ts";

type LogoutFeature = NonNullable<NonNullable<Configuration["features"]>["rpInitiatedLogout"]>;

/** Signing out at the issuer itself, with pages of our own. */
export const logoutFeature = (twin: TwinIssuer): LogoutFeature => ({
  enabled: true,
  logoutSource: (ctx, form) => show(ctx, logoutPage(twin, form)),
  postLogoutSuccessSource: (ctx) => show(ctx, loggedOutPage(twin)),
});

function show(ctx: KoaContextWithOIDC, page: string): void {
  ctx.set("content-security-policy", CONTENT_SECURITY_POLICY);
  ctx.set("referrer-policy", "no-referrer");
  ctx.type = "text/html";
  ctx.body = page;
}

/**
 * Ends the sessions of a browser that has just signed out, and tells the API, before the browser is told. At Cognito the end of
 * a login is the end of a cookie: tokens stay good.
 */
export async function endSessions(ctx: KoaContextWithOIDC, twin: TwinIssuer, sendLogout: SendLogout): Promise<void> {
  // Anything but the redirect is a refusal, such as a form that another page made up.
  const hasEnded = ctx.oidc?.route === "end_session_confirm" && ctx.oidc.params?.logout !== undefined && ctx.status === 303;
  if (!hasEnded || !tellsOthers(twin)) return;
  const grants = Object.values(ctx.oidc.session?.authorizations ?? {}).map(({ grantId }) => grantId ?? "");
  for (const grant of grants) {
    const session = twin.sessions.find(grant);
    if (session === null) continue;
    twin.sessions.end(session.id);
    const status = await sendLogout(twin, { persona: session.persona, session: session.id });
    if (status !== 200) console.error(`The API did not take the logout of ${session.persona.name}: ${status ?? "it does not answer"}.`);
  }
}
