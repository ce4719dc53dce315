import { CognitoIdentityProviderClient, InitiateAuthCommand } from "@aws-sdk/client-cognito-identity-provider";
import { NO_CREDENTIALS } from "../../local/database.ts";
import type { TwinIssuer } from "../../local/identity-provider/twin-issuer.ts";
import type { Running } from "../../local/listen.ts";
import { defineRoutes } from "../../src/rules/define-routes.ts";
import { backchannelLogout } from "../../src/sessions/backchannel-logout.ts";
import { cognitoSessions } from "../../src/sessions/cognito-sessions.ts";
import { type RevocationTable, revocationTable, type RevocationTableOptions } from "../../src/sessions/revocation-table.ts";
import { signOut, signOutEverywhere } from "../../src/sessions/sign-out.ts";
import { revokeOnUserEvents } from "../../src/sessions/user-events.ts";
import { type TestClock, testClock } from "../gateway/fixtures.ts";
import { Browser } from "../local/browser.ts";
import { signIn } from "../local/clients.ts";
import { type Received, startProvider } from "../local/running-provider.ts";
import { startTable, TABLE, watched } from "../sessions/kit.ts";
import { bearer, type Deployment, type DeployOptions, deploy, type KindName } from "./apis.ts";
import { gateway } from "./sample-gateway.ts";

/** Seconds for which the sample remembers what it read: after them, a revoked token is refused everywhere. */
export const REMEMBERED = 5;

const SIGN_OUT = "POST /session/sign-out";
const EVERYWHERE = "POST /session/sign-out-everywhere";
const BACK_CHANNEL = "POST /session/backchannel-logout";
const routes = defineRoutes({
  ...Object.fromEntries([...gateway.routes].map(([key, { rule }]) => [key, rule])),
  [SIGN_OUT]: "authenticated",
  [EVERYWHERE]: "authenticated",
  [BACK_CHANNEL]: "public",
});
/** The user pool of the sample's `customers`. */
export const POOL_ID = "eu-west-1_Sample123";

/** The twin, a table of revocations, and APIs that read it. */
export interface World extends Running {
  readonly idp: string;
  readonly clock: TestClock;
  readonly cognito: CognitoIdentityProviderClient;
  readonly twinOf: (issuer: string) => TwinIssuer;
  /** Takes the table away, or gives it back. */
  readonly setDown: (isDown: boolean) => void;
  /** An API of this kind, with an authorizer that has just started. */
  readonly deploy: (
    kind: KindName,
    options?: Partial<DeployOptions> & Pick<Partial<RevocationTableOptions>, "onUnavailable">,
  ) => Deployment;
  /** Asks the pool for another token of the session. */
  readonly refresh: (tokens: Tokens) => Promise<unknown>;
  /** The access and refresh token of a new login at an issuer. */
  readonly signIn: (issuer: string, name: string, browser?: Browser) => Promise<Tokens>;
  /** What the twin sent to the API by itself, and a way to send it once more: the API's status. */
  readonly received: readonly Received[];
  readonly sendToApi: (request: Received) => Promise<number>;
}

/** What one login returned. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

export async function startWorld(): Promise<World> {
  const clock = testClock(Date.now());
  let sendToApi: (request: Received) => Promise<number> = async () => 503;
  let onUserEvent: (event: object) => Promise<void> = async () => {};
  const [provider, database] = await Promise.all([
    startProvider(gateway, { clock, answer: async (request) => sendToApi(request), publish: async (event) => onUserEvent(event) }),
    startTable(),
  ]);
  const { idp, twins, received } = provider;
  const client = watched(database.client);
  const jwks = Object.fromEntries(twins.map(({ issuer, publicJwk }) => [issuer.name, { keys: [publicJwk] }]));
  const cognito = new CognitoIdentityProviderClient({ endpoint: idp, region: "eu-west-1", credentials: NO_CREDENTIALS, maxAttempts: 1 });
  const table = (options: Partial<RevocationTableOptions> = {}) =>
    revocationTable({ table: TABLE, onUnavailable: "deny", client, ...options });
  const functions = functionsOf({ clock, jwks, revocations: table(), cognito });
  const twinOf: World["twinOf"] = (name) => {
    const twin = twins.find(({ issuer }) => issuer.name === name);
    if (twin === undefined) throw new Error(`no issuer ${name}`);
    return twin;
  };
  const deployWith: World["deploy"] = (kind, { onUnavailable = "deny", ...options } = {}) => {
    const revocations = table({ onUnavailable });
    const config = { ...gateway, routes: routes.routes, revocations };
    return deploy(kind, { clock, jwks, config, revocations, ...(kind !== "WebSocket" && { functions }), ...options });
  };
  sendToApi = async ({ method, path, headers, body }) => {
    const type = headers["content-type"] ?? "";
    const answer = await deployWith("HTTP API").gateway.request({ method, path, headers: [["content-type", type]], body });
    return answer.status;
  };
  const userEvents = revokeOnUserEvents({ clock, audit: () => {}, revocations: table(), pools: { [POOL_ID]: "customers" } });
  onUserEvent = async (event) => void (await userEvents(event));
  return {
    idp,
    clock,
    cognito,
    twinOf,
    received,
    sendToApi,
    deploy: deployWith,
    setDown: (isDown) => void (client.down = isDown),
    signIn: async (issuer, name, browser = new Browser(idp)) => {
      // What ends everything issued so far takes a whole second: a new login comes after it.
      clock.advance(1);
      const { webClientId, shape } = twinOf(issuer);
      const scope = `openid profile ${shape.selfService ?? ""}`.trim();
      const tokens = await signIn(idp, issuer, webClientId, name, { scope, browser });
      return { access: tokens.access_token, refresh: tokens.refresh_token ?? "" };
    },
    refresh: async ({ refresh }) =>
      cognito.send(
        new InitiateAuthCommand({ AuthFlow: "REFRESH_TOKEN_AUTH", ClientId: "sample-web", AuthParameters: { REFRESH_TOKEN: refresh } }),
      ),
    stop: async () => {
      cognito.destroy();
      await Promise.all([provider.stop(), database.stop()]);
    },
  };
}

interface Parts {
  readonly clock: () => number;
  readonly jwks: DeployOptions["jwks"];
  readonly revocations: RevocationTable;
  readonly cognito: CognitoIdentityProviderClient;
}

/** The functions that end sessions: two for callers, and one for issuers, which nobody has to sign in for. */
function functionsOf({ clock, jwks, revocations, cognito }: Parts): NonNullable<DeployOptions["functions"]> {
  const options = { clock, log: () => {}, audit: () => {}, revocations };
  const asked = { ...options, providers: { customers: cognitoSessions({ userPoolId: POOL_ID, client: cognito }) } };
  const issuers = {
    shops: { clientIds: ["shops-web"], ends: "subject" },
    staff: { clientIds: ["staff-web"], ends: "session" },
  } as const;
  return {
    guarded: { [SIGN_OUT]: signOut(routes, asked), [EVERYWHERE]: signOutEverywhere(routes, asked) },
    open: { [BACK_CHANNEL]: backchannelLogout(gateway, { ...options, jwks, issuers }) },
  };
}

/** Calls one of the API's own ways out; the status, and what the answer says of each step. */
export async function leave(api: Deployment, { access, refresh }: Tokens, where: "sign-out" | "sign-out-everywhere" = "sign-out") {
  const answer = await api.gateway.request({
    method: "POST",
    path: `/session/${where}`,
    headers: [...bearer(access), ["content-type", "application/json"]],
    body: JSON.stringify({ refreshToken: refresh }),
  });
  return { status: answer.status, ...(JSON.parse(answer.body) as { readonly steps?: Readonly<Record<string, string>> }) };
}

/** How often a function was invoked: the guard is part of it, so that who is refused without one was refused by the authorizer. */
export const functionCalls = ({ gateway: { invocations } }: Deployment): number =>
  invocations.filter(({ kind }) => kind === "function").length;

/** Why the last refusal that was written down was one. */
export function lastCode({ logged }: Deployment): unknown {
  const last = logged.at(-1) ?? {};
  return "code" in last ? last.code : null;
}

/** One caller's view of one API: a status for each call, and why the last one was refused. */
export function caller(api: Deployment, { access }: Tokens) {
  return {
    status: async () => (await api.call("me", bearer(access))).status,
    reason: () => lastCode(api),
  };
}
