import { resolverGuard } from "../../src/guard/index.ts";
import { appSyncAuthorizer, type RuleInput, verifyingGuard } from "../../src/index.ts";
import type { Principal } from "../../src/principal/principal.ts";
import { httpProxyEvent } from "../events/http-api.ts";
import { allValues, joinedValues, type Pairs } from "../events/incoming.ts";
import type { TestResponse } from "../gateway/types.ts";
import { type Action, type Deployment, type DeployOptions, deploy, KINDS, type KindName, REQUESTS, type Served } from "./apis.ts";
import { gateway } from "./sample-gateway.ts";

/** The part of a deployment that every kind has, with API Gateway in front or without. */
export type Api = Pick<Deployment, "served" | "logged" | "call" | "authorizerCalls">;

type DirectKind = "AppSync" | "Function URL" | "load balancer";
/** Every kind of API that the contract is about. */
export type AnyKind = KindName | DirectKind;

/** Where a kind of API has a status of its own: AppSync has one refusal for all, and functions can say that it is not their fault. */
const USUAL = { denied: 403, failed: 500 };
const DIRECT = { denied: 403, failed: 503 };
export const STATUSES: Readonly<Record<AnyKind, typeof USUAL>> = {
  ...(Object.fromEntries(Object.keys(KINDS).map((name) => [name, USUAL])) as Record<KindName, typeof USUAL>),
  AppSync: { denied: 401, failed: 500 },
  "Function URL": DIRECT,
  "load balancer": DIRECT,
};

export const isGatewayKind = (name: AnyKind): name is KindName => Object.hasOwn(KINDS, name);

/** Deploys the sample API as any kind. */
export function deployAny(name: AnyKind, options: DeployOptions): Api {
  if (isGatewayKind(name)) return deploy(name, options);
  return name === "AppSync" ? deployAppSync(options) : deployDirect(name, options);
}

/** What crosses the border between two services is JSON. */
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? "null");
const response = (status: number, body: unknown): TestResponse => ({ status, headers: {}, body: JSON.stringify(body) });
const lowerCased = (headers: Pairs): Pairs => headers.map(([name, value]) => [name.toLowerCase(), value]);

/**
 * An AppSync API whose fields are the sample's actions, each API with the rule of the action it is asked for: the token in the
 * Authorization header, without which the authorizer is not asked; resolver context of texts only; a Lambda resolver.
 */
function deployAppSync({ clock, jwks, config = gateway }: DeployOptions): Api {
  const served: Served[] = [];
  const logged: object[] = [];
  const log = (entry: object) => void logged.push(entry);
  let calls = 0;

  async function call(action: Action, headers: Pairs): Promise<TestResponse> {
    const rule: RuleInput = config.routes.get(REQUESTS[action].join(" "))?.rule ?? "authenticated";
    const sent = joinedValues(lowerCased(headers));
    const authorizationToken = sent["authorization"] ?? "";
    if (authorizationToken === "") return response(401, { errors: [{ errorType: "UnauthorizedException" }] });
    const requestContext = { apiId: "sampleappsync", accountId: "123456789012", requestId: "r-1", queryString: "query", variables: {} };
    const answer = await ask(() => {
      calls++;
      const authorizer = appSyncAuthorizer(config, { rule, clock, jwks, log });
      return authorizer(throughJson({ authorizationToken, requestContext, requestHeaders: sent }) as never);
    });
    if (answer === null) return response(500, { errors: [{ errorType: "AuthorizerFailure" }] });
    if (answer["isAuthorized"] !== true) return response(401, { errors: [{ errorType: "UnauthorizedException" }] });
    return resolve(rule, sent, answer["resolverContext"]);
  }

  async function resolve(rule: RuleInput, headers: object, resolverContext: unknown): Promise<TestResponse> {
    const isTexts = Object.values(resolverContext as object).every((value) => typeof value === "string");
    if (!isTexts) return response(500, { errors: [{ errorType: "AuthorizerFailure" }] });
    const event = {
      arguments: {},
      identity: { resolverContext },
      source: null,
      request: { headers },
      prev: null,
      info: { fieldName: "orders" },
    };
    const resolver = resolverGuard(rule, async (seen, { principal }) => serve(served, seen, principal), { clock, log });
    try {
      return response(200, throughJson(await resolver(throughJson(event))));
    } catch {
      return response(401, { errors: [{ errorType: "Unauthorized" }] });
    }
  }

  return { served, logged, call, authorizerCalls: () => calls };
}

async function ask(invoke: () => Promise<unknown>): Promise<Record<string, unknown> | null> {
  try {
    return throughJson(await invoke()) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function serve(served: Served[], event: unknown, principal: Principal | null): { readonly principal: Principal | null } {
  served.push({ event, principal });
  return { principal };
}

/** The sample's function with nothing in front of it that knows anybody. */
function deployDirect(name: Exclude<DirectKind, "AppSync">, { clock, jwks, config = gateway }: DeployOptions): Api {
  const served: Served[] = [];
  const logged: object[] = [];
  // The sample's `$default` is for messages; here it would be a route for every path.
  const paths = { ...config, routes: new Map([...config.routes].filter(([, route]) => route.method !== null)) };
  const guarded = verifyingGuard(
    paths,
    async (event, { principal }) => ({ statusCode: 200, body: JSON.stringify(serve(served, event, principal)) }),
    { clock, jwks, log: (entry) => void logged.push(entry) },
  );
  async function call(action: Action, headers: Pairs): Promise<TestResponse> {
    const [method, path] = REQUESTS[action];
    const event = name === "Function URL" ? functionUrlEvent(method, path, headers) : loadBalancerEvent(method, path, headers);
    const { statusCode, body } = throughJson(await guarded(throughJson(event))) as { statusCode: number; body: string };
    return { status: statusCode, headers: {}, body };
  }
  return { served, logged, call, authorizerCalls: () => 0 };
}

/** Function URLs write the events of HTTP APIs, with one route for everything. */
const functionUrlEvent = (method: string, path: string, headers: Pairs): object =>
  httpProxyEvent({ stage: "$default", method, path, headers, routeKey: "$default" });

/** A target group with lists of header values, the only ones in which a repeated header is seen. */
const loadBalancerEvent = (method: string, path: string, headers: Pairs): object => ({
  requestContext: { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/orders/6d0ecf831eec9f09" } },
  httpMethod: method,
  path,
  multiValueQueryStringParameters: {},
  multiValueHeaders: allValues(lowerCased(headers)),
  body: "",
  isBase64Encoded: false,
});
