import { type Html, html, page } from "./page.ts";
import type { TwinIssuer } from "./twin-issuer.ts";

const GATE: Html = {
  html: `<svg width="40" height="40" viewBox="0 0 40 40" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"
 stroke-linejoin="round" aria-hidden="true"><path d="M4 36V9h6v5h5V9h10v5h5V9h6v27z"/><path d="M14 36V26a6 6 0 0 1 12 0v10"/></svg>`,
};

/** The head of a page's card. */
export const heading = (title: string, below: string | Html): Html =>
  html`<header>${GATE}<div><h1>${title}</h1><p>${below}</p></div></header>`;

const initial = (name: string): string => name.slice(0, 1).toUpperCase();

/** Where a user signs in: one button for each persona, and a form for those who type. */
export function loginPage(twin: TwinIssuer, error: string | null): string {
  const users = twin.personas.filter(({ kind }) => kind === "user");
  const choices = users.map(
    ({ name, displayName, about }) => html`<button class="persona" name="as" value="${name}">
<i aria-hidden="true">${initial(displayName)}</i><span><b>${displayName}</b><small>${about}</small></span></button>
`,
  );
  return page(
    `Sign in to ${twin.issuer.name}`,
    html`${heading(`Sign in to ${twin.issuer.name}`, html`Standing in for <code>${new URL(secure(twin.iss)).host}</code>`)}
${error === null ? "" : html`<p class="error" role="alert">${error}</p>`}
<form method="post">${choices}</form>
<div class="or">or type it</div>
<form method="post">
<label>User name or e-mail<input name="as" autocomplete="username" autocapitalize="none" spellcheck="false" required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" placeholder="anything will do here"></label>
<button class="primary">Sign in</button>
</form>`,
  );
}

/** What runs here, who can get tokens, and a way to sign in. */
export function homePage(twins: readonly TwinIssuer[], apiSignIn: Html): string {
  const issuers = twins.map(
    (twin) => html`<section><h2>${twin.issuer.name}</h2>
<p class="about">Standing in for <code>${twin.iss}</code></p>
<ul>${twin.personas.map(({ name, about }) => html`<li><b>${name}</b> <small>${about}</small></li>`)}</ul>
<a class="primary" href="/sign-in?issuer=${encodeURIComponent(twin.issuer.name)}">Sign in to ${twin.issuer.name}</a></section>`,
  );
  return page(
    "Sallyport, the local twin",
    html`${heading("Sallyport, the local twin", "The issuers of gateway.config.ts, on this machine")}
<div class="wide">${issuers}
<h2>Without a browser</h2><pre>npx sallyport token --as ${twins[0]?.personas[0]?.name ?? "alice"}</pre>
${apiSignIn}
<p class="about">Nothing is kept: sign-ins, sign-outs and new passwords are forgotten when the twin stops.</p></div>`,
  );
}

/** Asks whether somebody really wants to go; `form` is the library's own, with its protection against other pages. */
export function logoutPage(twin: TwinIssuer, form: string): string {
  return page(
    `Sign out of ${twin.issuer.name}`,
    html`${heading(`Sign out of ${twin.issuer.name}?`, "The API is told about it")}
${{ html: form }}<button class="primary" form="op.logoutForm" name="logout" value="yes">Sign out</button>`,
  );
}

/** After signing out at the issuer. */
export function loggedOutPage(twin: TwinIssuer): string {
  return page(
    "Signed out",
    html`${heading("Signed out", `Nobody is signed in to ${twin.issuer.name} in this browser`)}<a class="primary" href="/">Home</a>`,
  );
}

/** Some issuers have no scheme: Google's older spelling. */
const secure = (iss: string): string => (iss.includes("://") ? iss : `https://${iss}`);
