import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject } from "../../src/json.ts";
import { readBody, sendJson } from "./http.ts";
import { standingOf } from "./issue.ts";
import { MACHINE_SECRET } from "./provider.ts";
import type { TwinIssuer } from "./twin-issuer.ts";

interface Credentials {
  readonly id: string;
  readonly secret: string;
}

/**
 * Token introspection (RFC 7662): whether a token of this issuer, a JWT or an opaque one, still stands. Asked by the issuer's
 * machine client, with its secret in the Authorization header or in the form. `now` in seconds.
 */
export const introspect = async (twin: TwinIssuer, request: IncomingMessage, response: ServerResponse, now: number): Promise<void> =>
  answer(twin, request, response, now, ({ id, secret }) => id === twin.machineClientId && isSame(secret, MACHINE_SECRET));

/**
 * The same at the real issuer's address, for the local build of the gateway, which is sent here in its place. Which client it is, and
 * with what secret, is between it and its configuration: some client has to ask.
 */
export async function introspectAt(
  twins: readonly TwinIssuer[],
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
  now: number,
): Promise<void> {
  const asked = twins.filter(({ issuer }) => issuer.settings.introspection !== undefined);
  const host = URL.parse(url)?.host;
  const twin = asked.find(({ iss }) => URL.parse(iss)?.host === host) ?? (asked.length === 1 ? asked[0] : undefined);
  if (twin === undefined) return sendJson(response, 404, { error: "invalid_request" });
  return answer(twin, request, response, now, ({ id, secret }) => id !== "" && secret !== "");
}

async function answer(
  twin: TwinIssuer,
  request: IncomingMessage,
  response: ServerResponse,
  now: number,
  mayAsk: (client: Credentials) => boolean,
): Promise<void> {
  if (request.method !== "POST") return sendJson(response, 405, { error: "invalid_request" });
  const form = new URLSearchParams(await readBody(request));
  const client = fromHeader(request.headers.authorization) ?? fromForm(form);
  if (client === null || !mayAsk(client)) {
    response.setHeader("www-authenticate", 'Basic realm="introspection"');
    return sendJson(response, 401, { error: "invalid_client" });
  }
  const token = form.get("token");
  if (token === null || token === "") return sendJson(response, 400, { error: "invalid_request" });
  const standing = await standingOf(twin, token, now);
  sendJson(response, 200, standing.state === "active" ? describe(standing.claims) : { active: false });
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
function fromHeader(header: string | undefined): Credentials | null {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return null;
  const [id = "", secret = ""] = Buffer.from(encoded, "base64")
    .toString()
    .split(":")
    .map((part) => new URLSearchParams(`part=${part}`).get("part") ?? "");
  return { id, secret };
}

function fromForm(form: URLSearchParams): Credentials | null {
  const [id, secret] = [form.get("client_id"), form.get("client_secret")];
  return id === null || secret === null ? null : { id, secret };
}

const digest = (text: string) => createHash("sha256").update(text).digest();
const isSame = (one: string, other: string) => timingSafeEqual(digest(one), digest(other));

/** RFC 7662 section 2.2: the claims as they are, less the spellings that only tokens have. */
function describe(claims: JsonObject): JsonObject {
  const { scp, cid, azp, appid, ...others } = claims;
  const scopes = claims["scope"] ?? (Array.isArray(scp) ? scp.join(" ") : scp);
  const clientId = claims["client_id"] ?? cid ?? azp ?? appid;
  return {
    ...others,
    active: true,
    token_type: "Bearer",
    ...(scopes === undefined ? {} : { scope: scopes }),
    ...(clientId === undefined ? {} : { client_id: clientId }),
  };
}
