import type { AuthorizationRequest } from "../authorize.ts";
import { SallyportError } from "../errors.ts";
import { type HeaderSource, type QuerySource, readRequestCredential } from "../gateway/credential.ts";
import type { Gateway } from "../gateway.ts";
import { hasLoadBalancerToken, LOAD_BALANCER_TOKEN, readLoadBalancerToken } from "./load-balancer-token.ts";
import { matchRoute } from "../rules/match-route.ts";
import { METHODS, segmentKind } from "../rules/route-key.ts";
import type { Route, RouteTable } from "../rules/route-table.ts";
import { type Members, membersOf } from "../members.ts";

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
 * The route of a path that nothing has normalised. A path that a reader of decoded paths could take for another route has none:
 * dot segments, escapes for slashes, and spellings of a literal other than the route table's.
 */
function directRoute(table: RouteTable, method: string, path: string): Route | null {
  const plain = respell(path);
  if (plain === null) return null;
  const route = matchRoute(table, method, path);
  return decodedTables(table).every((decoded) => matchRoute(decoded, method, plain)?.key === route?.key) ? route : null;
}

/**
 * A path with one spelling for everything that decodes alike, a backslash read as a slash; null where it does not decode, or
 * decodes to dot segments.
 */
function respell(path: string): string | null {
  try {
    const segments = decodeURIComponent(path).split(/[/\\]/);
    return segments.some((segment) => segment === "." || segment === "..") ? null : segments.map(encodeURIComponent).join("/");
  } catch {
    return null;
  }
}

const tables = new WeakMap<RouteTable, readonly RouteTable[]>();

/** The table as a reader of decoded paths has it, in both orders: which of two routes that decode alike would win, is not known. */
function decodedTables(table: RouteTable): readonly RouteTable[] {
  const known = tables.get(table);
  if (known !== undefined) return known;
  const routes = [...table.routes].map(([key, route]) => [key, { ...route, segments: route.segments.map(respellLiteral) }] as const);
  const made = [{ routes: new Map(routes) }, { routes: new Map(routes.toReversed()) }];
  tables.set(table, made);
  return made;
}

/** A literal that does not decode, or hides a slash, stays as it is: no path that is respelled ever equals it. */
function respellLiteral(segment: string): string {
  const plain = segmentKind(segment) === "literal" ? respell(segment) : null;
  return plain === null || plain.includes("/") ? segment : plain;
}
