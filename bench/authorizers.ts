import { type AuthorizerOptions, type Gateway, httpAuthorizer, restTokenAuthorizer } from "../src/index.ts";
import type { HttpAuthorizerEvent } from "../src/gateway/http-api.ts";
import type { RestTokenAuthorizerEvent } from "../src/gateway/rest-api.ts";
import type { Contender } from "./measure.ts";
import { routeKey, type Signer } from "./tokens.ts";

/** One decision about an event that is there already: event in and answer out. Throws where it is not allowed. */
export type Decide = () => Promise<void>;

/** Makes the event that asks for route number `route` with a token, so that it is no part of what the decision takes. */
export type Prepare = (token: string, route: number) => Decide;

/** Keys come from the signer by way of `fetch`, so that the cache of fetched keys is a part of what is measured. */
function optionsFor({ jwks }: Signer): AuthorizerOptions {
  const body = Buffer.from(JSON.stringify(jwks));
  const headers = { get: (name: string) => (name.toLowerCase() === "content-type" ? "application/json" : null) };
  return { fetch: async () => ({ status: 200, headers, body: bytes(body) }) };
}

async function* bytes(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

/** The event that asks an HTTP API's authorizer for route number `route`, read from JSON text as the Lambda runtime reads it. */
export function httpEvent(token: string, route: number): HttpAuthorizerEvent {
  const authorization = `Bearer ${token}`;
  const key = routeKey(route);
  const event: HttpAuthorizerEvent = {
    version: "2.0",
    type: "REQUEST",
    routeKey: key,
    identitySource: [authorization, key],
    headers: { accept: "application/json", authorization, host: "api.bench.example", "user-agent": "bench" },
  };
  return JSON.parse(JSON.stringify(event)) as HttpAuthorizerEvent;
}

/** The same for the TOKEN authorizer of a REST API. */
function restEvent(token: string, route: number): RestTokenAuthorizerEvent {
  const event: RestTokenAuthorizerEvent = {
    type: "TOKEN",
    authorizationToken: `Bearer ${token}`,
    methodArn: `arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/orders-${route}/7`,
  };
  return JSON.parse(JSON.stringify(event)) as RestTokenAuthorizerEvent;
}

/** The authorizer of an HTTP API, event in and answer out. */
export function httpHandler(gateway: Gateway, signer: Signer): (event: HttpAuthorizerEvent) => Promise<void> {
  const authorizer = httpAuthorizer(gateway, optionsFor(signer));
  return async (event) => {
    const { isAuthorized } = await authorizer(event);
    if (!isAuthorized) throw new Error("The authorizer denied a good token.");
  };
}

/** The same, its events made of a token and a route. */
export function httpApi(gateway: Gateway, signer: Signer): Prepare {
  const authorize = httpHandler(gateway, signer);
  return (token, route) => {
    const event = httpEvent(token, route);
    return () => authorize(event);
  };
}

/** The TOKEN authorizer of a REST API, whose answer is a policy over every route that the principal may use. */
export function restApi(gateway: Gateway, signer: Signer): Prepare {
  const authorizer = restTokenAuthorizer(gateway, optionsFor(signer));
  return (token, route) => {
    const event = restEvent(token, route);
    return async () => {
      const { context } = await authorizer(event);
      if (context === undefined || "reason" in context) throw new Error("The authorizer denied a good token.");
    };
  };
}

/** One of several authorizers in a race: an input holds a decision for each of them, and this one makes the one at `index`. */
export function decideOwn(name: string, index: number): Contender<readonly Decide[]> {
  return {
    name,
    async work(inputs) {
      for (const decisions of inputs) await decisions[index]?.();
    },
  };
}
