import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MACHINE_SECRET } from "../../local/identity-provider/provider.ts";
import { signIn } from "./clients.ts";
import { type RunningProvider, startProvider } from "./running-provider.ts";

let provider: RunningProvider;
beforeAll(async () => void (provider = await startProvider()));
afterAll(() => provider.stop());

function twinOf(name: string) {
  const twin = provider.twins.find(({ issuer }) => issuer.name === name);
  if (twin === undefined) throw new Error(`no issuer ${name}`);
  return twin;
}

const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` });
const credentials = (issuer: string) => basic(twinOf(issuer).machineClientId ?? "", MACHINE_SECRET);

const ask = (issuer: string, form: Record<string, string>, headers: Record<string, string> = credentials(issuer)) =>
  fetch(`${provider.idp}/${issuer}/introspect`, { method: "POST", headers, body: new URLSearchParams(form) });

async function mint(as: string, wishes: object = {}): Promise<string> {
  const response = await fetch(`${provider.idp}/mint`, { method: "POST", body: JSON.stringify({ as, ...wishes }) });
  return ((await response.json()) as { token: string }).token;
}

describe("introspection", () => {
  it.each(["alice", "saskia", "workers-user", "staff-user", "devices-user"])("describes the token of %s", async (name) => {
    const token = await mint(name);
    const claims = decodeJwt(token);
    const issuer = provider.twins.find(({ iss }) => iss === claims.iss)?.issuer.name ?? "";
    const answer = await (await ask(issuer, { token })).json();
    expect(answer).toMatchObject({ active: true, iss: claims.iss, exp: claims.exp, client_id: twinOf(issuer).webClientId });
    expect((answer as { scope: unknown }).scope).toEqual(expect.any(String));
  });

  it("describes an opaque token as it would a JWT", async () => {
    const token = await mint("workers-user", { opaque: true });
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await (await ask("workers", { token })).json()).toMatchObject({
      active: true,
      scope: expect.stringContaining("orders-api/orders:read"),
    });
    twinOf("workers").sessions.endAll({ name: "workers-user" } as never);
    expect(await (await ask("workers", { token })).json()).toEqual({ active: false });
  });

  it.each(["expired", "tampered", "other-key", "unsigned"])(
    "says of a token that is %s that it is not active, and nothing else",
    async (variant) => {
      const token = await mint("saskia", { variant });
      expect(await (await ask("shops", { token })).json()).toEqual({ active: false });
    },
  );

  it("knows the tokens of its own issuer only", async () => {
    expect(await (await ask("shops", { token: await mint("alice") })).json()).toEqual({ active: false });
    expect(await (await ask("shops", { token: "made-up" })).json()).toEqual({ active: false });
  });

  it("of a session that ended, or a user who is disabled, is not active", async () => {
    const { access_token: token } = await signIn(provider.idp, "shops", twinOf("shops").webClientId, "saskia");
    const { sessions, personas } = twinOf("shops");
    const [saskia] = personas;
    expect(await (await ask("shops", { token })).json()).toMatchObject({ active: true });
    sessions.end(sessions.ofToken(token)?.id ?? "");
    expect(await (await ask("shops", { token })).json()).toEqual({ active: false });
    const second = await mint("saskia");
    sessions.setEnabled(saskia as never, false);
    expect(await (await ask("shops", { token: second })).json()).toEqual({ active: false });
    await expect(signIn(provider.idp, "shops", twinOf("shops").webClientId, "saskia")).rejects.toThrow();
    sessions.setEnabled(saskia as never, true);
  });
});

describe("who asks", () => {
  it("may say so in the form", async () => {
    const { machineClientId } = twinOf("shops");
    const form = { token: await mint("saskia"), client_id: machineClientId ?? "", client_secret: MACHINE_SECRET };
    expect(await (await ask("shops", form, {})).json()).toMatchObject({ active: true });
  });

  it.each([
    ["nobody", {}],
    ["a client with another secret", basic("shops-machine", "a-guess")],
    ["the web application", basic("shops-web", MACHINE_SECRET)],
    ["another issuer's client", basic("sync", MACHINE_SECRET)],
  ])("is refused when it is %s", async (_, headers) => {
    const answer = await ask("shops", { token: await mint("saskia") }, headers);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: "invalid_client" });
  });

  it("must ask about a token, with a form", async () => {
    expect((await ask("shops", {})).status).toBe(400);
    expect((await fetch(`${provider.idp}/shops/introspect`, { headers: credentials("shops") })).status).toBe(405);
  });
});
