import type { JsonObject } from "../../src/json.ts";
import type { Persona } from "../personas.ts";

/**
 * What EventBridge passes on when CloudTrail saw an administrator's call at Cognito. The user is known by `sub`: names are hidden.
 * `now` in milliseconds.
 */
export const trailEvent = (eventName: string, userPoolId: string, { subject }: Persona, now: number): JsonObject => ({
  version: "0",
  source: "aws.cognito-idp",
  "detail-type": "AWS API Call via CloudTrail",
  account: "000000000000",
  region: userPoolId.split("_")[0] ?? "",
  time: timeOf(now),
  detail: {
    eventSource: "cognito-idp.amazonaws.com",
    eventName,
    eventTime: timeOf(now),
    userIdentity: { type: "IAMUser", arn: "arn:aws:iam::000000000000:user/local" },
    requestParameters: { userPoolId, username: "HIDDEN_DUE_TO_SECURITY_REASONS" },
    additionalEventData: { sub: subject },
  },
});

/** CloudTrail counts whole seconds. */
const timeOf = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
