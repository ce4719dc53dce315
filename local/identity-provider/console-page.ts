import { totpSecret } from "../cognito-api/totp.ts";
import { PERSONA_PASSWORD } from "../personas.ts";
import type { Action, Done, Login } from "./console.ts";
import { type Html, html, page } from "./page.ts";
import { heading } from "./pages.ts";
import type { TwinIssuer } from "./twin-issuer.ts";

/** After a login that was started on the home page: what the token says, buttons that use it, and what came of them. */
export function sessionPage({ token, handle, done, twin }: Login, actions: readonly Action[], apiUrl: string): string {
  const who = twin.sessions.ofToken(token)?.persona.name ?? "nobody of this start of the twin";
  const claims = JSON.stringify(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()), null, 2);
  const buttons = actions.map(({ what, label, group }) => html`<button class="${group}" name="do" value="${what}">${label}</button>`);
  return page(
    "Signed in",
    html`${heading(`Signed in as ${who}`, `The access token that this login at ${twin.issuer.name} returned`)}
<div class="wide"><h2>Use it</h2><form class="actions" method="post" action="/_console/${handle}">${buttons}</form>
${done.length === 0 ? html`<p class="about">What the API answers appears here.</p>` : html`<ol class="calls">${done.map(outcome)}</ol>`}
<h2>Claims</h2><pre>${claims}</pre>
<h2>Elsewhere</h2><pre>curl -H "Authorization: Bearer ${token}" ${apiUrl}/me</pre>
<h2>Somebody else</h2><a class="primary" href="/">Home</a></div>`,
  );
}

const outcome = ({ what, status, body }: Done): Html =>
  html`<li><p><code>${what}</code> <b class="${status !== null && status < 400 ? "fine" : "refused"}">${String(status ?? "no answer")}</b></p>
${body === "" ? "" : html`<pre>${body}</pre>`}</li>
`;

/** How to sign in without a browser, where the issuer has an API for it. */
export function apiSignIn(twins: readonly TwinIssuer[]): Html {
  const pools = twins.filter(({ issuer }) => issuer.provider === "cognito");
  if (pools.length === 0) return html``;
  const second = pools.flatMap(({ personas }) => personas).filter(({ kind, methods }) => kind === "user" && methods.includes("mfa"));
  return html`<h2>Cognito's API</h2>
<p class="about">At this address, for the AWS SDK's <code>endpoint</code>. Everybody's password is <code>${PERSONA_PASSWORD}</code>.</p>
<ul>${second.map(({ name, subject }) => html`<li><b>${name}</b> <small>Authenticator secret <code>${totpSecret(subject)}</code></small></li>`)}</ul>`;
}
