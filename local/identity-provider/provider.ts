import type { IncomingMessage, ServerResponse } from "node:http";
import { exportJWK } from "jose";
import {
  type ClientMetadata,
  type Configuration,
  interactionPolicy,
  type KoaContextWithOIDC,
  Provider,
  type SigningAlgorithm,
} from "oidc-provider";
import type { Persona } from "../personas.ts";
import type { SendLogout } from "./back-channel.ts";
import { issue } from "./issue.ts";
import { endSessions, logoutFeature } from "./logout.ts";
import type { Session } from "./sessions.ts";
import { memoryStorage } from "./storage.ts";
import { nativeNames, type TwinIssuer } from "./twin-issuer.ts";

/** The secret of every machine client: it opens nothing outside this machine. */
export const MACHINE_SECRET = "local-only";

/** Lives as long as an access token. Seconds. */
const LIFETIME = 3600;

const TTL = {
  AccessToken: LIFETIME,
  AuthorizationCode: 60,
  ClientCredentials: LIFETIME,
  Grant: LIFETIME,
  IdToken: LIFETIME,
  Interaction: LIFETIME,
  RefreshToken: 30 * 86_400,
  Session: LIFETIME,
};

/** The issuer's login and token endpoints. */
export interface LoginProvider {
  readonly provider: Provider;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/**
 * Login with code and PKCE and client credentials for one issuer, below `/<issuer>`. Access tokens carry the real `iss`
 * and the real claims. ID tokens name the loopback address as their issuer, because a standard client compares it with
 * where it discovered the provider.
 */
export async function loginProvider(twin: TwinIssuer, base: string, sendLogout: SendLogout, clock: () => number): Promise<LoginProvider> {
  const provider = new Provider(`${base}/${twin.issuer.name}`, await configurationOf(twin, base));
  provider.use(async (ctx, next) => {
    await next();
    await replaceAccessToken(ctx as KoaContextWithOIDC, twin, Math.floor(clock() / 1000));
    await endSessions(ctx as KoaContextWithOIDC, twin, sendLogout);
  });
  const callback = provider.callback();
  return { provider, handle: (request, response) => callback(request, response) };
}

async function configurationOf(twin: TwinIssuer, base: string): Promise<Configuration> {
  const algorithm = twin.algorithm as SigningAlgorithm;
  return {
    adapter: memoryStorage(),
    jwks: { keys: [{ ...(await exportJWK(twin.privateKey)), kid: twin.publicJwk.kid, use: "sig", alg: algorithm }] },
    clients: clientsOf(twin, base),
    clientDefaults: { id_token_signed_response_alg: algorithm },
    enabledJWA: { idTokenSigningAlgValues: [algorithm] },
    scopes: ["openid", "profile", "email", ...scopesOf(twin)],
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    // All issuers share one host, and so one jar of cookies.
    cookies: { keys: [twin.publicJwk.kid], names: { session: `_session_${twin.issuer.name}` } },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      rpInitiatedLogout: logoutFeature(twin),
    },
    interactions: { policy: loginOnly(), url: (_, interaction) => `/${twin.issuer.name}/login/${interaction.uid}` },
    findAccount: (_, id) => {
      const persona = twin.personas.find(({ kind, subject }) => kind === "user" && subject === id);
      if (persona === undefined || !twin.sessions.isEnabled(persona)) return undefined;
      return { accountId: id, claims: () => claimsOf(persona) };
    },
    loadExistingGrant: grantEverything,
    issueRefreshToken: async (_, client) => client.grantTypeAllowed("refresh_token"),
    clientBasedCORS: () => true,
    renderError: renderPlainError,
    ttl: TTL,
  };
}

/** The opaque token that oidc-provider made becomes what the real issuer would have sent. */
async function replaceAccessToken(ctx: KoaContextWithOIDC, twin: TwinIssuer, now: number): Promise<void> {
  const answer = ctx.body as { access_token?: string; refresh_token?: string } | undefined;
  if (ctx.oidc?.route !== "token" || answer?.access_token === undefined) return;
  const { AccessToken, ClientCredentials, Client } = ctx.oidc.entities;
  const persona = twin.personas.find(({ kind, subject }) =>
    AccessToken === undefined ? kind === "client" && Client?.clientId === twin.machineClientId : subject === AccessToken.accountId,
  );
  if (persona === undefined) throw new Error("The token's persona is not in local/personas.ts.");
  const session = sessionOf(twin, persona, Client?.clientId ?? "", AccessToken?.grantId);
  if (!session.isLive) return endedGrant(ctx);
  if (answer.refresh_token !== undefined) twin.sessions.rememberRefresh(answer.refresh_token, session);
  const requestedScopes = ((AccessToken ?? ClientCredentials)?.scope ?? "").split(" ");
  ctx.body = { ...answer, access_token: await issue(twin, session, { now, lifetime: LIFETIME, requestedScopes }) };
}

/** A login and what is refreshed later are one session; a machine client's tokens have nothing in common. */
const sessionOf = ({ sessions }: TwinIssuer, persona: Persona, clientId: string, grantId: string | undefined): Session =>
  (grantId === undefined ? null : sessions.find(grantId)) ?? sessions.start(persona, clientId, grantId);

function endedGrant(ctx: KoaContextWithOIDC): void {
  ctx.status = 400;
  ctx.body = { error: "invalid_grant", error_description: "the session of this token was ended" };
}

function clientsOf(twin: TwinIssuer, base: string): ClientMetadata[] {
  const web: ClientMetadata = {
    client_id: twin.webClientId,
    client_name: `${twin.issuer.name} web application`,
    // A native client may use any port of the loopback interface.
    application_type: "native",
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    redirect_uris: [`${base}/signed-in`, "http://127.0.0.1/callback", "http://localhost/callback"],
  };
  if (twin.machineClientId === null || !twin.personas.some(({ kind }) => kind === "client")) return [web];
  const machine: ClientMetadata = {
    client_id: twin.machineClientId,
    client_secret: MACHINE_SECRET,
    token_endpoint_auth_method: "client_secret_basic",
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
  };
  return [web, machine];
}

const scopesOf = (twin: TwinIssuer) => [
  ...new Set(twin.personas.flatMap(({ scopes }) => nativeNames(scopes, twin.issuer.settings.vocabulary.scopes))),
  ...(twin.shape.selfService === undefined ? [] : [twin.shape.selfService]),
];

const claimsOf = ({ subject, displayName, name, email }: Persona) => ({
  sub: subject,
  name: displayName,
  preferred_username: name,
  ...(email === null ? {} : { email, email_verified: true }),
});

/** There is nothing to consent to on one's own machine: no page asks, and everything is granted. */
function loginOnly() {
  const policy = interactionPolicy.base();
  policy.remove("consent");
  return policy;
}

async function grantEverything(ctx: KoaContextWithOIDC) {
  const { client, session, params, provider } = ctx.oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(String(params?.scope ?? "openid"));
  await grant.save();
  return grant;
}

function renderPlainError(ctx: KoaContextWithOIDC, out: { readonly error: string; readonly error_description?: string | undefined }): void {
  ctx.type = "text/plain";
  ctx.body = `${out.error}: ${out.error_description ?? "the login cannot go on"}\n`;
}
