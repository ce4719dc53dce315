import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MACHINE_SECRET } from "../../local/identity-provider/provider.ts";
import { httpsFetch } from "../../local/transport.ts";
import { defineGateway, introspect, oidc, okta } from "../../src/index.ts";
import { testClock } from "../gateway/fixtures.ts";
import { freePorts } from "../local/free-ports.ts";
import { type RunningProvider, startProvider } from "../local/running-provider.ts";
import { lastCode } from "./sessions-kit.ts";
import { bearer, deploy, KINDS, type KindName } from "./apis.ts";
import { routes } from "./sample-gateway.ts";

const ALL = Object.keys(KINDS) as KindName[];
const REMEMBER = 10;

/** An issuer of opaque tokens, and one whose JWTs are asked about as well. */
const gatewayAt = (idp: string) => {
  const check = (name: string, tokens: "opaque" | "jwt", clientAuth: "basic" | "post") =>
    introspect({
      url: `${idp}/${name}/introspect`,
      clientId: `${name}-machine`,
      clientSecret: MACHINE_SECRET,
      clientAuth,
      tokens,
      remember: `${REMEMBER}s`,
    });
  return defineGateway({
    issuers: {
      workers: okta({ domain: "sample.okta.com", audience: "api://orders", introspection: check("workers", "opaque", "basic") }),
      staff: oidc({
        issuer: "https://id.staff.example",
        audience: "https://api.orders.example",
        introspection: check("staff", "jwt", "post"),
      }),
    },
    routes,
  });
};

let provider: RunningProvider;
let config: ReturnType<typeof gatewayAt>;
const clock = testClock(Date.now());
beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  config = gatewayAt(`http://127.0.0.1:${port}`);
  provider = await startProvider(config, { clock, port });
});
afterAll(() => provider.stop());

const twinOf = (name: string) => {
  const twin = provider.twins.find(({ issuer }) => issuer.name === name);
  if (twin === undefined) throw new Error(`no issuer ${name}`);
  return twin;
};

function personaOf(issuer: string, name: string) {
  const persona = twinOf(issuer).personas.find((candidate) => candidate.name === name);
  if (persona === undefined) throw new Error(`no ${name}`);
  return persona;
}

const fresh = (kind: KindName) => {
  const jwks = Object.fromEntries(provider.twins.map(({ issuer, publicJwk }) => [issuer.name, { keys: [publicJwk] }]));
  const api = deploy(kind, { clock, jwks, config, settings: kind === "WebSocket" ? {} : { ttl: 0 } });
  return { api, reason: () => lastCode(api) };
};

async function mint(as: string, wishes: object = {}): Promise<string> {
  const response = await fetch(`${provider.idp}/mint`, { method: "POST", body: JSON.stringify({ as, ...wishes }) });
  return ((await response.json()) as { token: string }).token;
}

describe.each(ALL)("%s: an opaque token", (kind) => {
  it("is what its issuer says it is, until the issuer says otherwise", async () => {
    const token = await mint("workers-user", { opaque: true });
    const { api, reason } = fresh(kind);
    expect((await api.call("list", bearer(token))).status).toBe(200);
    expect(api.served.at(-1)?.principal).toMatchObject({
      issuer: "workers",
      subject: personaOf("workers", "workers-user").subject,
      kind: "user",
    });
    expect((await api.call("create", bearer(token))).status).toBe(200);
    twinOf("workers").sessions.endAll(personaOf("workers", "workers-user"));
    clock.advance(REMEMBER);
    expect((await api.call("list", bearer(token))).status).toBe(401);
    expect(reason()).toBe("token_inactive");
  });

  it("that nobody issued is refused", async () => {
    const { api, reason } = fresh(kind);
    expect((await api.call("list", bearer("made-up-token"))).status).toBe(401);
    expect(reason()).toBe("token_inactive");
    expect(api.served).toEqual([]);
  });
});

it("the local build asks the twin, whichever address is configured", async () => {
  vi.stubGlobal("SALLYPORT_LOCAL_KEYS_URL", `${provider.idp}/keys`);
  const ask = async (url: string, credentials: string, token: string) => {
    const headers = { "content-type": "application/x-www-form-urlencoded", authorization: `Basic ${btoa(credentials)}` };
    const body = new URLSearchParams({ token }).toString();
    const { status, body: answer } = await httpsFetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "error",
      signal: AbortSignal.timeout(5_000),
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer ?? []) chunks.push(chunk);
    return { status, ...(JSON.parse(Buffer.concat(chunks).toString()) as { readonly active?: boolean }) };
  };
  const token = await mint("workers-user", { opaque: true });
  const workers = "https://sample.okta.com/oauth2/default/v1/introspect";
  expect(await ask(workers, "any:secret", token)).toMatchObject({ status: 200, active: true });
  expect(await ask("https://id.staff.example/introspect", "any:secret", token)).toEqual({ status: 200, active: false });
  expect((await ask(workers, ":", token)).status).toBe(401);
  expect((await ask("https://elsewhere.example/introspect", "any:secret", token)).status).toBe(404);
  vi.unstubAllGlobals();
});

describe("a JWT of an issuer that is asked", () => {
  it("is refused once the issuer has ended its session, though it verifies", async () => {
    const token = await mint("staff-user");
    const { api, reason } = fresh("HTTP API");
    expect((await api.call("me", bearer(token))).status).toBe(200);
    twinOf("staff").sessions.endAll(personaOf("staff", "staff-user"));
    expect((await fresh("HTTP API").api.call("me", bearer(token))).status).toBe(401);
    clock.advance(REMEMBER);
    expect((await api.call("me", bearer(token))).status).toBe(401);
    expect(reason()).toBe("token_inactive");
  });
});
