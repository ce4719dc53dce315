import { httpProxyEvent } from "./http-api.ts";
import type { Incoming } from "./incoming.ts";
import { restProxyEvent } from "./rest.ts";

type Claims = Readonly<Record<string, unknown>>;

/** A claim as an HTTP API's JWT authorizer writes it: lists in brackets, their elements between spaces; objects as JSON. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asText).join(" ")}]`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** All claims as texts; nulls are dropped. */
export function textClaims(claims: Claims): Record<string, string> {
  const present = Object.entries(claims).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, asText(value)]));
}

/** How a REST API's Cognito authorizer writes claims: dates as Java prints them, lists joined by commas. */
export function cognitoClaims(claims: Claims): Record<string, string> {
  const entries = Object.entries(claims).map(([name, value]) => {
    if (name === "exp" || name === "iat") return [name, javaDate(Number(value))] as const;
    return [name, Array.isArray(value) ? value.map(asText).join(",") : asText(value)] as const;
  });
  return Object.fromEntries(entries);
}

function javaDate(seconds: number): string {
  const [weekday = "", day = "", month = "", year = "", time = ""] = new Date(seconds * 1000).toUTCString().split(" ");
  return `${weekday.slice(0, 3)} ${month} ${day} ${time} UTC ${year}`;
}

/** The integration's event behind each of API Gateway's own authorizers, payload and all. */
export const NATIVE_EVENTS = {
  "http-jwt": (request: Partial<Incoming>, claims: Claims, scopes: readonly string[] | null = null): object =>
    withAuthorizer(httpProxyEvent(request), { jwt: { claims: textClaims(claims), scopes } }),
  "http-jwt-1.0": (request: Partial<Incoming>, claims: Claims, scopes: readonly string[] | null = null): object => ({
    version: "1.0",
    ...withAuthorizer(restProxyEvent({ stage: "$default", ...request }), { claims: textClaims(claims), scopes }),
  }),
  "rest-jwt": (request: Partial<Incoming>, claims: Claims): object => withAuthorizer(restProxyEvent(request), { claims }),
  "rest-cognito": (request: Partial<Incoming>, claims: Claims): object =>
    withAuthorizer(restProxyEvent(request), { claims: cognitoClaims(claims) }),
} as const;

/** The event with this in the place where authorizers leave what they found. */
export function withAuthorizer<Event extends { readonly requestContext: object }>(event: Event, authorizer: unknown): Event {
  return { ...event, requestContext: { ...event.requestContext, authorizer } };
}
