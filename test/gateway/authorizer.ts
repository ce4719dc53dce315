import { httpAuthorizerEvent, httpAuthorizerEventV1 } from "../events/http-api.ts";
import { arnOf, type Incoming } from "../events/incoming.ts";
import { restRequestEvent, restTokenEvent } from "../events/rest.ts";
import { type Connection, webSocketAuthorizerEvent } from "../events/websocket.ts";
import { type Answer, applyAnswer, readAnswer } from "./answer.ts";
import { type IdentitySource, identitySource } from "./identity-sources.ts";
import type { ApiType, Authorization, AuthorizerConfig, Refusal } from "./types.ts";

/** Runs one configured authorizer, with its identity sources and its cache. */
export interface Authorizer {
  authorize(request: Incoming, connection?: Connection): Promise<Authorization>;
}

/** Calls a Lambda and answers what it returned, after a trip through JSON; throws what it threw. */
export type Invoke = (event: unknown) => Promise<unknown>;

const DEFAULT_TTL: Readonly<Record<ApiType, number>> = { rest: 300, http: 0, websocket: 0 };
const MAX_TTL = 3600;
/** The one message that is an answer and not a failure. */
const UNAUTHORIZED_SIGNAL = "Unauthorized";

/** @throws Error for what API Gateway would refuse to deploy. */
export function createAuthorizer(api: ApiType, config: AuthorizerConfig, invoke: Invoke): Authorizer {
  const ttl = config.ttl ?? (config.identitySources.length === 0 ? 0 : DEFAULT_TTL[api]);
  checkConfig(api, config, ttl);
  const sources = config.identitySources.map((text) => identitySource(api, text));
  const cache = new Map<string, { readonly answer: Answer; readonly until: number }>();
  return {
    async authorize(request, connection) {
      const identity = readIdentity(config, sources, request);
      if (identity === null) return refused("UNAUTHORIZED");
      const arn = arnOf(request, api === "websocket");
      const key = JSON.stringify(identity);
      const cached = cache.get(key);
      if (cached !== undefined && request.now < cached.until) return applyAnswer(cached.answer, arn);
      const answer = await ask(api, config, invoke, eventOf(api, config, request, identity, connection));
      if (typeof answer === "string") return refused(answer);
      if (ttl > 0) cache.set(key, { answer, until: request.now + ttl * 1000 });
      return applyAnswer(answer, arn);
    },
  };
}

function refused(refusal: Refusal): Authorization {
  return { allowed: false, refusal, context: null };
}

async function ask(api: ApiType, config: AuthorizerConfig, invoke: Invoke, event: unknown): Promise<Answer | Refusal> {
  let result: unknown;
  try {
    result = await invoke(event);
  } catch (error) {
    return error instanceof Error && error.message === UNAUTHORIZED_SIGNAL ? "UNAUTHORIZED" : "AUTHORIZER_FAILURE";
  }
  return readAnswer(api, config, result) ?? "AUTHORIZER_CONFIGURATION_ERROR";
}

/** The identity sources' values; null where one is missing or empty, or the token is not of the expected form. */
function readIdentity(config: AuthorizerConfig, sources: readonly IdentitySource[], request: Incoming): readonly string[] | null {
  const values = sources.map((read) => read(request));
  if (values.some((value) => value === "")) return null;
  const expected = config.identityValidationExpression;
  if (expected !== undefined && !new RegExp(`^(?:${expected})$`).test(values[0] ?? "")) return null;
  return values;
}

function eventOf(
  api: ApiType,
  config: AuthorizerConfig,
  request: Incoming,
  identity: readonly string[],
  connection: Connection | undefined,
): unknown {
  if (api === "websocket") return webSocketAuthorizerEvent(request, connection);
  if (api === "rest") return config.type === "TOKEN" ? restTokenEvent(request, identity[0]) : restRequestEvent(request);
  return config.payload === "1.0" ? httpAuthorizerEventV1(request, identity) : httpAuthorizerEvent(request, identity);
}

function checkConfig(api: ApiType, config: AuthorizerConfig, ttl: number): void {
  const faults: readonly (readonly [boolean, string])[] = [
    [ttl < 0 || ttl > MAX_TTL, "The TTL must be 0 to 3600 seconds."],
    [ttl > 0 && api === "websocket", "WebSocket authorizers have no cache."],
    [ttl > 0 && config.identitySources.length === 0, "A cache needs an identity source."],
    [config.type === "TOKEN" && api !== "rest", "Only REST APIs have TOKEN authorizers."],
    [config.type === "TOKEN" && config.identitySources.length !== 1, "A TOKEN authorizer has one identity source."],
    [
      config.type === "TOKEN" && config.identitySources[0]?.startsWith("method.request.header.") !== true,
      "A TOKEN authorizer reads a header.",
    ],
    [config.type !== "TOKEN" && config.identityValidationExpression !== undefined, "Only TOKEN authorizers have a validation expression."],
    [config.payload === "2.0" && api !== "http", "Only HTTP APIs have payload 2.0."],
    [config.simple === true && config.payload !== "2.0", "Simple responses need payload 2.0."],
  ];
  for (const [fault, message] of faults) if (fault) throw new Error(message);
}
