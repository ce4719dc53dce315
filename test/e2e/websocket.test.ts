import { beforeAll, describe, expect, it } from "vitest";
import { testClock } from "../gateway/fixtures.ts";
import { bearer, deploy, type DeployOptions, message } from "./apis.ts";
import { describeContract } from "./contract.ts";
import { gateway, ISSUED_AT, type Sample, type SampleKeys, sampleKeys, samples } from "./sample-gateway.ts";
import { mint, mintScoped } from "./tokens.ts";

describeContract("WebSocket");

describe("WebSocket: where browsers may put the token", () => {
  const config = { ...gateway, webSocketCredential: { subprotocol: "bearer", queryParameter: "token" } };
  const SUBPROTOCOL = { settings: { identitySources: ["route.request.header.Sec-WebSocket-Protocol"] }, config };
  const QUERY = { settings: { identitySources: ["route.request.querystring.token"] }, config };
  let keys: SampleKeys;
  let token: string;
  beforeAll(async () => {
    keys = await sampleKeys();
    token = await mint(keys, samples[0] as Sample);
  });
  const fresh = (options: Partial<DeployOptions>) => deploy("WebSocket", { clock: () => ISSUED_AT, jwks: keys.jwks, ...options });

  const PLACES = [
    ["a subprotocol", SUBPROTOCOL, () => ({ headers: [["Sec-WebSocket-Protocol", `bearer, ${token}`]] as const })],
    ["a query parameter", QUERY, () => ({ query: [["token", token]] as const })],
  ] as const;

  it.each(PLACES)("%s: only where the configuration says so, and alone", async (_, options, handshake) => {
    expect((await fresh(options).gateway.connect(handshake())).status).toBe(101);
    const both = { query: [["token", token]], headers: [["Sec-WebSocket-Protocol", `bearer, ${token}`]] } as const;
    expect((await fresh(options).gateway.connect(both)).status).toBe(401);
    expect((await fresh({ ...options, config: gateway }).gateway.connect(handshake())).status).toBe(401);
  });

  it.each(PLACES)("%s: not given to the function", async (_, options, handshake) => {
    const api = fresh(options);
    await api.gateway.connect(handshake());
    expect(api.served).toHaveLength(1);
    expect(JSON.stringify(api.served).includes(token)).toBe(false);
  });
});

describe("WebSocket: one connection", () => {
  const sample = samples[0] as Sample;
  let keys: SampleKeys;
  beforeAll(async () => {
    keys = await sampleKeys();
  });

  async function connected(token: string) {
    const clock = testClock(ISSUED_AT);
    const api = deploy("WebSocket", { clock, jwks: keys.jwks });
    const { status, connectionId } = await api.gateway.connect({ headers: bearer(token) });
    expect(status).toBe(101);
    const send = (action: Parameters<typeof message>[0]) => api.gateway.send(connectionId ?? "", message(action));
    return { api, clock, send };
  }

  it("is who it was at the handshake for every message, each by its own rule", async () => {
    const { api, send } = await connected(await mintScoped(keys, sample, sample.readScope));
    expect((await send("list")).status).toBe(200);
    expect((await send("create")).status).toBe(403);
    expect((await send("me")).status).toBe(200);
    expect(api.authorizerCalls()).toBe(1);
    expect(new Set(api.served.map(({ principal }) => principal?.id))).toEqual(new Set([sample.principal.id]));
  });

  it("does not outlive the token", async () => {
    const { clock, send } = await connected(await mint(keys, sample, { exp: ISSUED_AT / 1000 + 60 }));
    expect((await send("list")).status).toBe(200);
    clock.advance(200);
    expect((await send("list")).status).toBe(401);
  });
});
