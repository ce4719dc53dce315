import type { AuthorizationRequest } from "../authorize.ts";
import { SallyportError } from "../errors.ts";
import { type HeaderSource, type QuerySource, readRequestCredential } from "../gateway/credential.ts";
import type { Gateway } from "../gateway.ts";
import { hasLoadBalancerToken, LOAD_BALANCER_TOKEN, readLoadBalancerToken } from "./load-balancer-token.ts";
import { matchRoute } from "../rules/match-route.ts";
import { METHODS } from "../rules/route-key.ts";
import type { Route, RouteTable } from "../rules/route-table.ts";

type Members = Readonly<Record<string, unknown>>;

const membersOf = (value: unknown): Members => (typeof value === "object" && value !== null ? (value as Members) : {});

/**
 * Reads a request that no authorizer has seen: of a Function URL (payload format 2.0) or of an Application Load Balancer.
 * @throws SallyportError `event_unsupported`
 */
export function readDirectRequest(gateway: Gateway, event: unknown): AuthorizationRequest {
  const { method, path } = requestLine(membersOf(event));
  if (!(METHODS as readonly unknown[]).includes(method) || typeof path !== "string" || !path.startsWith("/"))
    throw new SallyportError("event_unsupported");
  const route = directRoute(gateway, method as string, path);
  const request = event as HeaderSource & QuerySource;
  // Only a load balancer writes this header itself; from anywhere else it is the client's.
  if (isLoadBalancerEvent(event) && hasLoadBalancerToken(gateway, request))
    return { route, credential: () => readLoadBalancerToken(request), form: LOAD_BALANCER_TOKEN };
  return { route, credential: () => readRequestCredential(request) };
}

function requestLine(event: Members): { readonly method: unknown; readonly path: unknown } {
  const context = membersOf(event["requestContext"]);
  if (isLoadBalancerEvent(event)) return { method: event["httpMethod"], path: event["path"] };
  // A named stage would be part of the path; Function URLs have none.
  if (event["version"] !== "2.0" || context["stage"] !== "$default") throw new SallyportError("event_unsupported");
  return { method: membersOf(context["http"])["method"], path: event["rawPath"] };
}

/** Whether a load balancer sent this, which wants its answers in the form in which it sends its headers. */
export function isLoadBalancerEvent(event: unknown): boolean {
  return typeof membersOf(membersOf(event)["requestContext"])["elb"] === "object";
}

/**
 * The route of a path that nothing has normalised. A path that another reader could take for another route has none: dot
 * segments, and escapes that decode to something else in the route table.
 */
function directRoute(table: RouteTable, method: string, path: string): Route | null {
  const decoded = decode(path);
  if (decoded === null || decoded.split(/[/\\]/).some((segment) => segment === "." || segment === "..")) return null;
  const route = matchRoute(table, method, path);
  return matchRoute(table, method, decoded) === route ? route : null;
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
