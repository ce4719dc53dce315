import type { JsonObject } from "../../src/json.ts";
import type { Persona } from "../personas.ts";
import { CognitoFailure } from "./failure.ts";
import {
  byAccessToken,
  type Call,
  countAttempt,
  expect,
  findUser,
  hasSecondFactor,
  type Pool,
  poolByClient,
  poolById,
  text,
} from "./pool.ts";
import { trailEvent } from "./trail.ts";

/** The shortest password that the twin's policy takes. */
export const MINIMUM_PASSWORD = 8;

/** What `GetUser` and `AdminGetUser` both say. */
const describe = (persona: Persona, attributes: string): JsonObject => ({
  Username: persona.name,
  [attributes]: Object.entries({
    sub: persona.subject,
    name: persona.displayName,
    ...(persona.email === null ? {} : { email: persona.email, email_verified: "true" }),
  }).map(([Name, Value]) => ({ Name, Value })),
  ...(hasSecondFactor(persona) ? { PreferredMfaSetting: "SOFTWARE_TOKEN_MFA", UserMFASettingList: ["SOFTWARE_TOKEN_MFA"] } : {}),
});

/** The persona as it is written down: a session's copy may hold fewer sign-in methods. */
const persona = ({ twin }: Pool, { name }: Persona): Persona => {
  const found = twin.personas.find((candidate) => candidate.name === name);
  if (found === undefined) throw new CognitoFailure("UserNotFoundException");
  return found;
};

/** `GetUser`. @throws CognitoFailure */
export async function getUser(call: Call): Promise<JsonObject> {
  const { pool, session } = await byAccessToken(call);
  return describe(persona(pool, session.persona), "UserAttributes");
}

/** `GlobalSignOut`. @throws CognitoFailure */
export async function globalSignOut(call: Call): Promise<JsonObject> {
  const { pool, session } = await byAccessToken(call);
  pool.twin.sessions.endAll(session.persona);
  return {};
}

/** `RevokeToken`: ends the session of a refresh token. A token that nobody knows is as good as revoked. @throws CognitoFailure */
export function revokeToken(call: Call): JsonObject {
  const { pool, clientId } = poolByClient(call);
  const token = text(call.request, "Token");
  const { sessions } = pool.twin;
  if (sessions.ofToken(token) !== null) throw new CognitoFailure("UnsupportedTokenTypeException");
  const session = sessions.ofRefreshToken(token);
  if (session === null) return {};
  if (session.clientId !== clientId) throw new CognitoFailure("UnauthorizedException");
  sessions.end(session.id);
  return {};
}

/** `ForgotPassword`: the answer for a name that nobody has looks like any other. @throws CognitoFailure */
export function forgotPassword(call: Call): JsonObject {
  const { pool, clientId } = poolByClient(call);
  const user = findUser(pool, text(call.request, "Username"));
  if (user !== null && pool.twin.sessions.isEnabled(user)) {
    const pending = expect(user, clientId, call.now);
    pool.resets.set(user.name, pending);
    call.deliver(user, pending.code);
  }
  return { CodeDeliveryDetails: { AttributeName: "email", DeliveryMedium: "EMAIL", Destination: "u***@e***" } };
}

/** `ConfirmForgotPassword`. @throws CognitoFailure */
export function confirmForgotPassword(call: Call): JsonObject {
  const { pool } = poolByClient(call);
  const { request, now } = call;
  const user = findUser(pool, text(request, "Username"));
  const [code, password] = [text(request, "ConfirmationCode"), text(request, "Password")];
  if (password.length < MINIMUM_PASSWORD) throw new CognitoFailure("InvalidPasswordException");
  // Whether there is such a user is not told: to a stranger every code is a wrong one.
  if (user === null || !pool.twin.sessions.isEnabled(user)) throw new CognitoFailure("CodeMismatchException");
  const pending = pool.resets.get(user.name);
  if (pending === undefined || pending.expiresAt <= now) throw new CognitoFailure("ExpiredCodeException");
  countAttempt(pending);
  if (pending.code !== code) throw new CognitoFailure("CodeMismatchException");
  pool.resets.delete(user.name);
  pool.passwords.set(user.name, password);
  return {};
}

/** `AdminGetUser`. @throws CognitoFailure */
export function adminGetUser(call: Call): JsonObject {
  const { pool, user } = named(call);
  return {
    ...describe(user, "UserAttributes"),
    Enabled: pool.twin.sessions.isEnabled(user),
    UserStatus: user.federatedBy === null ? "CONFIRMED" : "EXTERNAL_PROVIDER",
    UserCreateDate: pool.since,
    UserLastModifiedDate: pool.since,
  };
}

/** `AdminUserGlobalSignOut`. @throws CognitoFailure */
export async function adminUserGlobalSignOut(call: Call): Promise<JsonObject> {
  const { pool, user } = named(call);
  pool.twin.sessions.endAll(user);
  await call.publish(trailEvent("AdminUserGlobalSignOut", pool.id, user, call.now));
  return {};
}

/** `AdminDisableUser`. @throws CognitoFailure */
export async function adminDisableUser(call: Call): Promise<JsonObject> {
  const { pool, user } = named(call);
  pool.twin.sessions.setEnabled(user, false);
  await call.publish(trailEvent("AdminDisableUser", pool.id, user, call.now));
  return {};
}

/** `AdminEnableUser`. @throws CognitoFailure */
export function adminEnableUser(call: Call): JsonObject {
  const { pool, user } = named(call);
  pool.twin.sessions.setEnabled(user, true);
  return {};
}

function named(call: Call) {
  const pool = poolById(call);
  const user = findUser(pool, text(call.request, "Username"));
  if (user === null) throw new CognitoFailure("UserNotFoundException");
  return { pool, user };
}
