import { lazyCognito } from "../aws/cognito.ts";
import type { CognitoClient } from "../aws/cognito-client.ts";
import { checkNames, ownMembers } from "../config/check-values.ts";
import type { Principal } from "../principal/principal.ts";
import { checkPoolId } from "../sessions/pool-id.ts";
import { usernameOf } from "../sessions/cognito-sessions.ts";
import type { LiveCheck } from "./live-check.ts";

/** How a user pool is asked about a user. */
export interface CognitoLiveOptions {
  readonly userPoolId: string;
  /**
   * `user`: `GetUser` with the caller's token, which must carry the scope `aws.cognito.signin.user.admin`; Cognito then also says whether
   * the token was revoked. `admin`: `AdminGetUser`, for tokens without that scope: whether the user is there, enabled and in order; the
   * authorizer needs the permission for it.
   */
  readonly as: "user" | "admin";
  /** Default: a client for the pool's region with the function's own credentials, made at the first call. */
  readonly client?: CognitoClient;
}

const NAMES = ["userPoolId", "as", "client"];
/** Statuses of users who may be signed in. */
const IN_ORDER = ["CONFIRMED", "EXTERNAL_PROVIDER"];
/** Errors that are an answer about the user, and not a failure to get one. */
const ANSWERS = ["UserNotFoundException", "PasswordResetRequiredException", "UserNotConfirmedException", "NotAuthorizedException"];
/** The one refusal under such a name that says nothing about the user. */
const SCOPE_MISSING = /scope/i;

/** Asks Amazon Cognito about the user, for routes with `live()`. The AWS SDK is loaded at the first call only. */
export function cognitoLive(options: CognitoLiveOptions): LiveCheck {
  const own = ownMembers(options);
  const { userPoolId: UserPoolId, as, client: given } = own;
  return {
    check(report) {
      checkNames({ ...own }, NAMES, report);
      checkPoolId(UserPoolId, report);
      if (!["user", "admin"].includes(as)) report.problem("as", "is not decided.", 'Write "user" or "admin".');
    },
    open() {
      const cognito = lazyCognito(UserPoolId, given);
      const asUser = async (AccessToken: string) => {
        const { client, GetUserCommand } = await cognito();
        await client.send(new GetUserCommand({ AccessToken }));
        return true;
      };
      const asAdmin = async (principal: Principal) => {
        const { client, AdminGetUserCommand } = await cognito();
        const answer = await client.send(new AdminGetUserCommand({ UserPoolId, Username: usernameOf(principal) }));
        const { Enabled, UserStatus } = answer as { readonly Enabled?: unknown; readonly UserStatus?: unknown };
        return Enabled === true && IN_ORDER.some((status) => status === UserStatus);
      };
      return {
        isLive: async (text, principal) => {
          if (principal.kind !== "user") return false;
          return (as === "user" ? asUser(text) : asAdmin(principal)).catch(isAnswer);
        },
      };
    },
  };
}

/** @throws what is no answer */
function isAnswer(error: unknown): false {
  if (error instanceof Error && ANSWERS.includes(error.name) && !SCOPE_MISSING.test(error.message)) return false;
  throw error;
}
