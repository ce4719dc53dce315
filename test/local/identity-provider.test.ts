import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MACHINE_SECRET } from "../../local/identity-provider/provider.ts";
import { type IdentityProvider, identityProvider } from "../../local/identity-provider/server.ts";
import { listen, type Running } from "../../local/listen.ts";
import { httpsFetch } from "../../local/transport.ts";
import { createKeys } from "../../src/keys/create-keys.ts";
import type { AlgorithmName } from "../../src/token/algorithms.ts";
import { machineToken, refresh, signIn } from "./clients.ts";
import { freePorts } from "./free-ports.ts";
import { sampleGateway } from "./sample-issuers.ts";

let idp = "";
let running: Running & IdentityProvider;

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  const provider = await identityProvider(sampleGateway(), port, "http://localhost:1");
  running = { ...provider, ...(await listen(provider.server, port)) };
  idp = `http://127.0.0.1:${port}`;
});
afterAll(() => running.stop());

const mintRequest = (body: object, headers: Record<string, string> = {}) =>
  fetch(`${idp}/mint`, { method: "POST", headers, body: JSON.stringify(body) });

describe("a standard client", () => {
  it.each(["customers", "partners", "shops", "staff", "devices"])("signs in to %s with code and PKCE", async (name) => {
    const twin = running.twins.find(({ issuer }) => issuer.name === name);
    const persona = twin?.personas[0];
    const tokens = await signIn(idp, name, twin?.webClientId ?? "", persona?.name ?? "");
    expect(decodeJwt(tokens.access_token).iss).toBe(twin?.iss);
    expect(tokens.claims()).toMatchObject({ iss: `${idp}/${name}`, sub: persona?.subject, name: persona?.displayName });
  });

  it("continues its session with a refresh token until the session ends or the user is disabled", async () => {
    const twin = running.twins.find(({ issuer }) => issuer.name === "customers");
    const session = (token: string) => twin?.sessions.ofToken(token);
    const login = async () => {
      const { access_token: token, refresh_token: refreshToken = "" } = await signIn(idp, "customers", "web", "bob");
      return { token, again: () => refresh(idp, "customers", "web", refreshToken) };
    };
    const [first, second] = [await login(), await login()];
    const next = await first.again();
    expect(session(next)).toBe(session(first.token));
    expect(session(second.token)).not.toBe(session(first.token));
    twin?.sessions.end(session(second.token)?.id ?? "");
    await expect(second.again()).rejects.toMatchObject({ error: "invalid_grant" });
    const third = await login();
    const bob = twin?.personas.find(({ name }) => name === "bob");
    twin?.sessions.setEnabled(bob as never, false);
    await expect(third.again()).rejects.toMatchObject({ error: "invalid_grant" });
    twin?.sessions.setEnabled(bob as never, true);
  });

  it("signs in by e-mail too", async () => {
    const tokens = await signIn(idp, "customers", "web", "alice@customers.example");
    expect(decodeJwt(tokens.access_token)["username"]).toBe("alice");
  });

  it("gets no token for somebody who is not a user of the issuer", async () => {
    await expect(signIn(idp, "customers", "web", "noor")).rejects.toThrow();
    await expect(signIn(idp, "customers", "web", "customers-machine")).rejects.toThrow();
  });

  it.each(["customers", "partners", "shops", "devices"])("gets a machine token of %s", async (name) => {
    const twin = running.twins.find(({ issuer }) => issuer.name === name);
    const claims = decodeJwt(await machineToken(idp, name, twin?.machineClientId ?? "", MACHINE_SECRET));
    expect(claims.iss).toBe(twin?.iss);
  });

  it("gets no machine token without the secret", async () => {
    await expect(machineToken(idp, "customers", "sync", "a-guess")).rejects.toThrow();
  });
});

describe("the mint", () => {
  it("makes tokens of any lifetime", async () => {
    const { token } = (await (await mintRequest({ as: "alice", ttl: 300 })).json()) as { token: string };
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect(exp - iat).toBe(300);
  });

  it("lists the personas when asked for somebody else", async () => {
    const response = await mintRequest({ as: "mallory" });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ personas: expect.arrayContaining(["alice", "staff-user"]) });
  });

  it("refuses a variant it does not know", async () => {
    expect((await mintRequest({ as: "alice", variant: "perfect" })).status).toBe(400);
  });

  it("refuses browsers", async () => {
    expect((await mintRequest({ as: "alice" }, { origin: "https://page.example" })).status).toBe(403);
  });
});

describe("the server", () => {
  it("answers keys only where a configured issuer publishes some", async () => {
    const keys = (url: string) => fetch(`${idp}/keys?url=${encodeURIComponent(url)}`);
    const known = await keys("https://sample.eu.auth0.com/.well-known/jwks.json");
    expect(await known.json()).toMatchObject({ keys: [{ kty: "RSA", alg: "RS256", use: "sig" }] });
    expect((await keys("https://other.eu.auth0.com/.well-known/jwks.json")).status).toBe(404);
  });

  it("has a home page that loads nothing from elsewhere and escapes what it shows", async () => {
    const response = await fetch(idp);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const text = await response.text();
    expect(text).toContain("alice");
    expect(text).not.toMatch(/src=|<script|url\(/);
    expect(text).toContain("Nothing is kept");
  });

  it("says so when a login has ended", async () => {
    expect((await fetch(`${idp}/customers/login/none`)).status).toBe(400);
  });
});

it("serves the gateway's own key finder, whatever the issuer and wherever its keys are", async () => {
  vi.stubGlobal("SALLYPORT_LOCAL_KEYS_URL", `${idp}/keys`);
  const keys = createKeys({ clock: Date.now, fetch: httpsFetch });
  for (const { issuer, publicJwk, algorithm } of running.twins) {
    for (const location of issuer.keyLocations) {
      const found = await keys.find({ issuer: issuer.name, location, kid: publicJwk.kid, algorithm: algorithm as AlgorithmName });
      expect(found.key.export({ format: "jwk" })).toMatchObject({ kty: publicJwk.kty });
    }
  }
  vi.unstubAllGlobals();
});
