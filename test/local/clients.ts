import * as client from "openid-client";
import { Browser } from "./browser.ts";

const OVER_HTTP = { execute: [client.allowInsecureRequests] };
/** Where a native application would be listening; any port of the loopback interface will do. */
const REDIRECT = "http://127.0.0.1:49152/callback";

/** Signs in through the login form, with code and PKCE, as a standard client does. */
export async function signIn(
  idp: string,
  issuer: string,
  clientId: string,
  name: string,
  { browser = new Browser(idp), scope = "openid profile email" } = {},
): Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers> {
  const config = await client.discovery(new URL(`${idp}/${issuer}`), clientId, undefined, client.None(), OVER_HTTP);
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  const form = await browser.go(address);
  if (!(await form.response.text()).includes('name="as"')) throw new Error(`no login form at ${form.url.pathname}`);
  const { url } = await browser.go(form.url, { method: "POST", body: new URLSearchParams({ as: name, password: "anything" }) });
  return client.authorizationCodeGrant(config, url, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce });
}

/** Signs out at the issuer, in the browser that signed in, and says yes when asked. */
export async function signOut(idp: string, issuer: string, browser: Browser): Promise<Response> {
  const form = await browser.go(new URL(`${idp}/${issuer}/session/end`));
  const text = await form.response.text();
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(text)?.[1];
  const action = /action="([^"]+)"/.exec(text)?.[1];
  if (xsrf === undefined || action === undefined) throw new Error(`no sign-out form at ${form.url.pathname}`);
  const body = new URLSearchParams({ xsrf, logout: "yes" });
  return (await browser.go(new URL(action, form.url), { method: "POST", body })).response;
}

/** Another access token for a refresh token. */
export async function refresh(idp: string, issuer: string, clientId: string, refreshToken: string): Promise<string> {
  const config = await client.discovery(new URL(`${idp}/${issuer}`), clientId, undefined, client.None(), OVER_HTTP);
  return (await client.refreshTokenGrant(config, refreshToken)).access_token;
}

/** The token of a machine client. */
export async function machineToken(idp: string, issuer: string, clientId: string, secret: string): Promise<string> {
  const config = await client.discovery(new URL(`${idp}/${issuer}`), clientId, undefined, client.ClientSecretBasic(secret), OVER_HTTP);
  return (await client.clientCredentialsGrant(config)).access_token;
}
