import { env } from "../../src/config/env.ts";
import { cognitoSessions } from "../../src/sessions/cognito-sessions.ts";

/**
 * Who else has to end a session, by the issuer's name in gateway.config.ts. As an administrator: the app's tokens do not carry the
 * scope that would let a user end all sessions.
 */
export const providers = {
  customers: cognitoSessions({ userPoolId: env("CUSTOMERS_POOL_ID"), everywhere: "admin" }),
};
