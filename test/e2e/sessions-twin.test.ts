import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { AdminDisableUserCommand, CognitoIdentityProviderClient, InitiateAuthCommand } from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_CREDENTIALS } from "../../local/database.ts";
import { EXAMPLE_ENVIRONMENT } from "../../local/environment.ts";
import { PERSONA_PASSWORD } from "../../local/personas.ts";
import { Browser } from "../local/browser.ts";
import { signIn, signOut } from "../local/clients.ts";
import { root, type RunningTwin, startTwin } from "./running-twin.ts";

const { CUSTOMERS_POOL_ID: UserPoolId = "", CUSTOMERS_WEB_CLIENT_ID: ClientId = "", SHOPS_CLIENT_ID = "" } = EXAMPLE_ENVIRONMENT;

let twin: RunningTwin;
let cognito: CognitoIdentityProviderClient;
beforeAll(async () => {
  twin = await startTwin();
  cognito = new CognitoIdentityProviderClient({ endpoint: twin.idp, region: "us-east-1", credentials: NO_CREDENTIALS, maxAttempts: 1 });
});
afterAll(async () => {
  cognito.destroy();
  twin.child.kill("SIGTERM");
  await once(twin.child, "exit");
});

const PAGE = readFileSync(`${root}docs/local-twin.md`, "utf8");
/** Its commands, for the twin that runs here. */
const COMMANDS = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = ""]) =>
  text.replaceAll("npx sallyport", "node cli/sallyport.mjs").trim(),
);
const hasCurl = spawnSync("curl", ["--version"]).status === 0;
if (!hasCurl) console.warn("The commands of docs/local-twin.md are not tested: there is no curl.");

const call = (token: string, method = "GET", path = "/me") =>
  fetch(`${twin.api}${path}`, { method, headers: { authorization: `Bearer ${token}` } });

/** What was remembered of a token is forgotten after a few seconds: asks until the answer is this one. */
async function comesTo(status: number, token: string): Promise<void> {
  while ((await call(token)).status !== status) await pause(200);
}

async function apiLogin(name: string): Promise<string> {
  const { AuthenticationResult } = await cognito.send(
    new InitiateAuthCommand({ AuthFlow: "USER_PASSWORD_AUTH", ClientId, AuthParameters: { USERNAME: name, PASSWORD: PERSONA_PASSWORD } }),
  );
  return AuthenticationResult?.AccessToken ?? "";
}

// Each waits until what was remembered is forgotten, and they may well do that together.
describe.concurrent("the running twin", () => {
  it("refuses both devices' tokens after a sign-out everywhere, and renews neither", async () => {
    const [phone, laptop] = [
      await signIn(twin.idp, "customers", ClientId, "alice"),
      await signIn(twin.idp, "customers", ClientId, "alice"),
    ];
    expect((await call(laptop.access_token)).status).toBe(200);
    const answer = await call(phone.access_token, "POST", "/session/sign-out-everywhere");
    expect([answer.status, await answer.json()]).toEqual([200, { scope: "everywhere", steps: { record: "done", provider: "done" } }]);
    for (const { access_token: token } of [phone, laptop]) await comesTo(401, token);
    for (const { refresh_token: token = "" } of [phone, laptop]) {
      const again = new InitiateAuthCommand({ AuthFlow: "REFRESH_TOKEN_AUTH", ClientId, AuthParameters: { REFRESH_TOKEN: token } });
      await expect(cognito.send(again)).rejects.toThrow("has been revoked");
    }
  });

  it("refuses the token of somebody who signed out at their provider, which told the API", async () => {
    const browser = new Browser(twin.idp);
    const { access_token: token } = await signIn(twin.idp, "shops", SHOPS_CLIENT_ID, "saskia", { browser });
    expect((await call(token)).status).toBe(200);
    await signOut(twin.idp, "shops", browser);
    await comesTo(401, token);
  });

  it("refuses the token of a user who was disabled in the pool", async () => {
    const token = await apiLogin("bob");
    expect((await call(token)).status).toBe(200);
    await cognito.send(new AdminDisableUserCommand({ UserPoolId, Username: "bob" }));
    await comesTo(401, token);
    await expect(apiLogin("bob")).rejects.toThrow("User is disabled.");
  });
});

it("the page about the twin names the client and the password that there are", () => {
  expect(PAGE).toContain(`ClientId: "${ClientId}"`);
  expect(PAGE).toContain(`PASSWORD: "${PERSONA_PASSWORD}"`);
});

describe.skipIf(!hasCurl)("the commands of the page about the twin", () => {
  it("do what the page says", async () => {
    const answers: string[] = [];
    for (const command of COMMANDS) {
      const text = command.replaceAll("http://127.0.0.1:8477", twin.idp).replace("curl ", "curl -sS ");
      answers.push((await promisify(execFile)("sh", ["-c", text], { cwd: root, env: twin.env })).stdout);
    }
    expect(answers).toEqual([
      '{"status":200}',
      expect.stringContaining('"active":true'),
      expect.stringMatching(/^\{"token":"[\w-]{43}"\}$/),
    ]);
  });
});
