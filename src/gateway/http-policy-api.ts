import { SallyportError } from "../errors.ts";
import type { Gateway } from "../gateway.ts";
import { encodeText } from "../principal/codec.ts";
import { matchRoute } from "../rules/match-route.ts";
import { type ParsedArn, parseArn } from "./arn.ts";
import { type ApiType, type AuthorizerHandler, type AuthorizerOptions, createAuthorizer } from "./authorizer.ts";
import { checkGatewayCall } from "./check-gateway.ts";
import type { HeaderSource, QuerySource } from "./credential.ts";
import { readHttpCredential } from "./http-api.ts";
import { answerWithPolicy, type IamAnswer } from "./iam-answer.ts";
import { compilePolicyByRule } from "./policy/policy.ts";

/** The members this authorizer reads of an HTTP API's event. */
export interface HttpPolicyAuthorizerEvent extends HeaderSource, QuerySource {
  /** Payload format, `1.0` or `2.0`. */
  readonly version: string;
  readonly type: string;
  /** Payload format 1.0. */
  readonly methodArn?: string;
  /** Payload format 2.0. */
  readonly routeArn?: string;
  /** Joined by commas in payload format 1.0, a list in 2.0. */
  readonly identitySource?: string | readonly string[] | null;
}

/**
 * The authorizer of an HTTP API that answers with an IAM policy: payload format 1.0, or 2.0 without simple responses. The policy
 * names everything the principal may reach, so `$request.header.Authorization` is identity source enough.
 * @throws ConfigurationError at once; its handler throws an Error with the message `Unauthorized` (401) or a SallyportError (500)
 */
export function httpPolicyAuthorizer(
  gateway: Gateway,
  options: AuthorizerOptions = {},
): AuthorizerHandler<HttpPolicyAuthorizerEvent, IamAnswer> {
  checkGatewayCall("httpPolicyAuthorizer", gateway, options);
  return createAuthorizer(gateway, options, httpPolicyApi);
}

const httpPolicyApi: ApiType<HttpPolicyAuthorizerEvent, IamAnswer> = {
  read(event, gateway) {
    const { method, path } = arnOf(event);
    if (event.type !== "REQUEST" || method === null) throw new SallyportError("event_unsupported");
    return { route: matchRoute(gateway, method, path), credential: () => readHttpCredential(event), isReused: true };
  },
  encode: encodeText,
  answer: (event, outcome) => answerWithPolicy(arnOf(event), outcome, compilePolicyByRule),
};

/** Each payload format has its own name for the one ARN that the policy is held against. */
const ARN_MEMBERS = { "1.0": "methodArn", "2.0": "routeArn" } as const;

function arnOf(event: HttpPolicyAuthorizerEvent): ParsedArn {
  if (!Object.hasOwn(ARN_MEMBERS, event.version)) throw new SallyportError("event_unsupported");
  return parseArn(event[ARN_MEMBERS[event.version as keyof typeof ARN_MEMBERS]]);
}
