import type {
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyResult,
  APIGatewayRequestAuthorizerHandler,
  APIGatewayRequestIAMAuthorizerHandlerV2,
  APIGatewayRequestSimpleAuthorizerHandlerV2WithContext,
  APIGatewayTokenAuthorizerHandler,
  AppSyncAuthorizerHandler,
} from "aws-lambda";
import { beforeAll, expect, it } from "vitest";
import { guard } from "../../src/guard/index.ts";
import {
  appSyncAuthorizer,
  httpAuthorizer,
  httpPolicyAuthorizer,
  restRequestAuthorizer,
  restTokenAuthorizer,
  webSocketAuthorizer,
} from "../../src/index.ts";
import { clock, createSample, gateway, type Sample } from "../authorize/sample.ts";

let sample: Sample;
beforeAll(async () => {
  sample = await createSample();
});

const ARN = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/live/GET/orders";

it("the handlers are what AWS's types for Lambda call a handler of each API type", () => {
  const token: APIGatewayTokenAuthorizerHandler = restTokenAuthorizer(gateway);
  const request: APIGatewayRequestAuthorizerHandler = restRequestAuthorizer(gateway);
  const connect: APIGatewayRequestAuthorizerHandler = webSocketAuthorizer(gateway);
  const simple: APIGatewayRequestSimpleAuthorizerHandlerV2WithContext<unknown> = httpAuthorizer(gateway);
  const policy: APIGatewayRequestIAMAuthorizerHandlerV2 = httpPolicyAuthorizer(gateway);
  const graph: AppSyncAuthorizerHandler<unknown> = appSyncAuthorizer(gateway, { rule: "authenticated" });
  const answer = async (): Promise<APIGatewayProxyResult> => ({ statusCode: 204, body: "" });
  const rest: APIGatewayProxyHandler = guard(gateway, answer);
  const http: APIGatewayProxyHandlerV2 = guard(gateway, answer);
  for (const handler of [token, request, connect, simple, policy, graph, rest, http]) expect(handler).toBeTypeOf("function");
});

it("an answer with a policy holds plain lists, and in its context nothing but text, numbers and flags", async () => {
  const authorizer = restTokenAuthorizer(gateway, { clock, jwks: sample.jwks, log: () => {} });
  for (const route of ["GET/orders", "POST/orders"]) {
    const methodArn = ARN.replace("GET/orders", route);
    const { policyDocument, context } = await authorizer({ type: "TOKEN", methodArn, authorizationToken: `Bearer ${await sample.good()}` });
    for (const { Resource } of policyDocument.Statement) Resource.push("arn:more");
    expect(Object.values(context).filter((value) => value !== null && typeof value === "object")).toEqual([]);
    expect(context).toHaveProperty("principal");
  }
});
