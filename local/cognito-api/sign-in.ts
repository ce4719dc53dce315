import { randomBytes } from "node:crypto";
import { isJsonObject, type JsonObject } from "../../src/json.ts";
import { issue } from "../identity-provider/issue.ts";
import type { Session } from "../identity-provider/sessions.ts";
import type { Persona } from "../personas.ts";
import { SELF_SERVICE } from "../token-shapes/cognito.ts";
import { CognitoFailure } from "./failure.ts";
import { type Call, countAttempt, expect, findUser, hasSecondFactor, passwordOf, type Pool, poolByClient, text } from "./pool.ts";
import { matchTotp, totpSecret } from "./totp.ts";

/** Seconds that an access token lives. */
const LIFETIME = 3600;

/** `InitiateAuth` with a password or a refresh token. @throws CognitoFailure */
export async function initiateAuth(call: Call): Promise<JsonObject> {
  const { pool, clientId } = poolByClient(call);
  const flow = text(call.request, "AuthFlow");
  if (clientId !== pool.twin.webClientId || !Object.hasOwn(FLOWS, flow)) {
    throw new CognitoFailure("InvalidParameterException", `${flow} flow not enabled for this client`);
  }
  return (FLOWS[flow] as Flow)(call, pool, parametersOf(call.request["AuthParameters"]));
}

type Flow = (call: Call, pool: Pool, parameters: JsonObject) => Promise<JsonObject>;

const FLOWS: Readonly<Record<string, Flow>> = {
  USER_PASSWORD_AUTH: byPassword,
  REFRESH_TOKEN_AUTH: byRefreshToken,
  REFRESH_TOKEN: byRefreshToken,
};

const parametersOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/** Whether nobody has that name or the password is another: the answer is the same, as `PreventUserExistenceErrors` asks. */
async function byPassword({ now }: Call, pool: Pool, parameters: JsonObject): Promise<JsonObject> {
  const [name, password] = [text(parameters, "USERNAME"), text(parameters, "PASSWORD")];
  const persona = findUser(pool, name);
  if (persona === null || passwordOf(pool, persona) !== password) throw new CognitoFailure("NotAuthorizedException");
  refuseDisabled(pool, persona);
  if (!hasSecondFactor(persona)) return startSession(pool, persona, ["pwd"], now);
  const { handle, ...pending } = expect(persona, pool.twin.webClientId, now);
  pool.challenges.set(handle, pending);
  return {
    ChallengeName: "SOFTWARE_TOKEN_MFA",
    Session: handle,
    ChallengeParameters: { USER_ID_FOR_SRP: persona.name, FRIENDLY_DEVICE_NAME: "Local twin" },
  };
}

/** `RespondToAuthChallenge` for a time-based one-time code. @throws CognitoFailure */
export async function respondToAuthChallenge(call: Call): Promise<JsonObject> {
  const { request, now } = call;
  const { pool, clientId } = poolByClient(call);
  if (text(request, "ChallengeName") !== "SOFTWARE_TOKEN_MFA") {
    throw new CognitoFailure("InvalidParameterException", "The local twin asks for SOFTWARE_TOKEN_MFA only.");
  }
  const handle = text(request, "Session");
  const pending = pool.challenges.get(handle);
  const responses = parametersOf(request["ChallengeResponses"]);
  const [name, code] = [text(responses, "USERNAME"), text(responses, "SOFTWARE_TOKEN_MFA_CODE")];
  if (pending === undefined || pending.clientId !== clientId || findUser(pool, name)?.name !== pending.persona.name) {
    throw new CognitoFailure("NotAuthorizedException", "Invalid session for the user.");
  }
  if (pending.expiresAt <= now) throw new CognitoFailure("NotAuthorizedException", "Invalid session for the user, session is expired.");
  countAttempt(pending);
  useCode(pool, pending.persona, code, now);
  pool.challenges.delete(handle);
  refuseDisabled(pool, pending.persona);
  return startSession(pool, pending.persona, ["pwd", "otp", "mfa"], now);
}

/** A code is good once (RFC 6238 section 5.2). */
function useCode({ usedCodes }: Pool, { name, subject }: Persona, code: string, now: number): void {
  const step = matchTotp(totpSecret(subject), code, now);
  if (step === null) throw new CognitoFailure("CodeMismatchException", "Invalid code received for user");
  if (step <= (usedCodes.get(name) ?? 0)) {
    throw new CognitoFailure("ExpiredCodeException", "Your software token has already been used once.");
  }
  usedCodes.set(name, step);
}

async function byRefreshToken({ now }: Call, pool: Pool, parameters: JsonObject): Promise<JsonObject> {
  const session = pool.twin.sessions.ofRefreshToken(text(parameters, "REFRESH_TOKEN"));
  if (session === null || session.clientId !== pool.twin.webClientId) {
    throw new CognitoFailure("NotAuthorizedException", "Invalid Refresh Token");
  }
  refuseDisabled(pool, session.persona);
  if (!session.isLive) throw new CognitoFailure("NotAuthorizedException", "Refresh Token has been revoked");
  return result(await tokensOf(pool, session, now));
}

function refuseDisabled({ twin }: Pool, persona: Persona): void {
  if (!twin.sessions.isEnabled(persona)) throw new CognitoFailure("NotAuthorizedException", "User is disabled.");
}

async function startSession(pool: Pool, persona: Persona, methods: readonly string[], now: number): Promise<JsonObject> {
  const { twin } = pool;
  const session = twin.sessions.start({ ...persona, methods }, twin.webClientId);
  const refreshToken = randomBytes(96).toString("base64url");
  twin.sessions.rememberRefresh(refreshToken, session);
  return result({ ...(await tokensOf(pool, session, now)), RefreshToken: refreshToken });
}

/** Signing in with the API gives no scope of any resource server: only what the user's own account needs. */
async function tokensOf({ twin }: Pool, session: Session, milliseconds: number): Promise<JsonObject> {
  const now = Math.floor(milliseconds / 1000);
  const options = { now, lifetime: LIFETIME, exactScopes: [SELF_SERVICE] };
  const [AccessToken, IdToken] = await Promise.all([
    issue(twin, session, { ...options, use: "access" }),
    issue(twin, session, { ...options, use: "id" }),
  ]);
  return { AccessToken, IdToken, ExpiresIn: LIFETIME, TokenType: "Bearer" };
}

const result = (tokens: JsonObject): JsonObject => ({ AuthenticationResult: tokens, ChallengeParameters: {} });
