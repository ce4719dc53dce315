import { SallyportError } from "../errors.ts";
import { isJsonObject, type JsonObject, member } from "../json.ts";
import type { ClaimType } from "./claim-types.ts";
import { readDate } from "./restore-claims.ts";

/** Which of API Gateway's own authorizers is in front, and in which form its integration is invoked. */
export type NativeAuthorizerKind = keyof typeof NATIVE_KINDS;

interface NativeKind {
  /** Whether the event is of this kind of API and payload. */
  readonly isOwn: (event: JsonObject, request: JsonObject) => boolean;
  /** The members of `requestContext.authorizer` on the way to the claims. */
  readonly path: readonly string[];
  /** Whether every claim is text; false: JSON values are kept. */
  readonly isText: boolean;
  /** The one provider this authorizer can stand for; null: any. */
  readonly provider: string | null;
  /** Types that differ on this kind of API. */
  readonly types: Readonly<Record<string, ClaimType>>;
}

const isHttpEvent = (event: JsonObject, version: string) => member(event, "version") === version;
/** REST events have no version, and a resource id that neither load balancers nor WebSocket APIs send. */
const isRestEvent = (event: JsonObject, request: JsonObject) =>
  member(event, "version") === undefined && typeof member(request, "resourceId") === "string" && !Object.hasOwn(request, "connectionId");

/** Every kind, as data. */
export const NATIVE_KINDS = {
  "http-jwt": {
    isOwn: (event, request) => isHttpEvent(event, "2.0") && typeof member(request, "routeKey") === "string",
    path: ["jwt", "claims"],
    isText: true,
    provider: null,
    types: {},
  },
  "http-jwt-1.0": {
    isOwn: (event) => isHttpEvent(event, "1.0") && typeof member(event, "resource") === "string",
    path: ["claims"],
    isText: true,
    provider: null,
    types: {},
  },
  "rest-jwt": { isOwn: isRestEvent, path: ["claims"], isText: false, provider: null, types: {} },
  "rest-cognito": {
    isOwn: isRestEvent,
    path: ["claims"],
    isText: true,
    provider: "cognito",
    // Lists are joined by commas, and a group's name may hold one.
    types: { "cognito:groups": "joined", "cognito:roles": "text", amr: "commas" },
  },
} as const satisfies Record<string, NativeKind>;

/** What other authorizers leave in the same place. Beside claims, they would make it two answers. */
const OTHERS = ["lambda", "iam", "jwt", "principal", "principalId"];

/**
 * The claims that API Gateway's own authorizer put into an event: JSON values, or all of them texts.
 * @throws SallyportError `event_unsupported` for an event of any other kind; `principal_missing` where there are no claims
 */
export function readNativeClaims(event: unknown, name: NativeAuthorizerKind): JsonObject {
  const kind: NativeKind = NATIVE_KINDS[name];
  const request = isJsonObject(event) ? member(event, "requestContext") : undefined;
  if (!isJsonObject(event) || !isJsonObject(request) || !kind.isOwn(event, request)) throw new SallyportError("event_unsupported");
  const authorizer = member(request, "authorizer");
  if (authorizer === undefined || authorizer === null) throw new SallyportError("principal_missing");
  if (!isJsonObject(authorizer)) throw new SallyportError("event_unsupported");
  if (OTHERS.some((other) => other !== kind.path[0] && Object.hasOwn(authorizer, other))) throw new SallyportError("event_unsupported");
  return kind.isText ? texts(claimsAt(authorizer, kind.path), name) : claimsAt(authorizer, kind.path);
}

function claimsAt(authorizer: JsonObject, path: readonly string[]): JsonObject {
  let found: JsonObject = authorizer;
  for (const name of path) {
    const next = member(found, name);
    if (next === undefined || next === null) throw new SallyportError("principal_missing");
    if (!isJsonObject(next)) throw new SallyportError("event_unsupported");
    found = next;
  }
  return found;
}

/** A claim that is no text was not written by this kind of API. */
function texts(claims: JsonObject, name: NativeAuthorizerKind): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(claims).map(([claim, value]) => {
      if (typeof value !== "string") throw new SallyportError("event_unsupported");
      const isDate = name === "rest-cognito" && (claim === "exp" || claim === "iat");
      return [claim, isDate ? readDate(value) : value];
    }),
  );
}
