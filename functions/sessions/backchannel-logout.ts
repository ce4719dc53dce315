import gateway from "../../gateway.config.ts";
import { revocations } from "../../gateway.sessions.ts";
import { backchannelLogout, env } from "../../src/index.ts";

/**
 * `POST /session/backchannel-logout`: an identity provider ends a session. By subject: access tokens of this provider do not carry
 * the session's id.
 */
export const handler = backchannelLogout(gateway, {
  revocations,
  issuers: { shops: { clientIds: [env("SHOPS_CLIENT_ID")], ends: "subject" } },
});
