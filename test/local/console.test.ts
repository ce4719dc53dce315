import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import { Browser } from "./browser.ts";
import { type RunningProvider, startProvider } from "./running-provider.ts";
import { sampleGateway } from "./sample-issuers.ts";

const { routes } = defineRoutes({
  "GET /orders": "authenticated",
  "GET /orders/{id}": "authenticated",
  "POST /orders": "authenticated",
  "POST /session/sign-out": "authenticated",
  "POST /session/sign-out-everywhere": "authenticated",
});

let provider: RunningProvider;
beforeAll(async () => void (provider = await startProvider({ ...sampleGateway(), routes })));
beforeEach(() => void provider.received.splice(0));
afterAll(() => provider.stop());

/** Signs in from the home page; the page that the login ends on. */
async function signIn(issuer: string, name: string) {
  const browser = new Browser(provider.idp);
  const form = await browser.go(new URL(`${provider.idp}/sign-in?issuer=${issuer}`));
  const page = await browser.go(form.url, { method: "POST", body: new URLSearchParams({ as: name }) });
  const press = async (what: string) => {
    const next = await browser.go(page.url, { method: "POST", body: new URLSearchParams({ do: what }) });
    return { status: next.response.status, text: await next.response.text() };
  };
  return { url: page.url, text: await page.response.text(), press };
}

describe("the page of a login", () => {
  it("calls the API with the login's own token, which the page need not hold a script for", async () => {
    const { text, press } = await signIn("shops", "saskia");
    expect(text).not.toContain("<script");
    const token = /Bearer ([\w.-]+)/.exec(text)?.[1] ?? "";
    expect(decodeJwt(token).iss).toBe("https://sample.eu.auth0.com/");
    const after = await press("GET /orders");
    expect(provider.received).toMatchObject([{ method: "GET", path: "/orders", headers: { authorization: `Bearer ${token}` } }]);
    expect(after.text).toMatch(/GET \/orders<\/code> <b class="fine">200/);
  });

  it("offers what needs nothing but a token, and the ways out that there are", async () => {
    const buttons = (text: string) => [...text.matchAll(/name="do" value="([^"]+)"/g)].map(([, what]) => what);
    const SIGN_OUT = ["GET /orders", "POST /session/sign-out", "POST /session/sign-out-everywhere"];
    expect(buttons((await signIn("customers", "alice")).text)).toEqual(SIGN_OUT);
    expect(buttons((await signIn("shops", "saskia")).text)).toEqual([...SIGN_OUT, "Log out at the issuer"]);
  });

  it("names who signed in, and where, and leads back to the others", async () => {
    const { text } = await signIn("shops", "saskia");
    expect(text).toContain("<h1>Signed in as saskia</h1><p>The access token that this login at shops returned</p>");
    expect(text).toMatch(/<a [^>]*href="\/">Home<\/a>/);
  });

  it("hands the refresh token to the API's sign-out", async () => {
    const { press } = await signIn("customers", "alice");
    await press("POST /session/sign-out");
    expect(provider.received).toMatchObject([{ method: "POST", path: "/session/sign-out" }]);
    const { refreshToken } = JSON.parse(provider.received[0]?.body ?? "") as { refreshToken: string };
    expect(provider.twins.find(({ issuer }) => issuer.name === "customers")?.sessions.ofRefreshToken(refreshToken)?.isLive).toBe(true);
  });

  it("logs out at the issuer, which tells the API", async () => {
    const { press, text } = await signIn("shops", "saskia");
    await press("Log out at the issuer");
    expect(provider.received).toMatchObject([{ path: "/session/backchannel-logout" }]);
    const token = /Bearer ([\w.-]+)/.exec(text)?.[1] ?? "";
    expect(provider.twins.find(({ issuer }) => issuer.name === "shops")?.sessions.ofToken(token)?.isLive).toBe(false);
  });

  it("does nothing that it has no button for, and nothing without its handle", async () => {
    const { url, press } = await signIn("customers", "alice");
    for (const what of ["POST /orders", "Log out at the issuer", "GET http://other.example/", ""]) {
      expect((await press(what)).status).toBe(404);
    }
    const elsewhere = await fetch(`${provider.idp}/_console/a-guess`, { method: "POST", body: new URLSearchParams({ do: "GET /orders" }) });
    expect(elsewhere.status).toBe(404);
    expect((await fetch(`${provider.idp}/_console/a-guess`)).status).toBe(404);
    expect((await fetch(url)).status).toBe(200);
    expect(provider.received).toEqual([]);
  });
});

describe("signing in", () => {
  it("is refused to somebody who is disabled", async () => {
    const twin = provider.twins.find(({ issuer }) => issuer.name === "customers");
    const bob = twin?.personas.find(({ name }) => name === "bob");
    twin?.sessions.setEnabled(bob as never, false);
    expect((await signIn("customers", "bob")).text).toContain("Bob Example is disabled.");
    twin?.sessions.setEnabled(bob as never, true);
    expect((await signIn("customers", "bob")).text).toContain("Signed in");
  });

  it("ends with a token of a session that the twin knows, and with the scope of Cognito's own API", async () => {
    const { text } = await signIn("customers", "alice");
    const twin = provider.twins.find(({ issuer }) => issuer.name === "customers");
    const token = /Bearer ([\w.-]+)/.exec(text)?.[1] ?? "";
    expect(decodeJwt(token)["origin_jti"]).toBe(twin?.sessions.ofToken(token)?.id);
    expect(decodeJwt(token)["scope"]).toContain("aws.cognito.signin.user.admin");
  });
});
