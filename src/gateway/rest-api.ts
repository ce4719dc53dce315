import type { AuthorizationRequest } from "../authorize.ts";
import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { encodeText } from "../principal/codec.ts";
import { matchRoute, withoutDefault } from "../rules/match-route.ts";
import { parseArn } from "./arn.ts";
import { type ApiType, type AuthorizerHandler, type AuthorizerOptions, createAuthorizer } from "./authorizer.ts";
import { checkGatewayCall } from "./check-gateway.ts";
import { type HeaderSource, type QuerySource, readBearer, readRequestCredential } from "./credential.ts";
import { answerWithPolicy, type IamAnswer } from "./iam-answer.ts";
import { compilePolicyByRule } from "./policy/policy.ts";

/** All there is in a TOKEN authorizer's event. */
export interface RestTokenAuthorizerEvent {
  readonly type: string;
  readonly authorizationToken?: string | null;
  readonly methodArn: string;
}

/** The members this authorizer reads of a REQUEST authorizer's event, payload format 1.0. */
export interface RestRequestAuthorizerEvent extends HeaderSource, QuerySource {
  readonly type: string;
  readonly methodArn: string;
}

/**
 * The TOKEN authorizer of a REST API.
 * @throws ConfigurationError at once; its handler throws an Error with the message `Unauthorized` (401) or a SallyportError (500)
 */
export function restTokenAuthorizer(
  gateway: Gateway,
  options: AuthorizerOptions = {},
): AuthorizerHandler<RestTokenAuthorizerEvent, IamAnswer> {
  checkGatewayCall("restTokenAuthorizer", gateway, options);
  return createAuthorizer(
    withoutDefault(gateway),
    options,
    restApi<RestTokenAuthorizerEvent>("TOKEN", ({ authorizationToken }) => readBearer(authorizationToken)),
  );
}

/**
 * The REQUEST authorizer of a REST API, with `method.request.header.Authorization` as its identity source.
 * @throws ConfigurationError at once; its handler throws an Error with the message `Unauthorized` (401) or a SallyportError (500)
 */
export function restRequestAuthorizer(
  gateway: Gateway,
  options: AuthorizerOptions = {},
): AuthorizerHandler<RestRequestAuthorizerEvent, IamAnswer> {
  checkGatewayCall("restRequestAuthorizer", gateway, options);
  return createAuthorizer(withoutDefault(gateway), options, restApi<RestRequestAuthorizerEvent>("REQUEST", readRequestCredential));
}

interface RestEvent {
  readonly type: string;
  readonly methodArn: string;
}

/** The route comes from the ARN, which both kinds of event have and which the policy is about. */
function restApi<Event extends RestEvent>(type: string, credential: (event: Event) => string): ApiType<Event, IamAnswer> {
  return {
    read(event, gateway): AuthorizationRequest {
      const { method, path } = parseArn(event.methodArn);
      if (event.type !== type || method === null) throw new SallyportError("event_unsupported");
      return { route: matchRoute(gateway, method, path), credential: () => credential(event), isReused: true };
    },
    explainsDenials: true,
    encode: encodeText,
    answer: (event, outcome) => answerWithPolicy(parseArn(event.methodArn), outcome, compilePolicyByRule),
  };
}
