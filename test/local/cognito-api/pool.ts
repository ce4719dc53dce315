import { createServer } from "node:http";
import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  type InitiateAuthCommandInput,
  RespondToAuthChallengeCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { cognitoApi } from "../../../local/cognito-api/cognito-api.ts";
import { totpCode, totpSecret } from "../../../local/cognito-api/totp.ts";
import { NO_CREDENTIALS } from "../../../local/database.ts";
import { Sessions } from "../../../local/identity-provider/sessions.ts";
import { type TwinIssuer, twinIssuers } from "../../../local/identity-provider/twin-issuer.ts";
import { listen, type Running } from "../../../local/listen.ts";
import { PERSONA_PASSWORD } from "../../../local/personas.ts";
import { freePorts } from "../free-ports.ts";
import { sampleGateway } from "../sample-issuers.ts";

/** The pool and the client of `sampleGateway`. */
export const POOL_ID = "eu-west-1_Sample123";
export const CLIENT_ID = "web";
export const MACHINE_CLIENT_ID = "sync";

/** The API of the sample pool on a port of its own, with a clock that tests move. */
export interface TestPool extends Running {
  readonly client: CognitoIdentityProviderClient;
  readonly endpoint: string;
  readonly twin: TwinIssuer;
  /** The last code that was sent to somebody. */
  readonly sentCode: () => string;
  /** Moves the clock on, in milliseconds. */
  readonly wait: (milliseconds: number) => void;
  readonly authenticatorCode: (name: string) => string;
}

/** Keys take long to make: the pools of one file share them, and nothing else. */
const stems = twinIssuers({ ...sampleGateway(), issuers: sampleGateway().issuers.filter(({ name }) => name === "customers") });

export async function startPool(): Promise<TestPool> {
  const [stem] = await stems;
  if (stem === undefined) throw new Error("There is no pool.");
  const twin = { ...stem, sessions: new Sessions() };
  let now = Date.now();
  let sent = "";
  const handle = cognitoApi([twin], { clock: () => now, deliver: (_, code) => void (sent = code) });
  const [port = 0] = await freePorts(1);
  const running = await listen(
    createServer((request, response) => void handle(request, response)),
    port,
  );
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new CognitoIdentityProviderClient({ endpoint, region: "eu-west-1", credentials: NO_CREDENTIALS, maxAttempts: 1 });
  return {
    client,
    endpoint,
    twin,
    sentCode: () => sent,
    wait: (milliseconds) => void (now += milliseconds),
    authenticatorCode: (name) => totpCode(totpSecret(twin.personas.find((persona) => persona.name === name)?.subject ?? ""), now),
    stop: async () => {
      client.destroy();
      await running.stop();
    },
  };
}

export const initiate = ({ client }: TestPool, parameters: Record<string, string>, changes: Partial<InitiateAuthCommandInput> = {}) =>
  client.send(new InitiateAuthCommand({ AuthFlow: "USER_PASSWORD_AUTH", ClientId: CLIENT_ID, AuthParameters: parameters, ...changes }));

/** The tokens of somebody without a second factor. */
export async function signIn(pool: TestPool, name: string, password = PERSONA_PASSWORD) {
  const { AuthenticationResult: tokens } = await initiate(pool, { USERNAME: name, PASSWORD: password });
  return { access: tokens?.AccessToken ?? "", id: tokens?.IdToken ?? "", refresh: tokens?.RefreshToken ?? "" };
}

/** Answers the challenge for a one-time code. */
export const respond = ({ client }: TestPool, session: string | undefined, name: string, code: string) =>
  client.send(
    new RespondToAuthChallengeCommand({
      ChallengeName: "SOFTWARE_TOKEN_MFA",
      ClientId: CLIENT_ID,
      Session: session,
      ChallengeResponses: { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: code },
    }),
  );
