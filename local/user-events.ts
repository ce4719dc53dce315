import type { CognitoApiOptions } from "./cognito-api/cognito-api.ts";
import type { Ports } from "./ports.ts";

/** The function of `serverless.yml`, at its usual stage, that a rule of EventBridge calls when a user of the pool is disabled. */
const FUNCTION = "sallyport-dev-userEvents";

/** Stands in for CloudTrail and EventBridge: calls the function before Cognito's answer goes out. */
export const userEventSender =
  ({ lambda }: Ports): NonNullable<CognitoApiOptions["publish"]> =>
  async (event) => {
    const url = `http://127.0.0.1:${lambda}/2015-03-31/functions/${FUNCTION}/invocations`;
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(event) }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok !== true) console.error(`${FUNCTION} did not take the event: ${answer?.status ?? "it does not answer"}.`);
  };
