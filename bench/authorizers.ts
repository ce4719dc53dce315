import { type AuthorizerOptions, type Gateway, httpAuthorizer, restTokenAuthorizer } from "../src/index.ts";
import type { HttpAuthorizerEvent } from "../src/gateway/http-api.ts";
import { routeKey, type Signer } from "./tokens.ts";

/** One authorization of a token on route number `route`, event in and answer out. Throws where it is not allowed. */
export type Authorize = (token: string, route: number) => Promise<void>;

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

/** The authorizer of an HTTP API, event in and answer out. */
export function httpHandler(gateway: Gateway, signer: Signer): (event: HttpAuthorizerEvent) => Promise<void> {
  const authorizer = httpAuthorizer(gateway, optionsFor(signer));
  return async (event) => {
    const { isAuthorized } = await authorizer(event);
    if (!isAuthorized) throw new Error("The authorizer denied a good token.");
  };
}

/** The same for a token. */
export function httpApi(gateway: Gateway, signer: Signer): Authorize {
  const authorize = httpHandler(gateway, signer);
  return (token, route) => authorize(httpEvent(token, route));
}

/** The TOKEN authorizer of a REST API, whose answer is a policy over every route that the principal may use. */
export function restApi(gateway: Gateway, signer: Signer): Authorize {
  const authorizer = restTokenAuthorizer(gateway, optionsFor(signer));
  return async (token, route) => {
    const { context } = await authorizer({
      type: "TOKEN",
      authorizationToken: `Bearer ${token}`,
      methodArn: `arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/orders-${route}/7`,
    });
    if (context === undefined || "reason" in context) throw new Error("The authorizer denied a good token.");
  };
}
