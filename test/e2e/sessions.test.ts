import { InitiateAuthCommand, RespondToAuthChallengeCommand } from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { totpCode, totpSecret } from "../../local/cognito-api/totp.ts";
import { PERSONA_PASSWORD, type Persona } from "../../local/personas.ts";
import { bearer, KINDS, type KindName, message } from "./apis.ts";
import { caller, functionCalls, leave, REMEMBERED, startWorld, type Tokens, type World } from "./sessions-kit.ts";

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.stop());

const ALL = Object.keys(KINDS) as KindName[];
const CACHED = ALL.filter((kind) => kind !== "WebSocket");

function personaOf(name: string): Persona {
  const persona = world.twinOf("customers").personas.find((candidate) => candidate.name === name);
  if (persona === undefined) throw new Error(`no ${name}`);
  return persona;
}

/** Signs out of one session, at an API that had no part in the calls before. */
async function signOut(tokens: Tokens): Promise<void> {
  const answer = await leave(world.deploy("HTTP API"), tokens);
  expect(answer).toEqual({ status: 200, scope: "session", steps: { record: "done", provider: "done" } });
}

describe.each(CACHED)("%s: after a sign-out the same token is refused", (kind) => {
  it("at once by an authorizer that has just started, though it verifies", async () => {
    const alice = await world.signIn("customers", "alice");
    expect(await caller(world.deploy(kind), alice).status()).toBe(200);
    await signOut(alice);
    const api = world.deploy(kind);
    const fresh = caller(api, alice);
    expect(await fresh.status()).toBe(401);
    expect(fresh.reason()).toBe("revoked");
    expect(functionCalls(api)).toBe(0);
  });

  it("within the remembered moment by an authorizer that let it pass before", async () => {
    const alice = await world.signIn("customers", "alice");
    const api = world.deploy(kind, { settings: { ttl: 0 } });
    const warm = caller(api, alice);
    expect(await warm.status()).toBe(200);
    await signOut(alice);
    world.clock.advance(REMEMBERED);
    expect(await warm.status()).toBe(401);
    expect(warm.reason()).toBe("revoked");
    expect([api.authorizerCalls(), functionCalls(api)]).toEqual([2, 1]);
  });

  it("within the remembered moment by the guard, when API Gateway still holds the authorizer's answer", async () => {
    const alice = await world.signIn("customers", "alice");
    const api = world.deploy(kind);
    const cached = caller(api, alice);
    expect(await cached.status()).toBe(200);
    await signOut(alice);
    world.clock.advance(REMEMBERED);
    expect(await cached.status()).toBe(401);
    expect(cached.reason()).toBe("revoked");
    expect([api.authorizerCalls(), functionCalls(api)]).toEqual([1, 2]);
    expect(api.served).toHaveLength(1);
  });
});

describe("WebSocket: after a sign-out", () => {
  it("the same token opens no connection, and the open one carries no further message", async () => {
    const alice = await world.signIn("customers", "alice");
    const api = world.deploy("WebSocket");
    const { status, connectionId } = await api.gateway.connect({ headers: bearer(alice.access) });
    expect(status).toBe(101);
    const send = async () => (await api.gateway.send(connectionId ?? "", message("me"))).status;
    expect(await send()).toBe(200);
    await signOut(alice);
    world.clock.advance(REMEMBERED);
    expect(await send()).toBe(401);
    expect(caller(api, alice).reason()).toBe("revoked");
    for (const again of [api, world.deploy("WebSocket")]) {
      expect((await again.gateway.connect({ headers: bearer(alice.access) })).status).toBe(401);
      expect(caller(again, alice).reason()).toBe("revoked");
    }
    // The first connection's handshake and its two messages; nobody else's.
    expect(functionCalls(api)).toBe(3);
  });
});

describe("other people's sessions", () => {
  it("go on, and so does the same person's next one", async () => {
    const [phone, laptop, bob] = [
      await world.signIn("customers", "alice"),
      await world.signIn("customers", "alice"),
      await world.signIn("customers", "bob"),
    ];
    await signOut(phone);
    for (const others of [laptop, bob]) expect(await caller(world.deploy("HTTP API"), others).status()).toBe(200);
    expect(await caller(world.deploy("HTTP API"), await world.signIn("customers", "alice")).status()).toBe(200);
    expect(await caller(world.deploy("HTTP API"), phone).status()).toBe(401);
  });
});

describe.each(ALL)("%s: while the table of revocations cannot be read", (kind) => {
  it.each([
    ["deny", 500],
    ["allow", 200],
  ] as const)("%s", async (onUnavailable, status) => {
    const alice = await world.signIn("customers", "alice");
    const api = world.deploy(kind, { onUnavailable });
    world.setDown(true);
    try {
      expect(await caller(api, alice).status()).toBe(status);
      if (onUnavailable === "deny") expect(caller(api, alice).reason()).toBe("revocations_unavailable");
      if (onUnavailable === "deny") expect(api.served).toEqual([]);
    } finally {
      world.setDown(false);
    }
    expect(await caller(world.deploy(kind, { onUnavailable }), alice).status()).toBe(200);
  });
});

describe.each(CACHED)("%s: while the table cannot be read and API Gateway holds the authorizer's answer", (kind) => {
  it.each([
    ["deny", 503],
    ["allow", 200],
  ] as const)("%s", async (onUnavailable, status) => {
    const api = world.deploy(kind, { onUnavailable });
    const alice = caller(api, await world.signIn("customers", "alice"));
    expect(await alice.status()).toBe(200);
    world.clock.advance(REMEMBERED);
    world.setDown(true);
    try {
      expect(await alice.status()).toBe(status);
      expect(alice.reason()).toBe("revocations_unavailable");
      expect(api.authorizerCalls()).toBe(1);
    } finally {
      world.setDown(false);
    }
    expect(await alice.status()).toBe(200);
  });
});

describe("a login with a second factor, by Cognito's API", () => {
  it("gets a token that the API takes, until its user signs out", async () => {
    const ClientId = world.twinOf("customers").webClientId;
    const { Session } = await world.cognito.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: "carol", PASSWORD: PERSONA_PASSWORD },
      }),
    );
    const secret = totpSecret(personaOf("carol").subject);
    const { AuthenticationResult } = await world.cognito.send(
      new RespondToAuthChallengeCommand({
        ClientId,
        Session,
        ChallengeName: "SOFTWARE_TOKEN_MFA",
        ChallengeResponses: { USERNAME: "carol", SOFTWARE_TOKEN_MFA_CODE: totpCode(secret, world.clock()) },
      }),
    );
    const carol = { access: AuthenticationResult?.AccessToken ?? "", refresh: AuthenticationResult?.RefreshToken ?? "" };
    const api = world.deploy("HTTP API");
    expect(await caller(api, carol).status()).toBe(200);
    expect(api.served.at(-1)?.principal?.authentication.methods).toEqual(["pwd", "otp", "mfa"]);
    expect((await api.call("list", bearer(carol.access))).status).toBe(403);
    expect(await leave(api, carol)).toMatchObject({ status: 200, steps: { record: "done", provider: "done" } });
    expect(await caller(world.deploy("HTTP API"), carol).status()).toBe(401);
  });
});

describe.each(["HTTP API", "REST REQUEST"] as const)("%s: signing out", (kind) => {
  it("of one session ends it at the provider too, and can be done again", async () => {
    const alice = await world.signIn("customers", "alice");
    const api = world.deploy(kind);
    expect(await leave(api, alice)).toMatchObject({ status: 200, steps: { record: "done", provider: "done" } });
    await expect(world.refresh(alice)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    expect((await leave(api, alice)).status).toBe(200);
  });

  it("everywhere refuses the tokens of both devices, and takes no others with them", async () => {
    const [phone, laptop, bob] = [
      await world.signIn("customers", "alice"),
      await world.signIn("customers", "alice"),
      await world.signIn("customers", "bob"),
    ];
    const [cached, sessions] = [world.deploy(kind), world.deploy(kind)];
    const devices = [phone, laptop].map((tokens) => caller(cached, tokens));
    for (const device of devices) expect(await device.status()).toBe(200);
    expect(await leave(sessions, phone, "sign-out-everywhere")).toMatchObject({ status: 200, steps: { record: "done", provider: "done" } });
    world.clock.advance(REMEMBERED);
    for (const device of devices) {
      expect(await device.status()).toBe(401);
      expect(device.reason()).toBe("revoked");
    }
    for (const tokens of [phone, laptop]) await expect(world.refresh(tokens)).rejects.toThrow("has been revoked");
    expect(await caller(world.deploy(kind), bob).status()).toBe(200);
  });

  it("says so when the provider cannot be asked, and refuses the token all the same", async () => {
    const alice = await world.signIn("customers", "alice");
    world.twinOf("customers").sessions.setEnabled(personaOf("alice"), false);
    const answer = await leave(world.deploy(kind), alice, "sign-out-everywhere");
    world.twinOf("customers").sessions.setEnabled(personaOf("alice"), true);
    expect(answer).toMatchObject({ status: 207, steps: { record: "done", provider: "failed" } });
    expect(await caller(world.deploy(kind), alice).status()).toBe(401);
  });
});
