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
): Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers> {
  const config = await client.discovery(new URL(`${idp}/${issuer}`), clientId, undefined, client.None(), OVER_HTTP);
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: "openid profile email",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  const browser = new Browser(idp);
  const form = await browser.go(address);
  if (!(await form.response.text()).includes('name="as"')) throw new Error(`no login form at ${form.url.pathname}`);
  const { url } = await browser.go(form.url, { method: "POST", body: new URLSearchParams({ as: name, password: "anything" }) });
  return client.authorizationCodeGrant(config, url, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce });
}

/** The token of a machine client. */
export async function machineToken(idp: string, issuer: string, clientId: string, secret: string): Promise<string> {
  const config = await client.discovery(new URL(`${idp}/${issuer}`), clientId, undefined, client.ClientSecretBasic(secret), OVER_HTTP);
  return (await client.clientCredentialsGrant(config)).access_token;
}
