import {
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NO_CREDENTIALS } from "../../local/database.ts";
import { cognito, defineGateway, defineRoutes, live } from "../../src/index.ts";
import { cognitoLive } from "../../src/sessions/index.ts";
import { testClock } from "../gateway/fixtures.ts";
import { freePorts } from "../local/free-ports.ts";
import { type RunningProvider, startProvider } from "../local/running-provider.ts";
import { signIn } from "../local/clients.ts";
import { bearer, deploy, type KindName } from "./apis.ts";
import { lastCode } from "./sessions-kit.ts";

const UserPoolId = "eu-west-1_Sample123";
const SCOPE = "openid profile aws.cognito.signin.user.admin";
const { routes } = defineRoutes({
  "GET /health": "public",
  "GET /me": live(),
  "GET /orders": "authenticated",
  "POST /orders": "authenticated",
});

function gatewayWith(client: CognitoIdentityProviderClient, as: "user" | "admin") {
  const customers = cognito({
    userPoolId: UserPoolId,
    clientIds: ["sample-web"],
    liveCheck: cognitoLive({ userPoolId: UserPoolId, as, client }),
  });
  return defineGateway({ issuers: { customers }, routes: { routes } });
}

const clock = testClock(Date.now());
let provider: RunningProvider;
let client: CognitoIdentityProviderClient;
beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  const options = { region: "eu-west-1", credentials: NO_CREDENTIALS, maxAttempts: 1 };
  client = new CognitoIdentityProviderClient({ endpoint: `http://127.0.0.1:${port}`, ...options });
  provider = await startProvider(gatewayWith(client, "user"), { clock, port });
});
afterAll(async () => {
  client.destroy();
  await provider.stop();
});
beforeEach(async () => void (await client.send(new AdminEnableUserCommand({ UserPoolId, Username: "alice" }))));

async function alice(scope = SCOPE): Promise<string> {
  return (await signIn(provider.idp, "customers", "sample-web", "alice", { scope })).access_token;
}

function api(kind: KindName, as: "user" | "admin", through = client) {
  const jwks = Object.fromEntries(provider.twins.map(({ issuer, publicJwk }) => [issuer.name, { keys: [publicJwk] }]));
  return deploy(kind, { clock, jwks, config: gatewayWith(through, as) });
}

describe.each(["HTTP API", "REST REQUEST"] as const)("%s: a route that asks Cognito each time", (kind) => {
  it.each([
    ["user", "signed out everywhere", () => new AdminUserGlobalSignOutCommand({ UserPoolId, Username: "alice" })],
    ["user", "disabled", () => new AdminDisableUserCommand({ UserPoolId, Username: "alice" })],
    ["admin", "disabled", () => new AdminDisableUserCommand({ UserPoolId, Username: "alice" })],
  ] as const)("as %s: is closed to who was %s, and other routes are not", async (as, _, command) => {
    const token = bearer(await alice());
    const deployed = api(kind, as);
    expect((await deployed.call("me", token)).status).toBe(200);
    await client.send(command());
    const fresh = api(kind, as);
    expect((await fresh.call("me", token)).status).toBe(401);
    expect(lastCode(fresh)).toBe("token_inactive");
    expect((await api(kind, as).call("list", token)).status).toBe(200);
  });

  it("says that it could not ask, and does not say that the token is bad", async () => {
    const lost = new CognitoIdentityProviderClient({
      endpoint: "http://127.0.0.1:1",
      region: "eu-west-1",
      credentials: NO_CREDENTIALS,
      maxAttempts: 1,
    });
    const deployed = api(kind, "admin", lost);
    expect((await deployed.call("me", bearer(await alice()))).status).toBe(500);
    expect(lastCode(deployed)).toBe("introspection_unavailable");
    lost.destroy();
  });

  it("needs a token that may ask, or an administrator to ask for it", async () => {
    const token = bearer(await alice("openid profile"));
    expect((await api(kind, "user").call("me", token)).status).toBe(500);
    expect((await api(kind, "admin").call("me", token)).status).toBe(200);
  });
});
