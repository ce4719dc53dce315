import { lazyCognito } from "../aws/cognito.ts";
import type { CognitoClient } from "../aws/cognito-client.ts";
import { checkCall } from "../config/check-call.ts";
import { checkKnown, ownMembers } from "../config/check-values.ts";
import type { Principal } from "../principal/principal.ts";
import { checkPoolId } from "./pool-id.ts";
import type { Ended, SessionProvider } from "./session-provider.ts";

/** How a user pool is asked to end sessions. */
export interface CognitoSessionsOptions {
  readonly userPoolId: string;
  /** Secrets of those app clients that have one. */
  readonly clientSecrets?: Readonly<Record<string, string>>;
  /**
   * `user` (default): `GlobalSignOut` with the caller's token, which must carry the scope `aws.cognito.signin.user.admin` and needs no
   * permission. `admin`: `AdminUserGlobalSignOut`, for tokens without that scope; the function needs the permission for it.
   */
  readonly everywhere?: "user" | "admin";
  /** Default: a client for the pool's region with the function's own credentials, made at the first call. */
  readonly client?: CognitoClient;
}

const NAMES = ["userPoolId", "clientSecrets", "everywhere", "client"];
/** What Cognito says of a token that it revoked before, beside other reasons under the same name. */
const REVOKED = /revoked/i;

/**
 * Ends sessions in an Amazon Cognito user pool. The AWS SDK (`@aws-sdk/client-cognito-identity-provider`, a peer to be installed
 * beside this package) is loaded at the first call only.
 * @throws ConfigurationError
 */
export function cognitoSessions(options: CognitoSessionsOptions): SessionProvider {
  const { userPoolId: UserPoolId, clientSecrets = {}, everywhere = "user", client: given } = ownMembers(options);
  checkCall("cognitoSessions", options, NAMES, (report) => {
    checkPoolId(UserPoolId, report);
    checkKnown(everywhere, ["user", "admin"], report, "everywhere");
  });
  const cognito = lazyCognito(UserPoolId, given);
  return {
    async endSession({ clientId: ClientId }, Token) {
      if (Token === null || ClientId === null) return "skipped";
      const secret = Object.hasOwn(clientSecrets, ClientId) ? clientSecrets[ClientId] : undefined;
      const { client, RevokeTokenCommand } = await cognito();
      return ended(client.send(new RevokeTokenCommand({ Token, ClientId, ...(secret !== undefined && { ClientSecret: secret }) })));
    },
    async endAllSessions(principal, AccessToken) {
      const { client, AdminUserGlobalSignOutCommand, GlobalSignOutCommand } = await cognito();
      if (everywhere === "admin")
        return ended(client.send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username: usernameOf(principal) })));
      return AccessToken === null ? "skipped" : ended(client.send(new GlobalSignOutCommand({ AccessToken })));
    },
  };
}

/** A user of the pool itself can be named by `sub`; a federated one only by the user name, which has to be forwarded for it. */
export function usernameOf({ subject, claims }: Principal): string {
  const { username } = claims;
  return typeof username === "string" ? username : subject;
}

async function ended(call: Promise<unknown>): Promise<Ended> {
  try {
    await call;
    return "done";
  } catch (error) {
    if (error instanceof Error && error.name === "NotAuthorizedException" && REVOKED.test(error.message)) return "already";
    throw error;
  }
}
