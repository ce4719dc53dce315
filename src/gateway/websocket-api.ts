import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { encodeText } from "../principal/codec.ts";
import { routeOf } from "../rules/match-route.ts";
import { MAX_TOKEN_LENGTH } from "../token/decode.ts";
import { parseArn } from "./arn.ts";
import { type ApiType, type AuthorizerHandler, type AuthorizerOptions, createAuthorizer } from "./authorizer.ts";
import { checkGatewayCall } from "./check-gateway.ts";
import { type HeaderSource, headerValues, onlyOne, type QuerySource, queryValues, readBearer } from "./credential.ts";
import { answerWithPolicy, type IamAnswer } from "./iam-answer.ts";
import { connectPolicy } from "./policy/policy-document.ts";

/** The members this authorizer reads of a WebSocket API's `$connect` event. */
export interface WebSocketAuthorizerEvent extends HeaderSource, QuerySource {
  readonly type: string;
  readonly methodArn: string;
}

/**
 * The authorizer of a WebSocket API's `$connect` route. Browsers cannot set headers there, so a gateway may also accept the
 * token as a subprotocol or a query parameter (`webSocketCredential`); exactly one of them may be present.
 * @throws ConfigurationError at once; its handler throws an Error with the message `Unauthorized` (401) or a SallyportError (500)
 */
export function webSocketAuthorizer(
  gateway: Gateway,
  options: AuthorizerOptions = {},
): AuthorizerHandler<WebSocketAuthorizerEvent, IamAnswer> {
  checkGatewayCall("webSocketAuthorizer", gateway, options);
  return createAuthorizer(gateway, options, webSocketApi);
}

const webSocketApi: ApiType<WebSocketAuthorizerEvent, IamAnswer> = {
  read(event, gateway) {
    const { routeKey } = parseArn(event.methodArn);
    if (event.type !== "REQUEST" || routeKey === null) throw new SallyportError("event_unsupported");
    const credential = () => readWebSocketCredential(event, gateway.webSocketCredential);
    // What is found out of who connects goes with every message.
    return { route: routeOf(gateway, routeKey), credential, isReused: true };
  },
  encode: encodeText,
  answer: (event, outcome) => answerWithPolicy(parseArn(event.methodArn), outcome, connectPolicy),
};

function readWebSocketCredential(event: WebSocketAuthorizerEvent, accepted: Gateway["webSocketCredential"]): string {
  const { queryParameter, subprotocol } = accepted;
  const inHeader = headerValues(event, "authorization").map(readBearer);
  const inProtocol = subprotocol === null ? [] : subprotocolTokens(event, subprotocol);
  const inQuery = queryParameter === null ? [] : queryValues(event, queryParameter);
  return onlyOne([...inHeader, ...inProtocol, ...inQuery]);
}

/** The token is the subprotocol listed right after the agreed name: `Sec-WebSocket-Protocol: bearer, <token>`. */
function subprotocolTokens(event: HeaderSource, name: string): readonly string[] {
  const offered = headerValues(event, "sec-websocket-protocol").join(",");
  if (offered.length > MAX_TOKEN_LENGTH + 256) throw new SallyportError("credential_too_large");
  const names = offered.split(",").map((part) => part.trim());
  return names.filter((_, index) => index > 0 && names[index - 1] === name);
}
