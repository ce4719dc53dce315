import { routes } from "../../gateway.routes.ts";
import { revocations } from "../../gateway.sessions.ts";
import { type BusinessEvent, guard } from "../../src/guard/index.ts";

/** The subprotocol by which a browser hands over its token: `webSocketCredential` in `gateway.config.ts`. */
const SUBPROTOCOL = "bearer";

const open = guard(routes, async () => ({ statusCode: 200 }), { revocations });

/**
 * `$connect`: the authorizer has let the caller in and the rule holds, so the connection may open. A browser that offers a
 * subprotocol hangs up unless the answer accepts it (RFC 6455 section 4.1), and one that offers none must not be given one.
 */
export const handler = async (event: BusinessEvent) => {
  const answer = await open(event);
  if (answer.statusCode !== 200 || !offers(event)) return answer;
  return { ...answer, headers: { "Sec-WebSocket-Protocol": SUBPROTOCOL } };
};

function offers({ headers }: BusinessEvent): boolean {
  const [, offered = ""] = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "sec-websocket-protocol") ?? [];
  return offered.split(",").some((name) => name.trim() === SUBPROTOCOL);
}
