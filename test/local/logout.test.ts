import { decodeJwt, importJWK, jwtVerify } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Browser } from "./browser.ts";
import { signIn, signOut } from "./clients.ts";
import { type RunningProvider, startProvider } from "./running-provider.ts";

let provider: RunningProvider;
beforeAll(async () => void (provider = await startProvider()));
beforeEach(() => void provider.received.splice(0));
afterAll(() => provider.stop());

function twinOf(name: string) {
  const twin = provider.twins.find(({ issuer }) => issuer.name === name);
  if (twin === undefined) throw new Error(`no issuer ${name}`);
  return twin;
}

/** Signs in and out in one browser. */
async function comeAndGo(issuer: string) {
  const browser = new Browser(provider.idp);
  const { webClientId, personas } = twinOf(issuer);
  const tokens = await signIn(provider.idp, issuer, webClientId, personas[0]?.name ?? "", { browser });
  return { tokens, answer: await signOut(provider.idp, issuer, browser) };
}

/** The claims of the only logout token that the API was sent, verified with the issuer's keys. */
async function sentClaims(issuer: string) {
  expect(provider.received).toMatchObject([{ method: "POST", path: "/session/backchannel-logout" }]);
  const [{ headers, body } = { headers: {}, body: "" }] = provider.received;
  expect(headers["content-type"]).toContain("application/x-www-form-urlencoded");
  const twin = twinOf(issuer);
  const key = await importJWK(twin.publicJwk, twin.algorithm);
  const options = { issuer: twin.iss, audience: twin.webClientId, typ: "logout+jwt", algorithms: [twin.algorithm] };
  return (await jwtVerify(new URLSearchParams(body).get("logout_token") ?? "", key, options)).payload;
}

describe("signing out at the issuer", () => {
  it.each(["shops", "workers", "devices"])("tells the API who has left %s, and which session ended", async (issuer) => {
    const { tokens, answer } = await comeAndGo(issuer);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("Signed out");
    const claims = await sentClaims(issuer);
    expect(claims).toMatchObject({
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
      sid: expect.any(String),
      jti: expect.any(String),
    });
    expect(claims).not.toHaveProperty("nonce");
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(120);
    if (issuer === "devices") expect(decodeJwt(tokens.access_token)["sid"]).toBe(claims["sid"]);
    if (issuer === "shops") expect(decodeJwt(tokens.access_token).sub).toBe(claims.sub);
    if (issuer === "workers") expect(decodeJwt(tokens.access_token)["uid"]).toBe(claims.sub);
  });

  it("ends a Cognito login and no token, and tells nobody", async () => {
    const { tokens } = await comeAndGo("customers");
    expect(provider.received).toEqual([]);
    expect(twinOf("customers").sessions.ofToken(tokens.access_token)?.isLive).toBe(true);
  });

  it("asks for nothing from elsewhere", async () => {
    const browser = new Browser(provider.idp);
    await signIn(provider.idp, "shops", twinOf("shops").webClientId, "saskia", { browser });
    const { response } = await browser.go(new URL(`${provider.idp}/shops/session/end`));
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await response.text()).not.toMatch(/<script|@import|src=/);
  });

  it("needs the form that the page shows", async () => {
    const browser = new Browser(provider.idp);
    const { webClientId } = twinOf("shops");
    const tokens = await signIn(provider.idp, "shops", webClientId, "saskia", { browser });
    await browser.go(new URL(`${provider.idp}/shops/session/end`));
    const body = new URLSearchParams({ xsrf: "a-guess", logout: "yes" });
    const { response } = await browser.go(new URL(`${provider.idp}/shops/session/end/confirm`), { method: "POST", body });
    expect(response.status).toBe(400);
    expect(provider.received).toEqual([]);
    expect(twinOf("shops").sessions.ofToken(tokens.access_token)?.isLive).toBe(true);
  });
});

describe("an operator's request to log somebody out", () => {
  const logOut = (as: string, headers: Record<string, string> = {}) =>
    fetch(`${provider.idp}/logout`, { method: "POST", headers, body: JSON.stringify({ as }) });

  it("ends all of their sessions and tells the API", async () => {
    const { access_token: token } = await signIn(provider.idp, "shops", twinOf("shops").webClientId, "saskia");
    expect(await (await logOut("saskia")).json()).toEqual({ status: 200 });
    const claims = await sentClaims("shops");
    expect(claims).not.toHaveProperty("sid");
    expect(claims.sub).toBe(decodeJwt(token).sub);
    expect(twinOf("shops").sessions.ofToken(token)?.isLive).toBe(false);
  });

  it("is for programs, and for issuers that tell others", async () => {
    expect((await logOut("saskia", { origin: "https://page.example" })).status).toBe(403);
    expect((await logOut("alice")).status).toBe(404);
    expect((await logOut("mallory")).status).toBe(404);
    expect(provider.received).toEqual([]);
  });
});
