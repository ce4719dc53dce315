import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject } from "../../src/json.ts";
import { parseObject, readBody } from "../identity-provider/http.ts";
import type { TwinIssuer } from "../identity-provider/twin-issuer.ts";
import { describeUserPool, describeUserPoolClient } from "./describe.ts";
import { CognitoFailure } from "./failure.ts";
import { type Call, poolsOf } from "./pool.ts";
import { initiateAuth, respondToAuthChallenge } from "./sign-in.ts";
import {
  adminDisableUser,
  adminEnableUser,
  adminGetUser,
  adminUserGlobalSignOut,
  confirmForgotPassword,
  forgotPassword,
  getUser,
  globalSignOut,
  revokeToken,
} from "./users.ts";

type Operation = (call: Call) => JsonObject | Promise<JsonObject>;

/** What anybody may call, and what needs a signature of an AWS account. Signatures are asked for and not checked. */
const OPEN: Readonly<Record<string, Operation>> = {
  InitiateAuth: initiateAuth,
  RespondToAuthChallenge: respondToAuthChallenge,
  GetUser: getUser,
  GlobalSignOut: globalSignOut,
  RevokeToken: revokeToken,
  ForgotPassword: forgotPassword,
  ConfirmForgotPassword: confirmForgotPassword,
};
const SIGNED: Readonly<Record<string, Operation>> = {
  AdminGetUser: adminGetUser,
  AdminUserGlobalSignOut: adminUserGlobalSignOut,
  AdminDisableUser: adminDisableUser,
  AdminEnableUser: adminEnableUser,
  DescribeUserPool: describeUserPool,
  DescribeUserPoolClient: describeUserPoolClient,
};

const TARGET = /^AWSCognitoIdentityProviderService\.([A-Za-z]+)$/;
const SIGNATURE = /^AWS4-HMAC-SHA256 Credential=/;

/** What the API is made of besides the stand-ins. */
export interface CognitoApiOptions {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly deliver: Call["deliver"];
  /** Default: nobody listens. */
  readonly publish?: Call["publish"] | undefined;
}

/** As much of Cognito's API as signing in, signing out and looking after an account needs: JSON 1.1 over one address. */
export function cognitoApi(twins: readonly TwinIssuer[], { clock, deliver, publish = async () => {} }: CognitoApiOptions) {
  const pools = poolsOf(twins, clock());
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const operation = operationOf(request);
      const body = parseObject(await readBody(request)) as JsonObject | null;
      if (body === null) throw new CognitoFailure("SerializationException");
      answer(response, 200, await operation({ pools, request: body, now: clock(), deliver, publish }));
    } catch (error) {
      if (!(error instanceof CognitoFailure)) throw error;
      response.setHeader("x-amzn-errortype", error.type);
      answer(response, 400, { __type: error.type, message: error.message });
    }
  };
}

function operationOf({ headers }: IncomingMessage): Operation {
  const name = TARGET.exec(String(headers["x-amz-target"] ?? ""))?.[1] ?? "";
  if (Object.hasOwn(OPEN, name)) return OPEN[name] as Operation;
  if (!Object.hasOwn(SIGNED, name)) throw new CognitoFailure("UnknownOperationException");
  if (!SIGNATURE.test(headers.authorization ?? "")) throw new CognitoFailure("MissingAuthenticationTokenException");
  return SIGNED[name] as Operation;
}

function answer(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1", "cache-control": "no-store" }).end(JSON.stringify(body));
}
