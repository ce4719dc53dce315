import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Gateway } from "../../src/gateway.ts";
import { homeLogin } from "./home-login.ts";
import { keyDocument } from "./key-documents.ts";
import { findPersona, type TwinIssuer, twinIssuers } from "./twin-issuer.ts";
import { mint, VARIANTS, type Variant } from "./mint.ts";
import { CONTENT_SECURITY_POLICY } from "./page.ts";
import { homePage, loginPage } from "./pages.ts";
import { type LoginProvider, loginProvider } from "./provider.ts";

/** The running identity provider. */
export interface IdentityProvider {
  readonly twins: readonly TwinIssuer[];
  readonly server: Server;
}

/** Everything a request handler needs. */
interface Context {
  readonly twins: readonly TwinIssuer[];
  readonly logins: ReadonlyMap<string, LoginProvider>;
  readonly home: ReturnType<typeof homeLogin>;
}

/** How much of a form or a mint request is read, in bytes. */
const MAX_BODY = 16_384;

/** Prepares the stand-in for every issuer of the gateway; the server is not listening yet. */
export async function identityProvider(gateway: Gateway, port: number, apiUrl: string): Promise<IdentityProvider> {
  const base = `http://127.0.0.1:${port}`;
  const twins = await twinIssuers(gateway);
  const logins = new Map(await Promise.all(twins.map(async (twin) => [twin.issuer.name, await loginProvider(twin, base)] as const)));
  const context: Context = { twins, logins, home: homeLogin(twins, base, apiUrl) };
  const server = createServer((request, response) => {
    respond(context, request, response).catch((error: unknown) => {
      console.error("The local identity provider failed:", error);
      if (!response.headersSent) send(response, 500, "text/plain", "The local identity provider failed; see its console.\n");
    });
  });
  return { twins, server };
}

/** The twin's own addresses; everything deeper belongs to the issuer that is named first. */
const OWN: Readonly<
  Record<string, (context: Context, url: URL, request: IncomingMessage, response: ServerResponse) => Promise<void> | void>
> = {
  "GET /": ({ twins }, _, __, response) => sendPage(response, homePage(twins)),
  "GET /keys": ({ twins }, url, _, response) => sendKeys(twins, url.searchParams.get("url") ?? "", response),
  "POST /mint": ({ twins }, _, request, response) => sendToken(twins, request, response),
  "GET /sign-in": ({ home }, url, _, response) => home.start(url, response),
  "GET /signed-in": async ({ home }, url, _, response) => sendPage(response, await home.finish(url)),
};

async function respond(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isLocal(request.headers.host)) return send(response, 403, "text/plain", "Only for this machine.\n");
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const own = OWN[`${request.method} ${url.pathname}`];
  if (own !== undefined) return own(context, url, request, response);

  const [, name = "", place = ""] = url.pathname.split("/");
  const login = context.logins.get(name);
  const twin = context.twins.find(({ issuer }) => issuer.name === name);
  if (login === undefined || twin === undefined) return send(response, 404, "text/plain", "There is nothing here.\n");
  if (place === "login") return answerLogin(twin, login, request, response);
  // oidc-provider finds the path that it is mounted at by comparing the two.
  Object.assign(request, { originalUrl: request.url });
  request.url = (request.url ?? "").slice(name.length + 1) || "/";
  return login.handle(request, response);
}

async function answerLogin(
  twin: TwinIssuer,
  { provider }: LoginProvider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await provider.interactionDetails(request, response);
    if (request.method !== "POST") return sendPage(response, loginPage(twin, null));
    const typed = new URLSearchParams(await readBody(request)).get("as") ?? "";
    const persona = twin.personas.find(({ kind, name, email }) => kind === "user" && [name, email].includes(typed));
    if (persona === undefined) return sendPage(response, loginPage(twin, `Nobody here is called ${typed}.`));
    await provider.interactionFinished(request, response, { login: { accountId: persona.subject, amr: [...persona.methods] } });
  } catch (error) {
    if (!(error instanceof Error && error.name === "SessionNotFound")) throw error;
    send(response, 400, "text/plain", "This login has ended or was started in another browser. Start again.\n");
  }
}

function sendKeys(twins: readonly TwinIssuer[], url: string, response: ServerResponse): void {
  const document = keyDocument(twins, url);
  if (document === null) return send(response, 404, "text/plain", "No issuer of gateway.config.ts publishes keys there.\n");
  send(response, 200, "application/json", JSON.stringify(document));
}

/** The body of a mint request: `{ as, variant?, ttl?, use? }`; `ttl` in seconds. */
async function sendToken(twins: readonly TwinIssuer[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Pages in a browser have no business here; only they send this header.
  if (request.headers.origin !== undefined) return send(response, 403, "text/plain", "Not for browsers.\n");
  const wanted = parseObject(await readBody(request));
  const found = findPersona(twins, String(wanted.as ?? ""));
  const names = twins.flatMap(({ personas }) => personas.map(({ name }) => name));
  if (found === null) return sendJson(response, 404, { error: "unknown_persona", personas: names });
  const variant = VARIANTS.find((candidate) => candidate === (wanted.variant ?? "valid"));
  if (variant === undefined) return sendJson(response, 400, { error: "unknown_variant", variants: VARIANTS });
  const token = await mint(found.twin, found.persona, { now: Math.floor(Date.now() / 1000), others: twins, ...optionsOf(wanted, variant) });
  sendJson(response, 200, { token });
}

function optionsOf({ ttl, use }: Readonly<Record<string, unknown>>, variant: Variant) {
  return {
    variant,
    ...(typeof ttl === "number" && Number.isSafeInteger(ttl) ? { lifetime: ttl } : {}),
    ...(use === "id" || use === "access" ? ({ use } as const) : {}),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A name that a foreign page could have pointed at this machine is turned away. */
const isLocal = (host: string | undefined): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? "");

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > MAX_BODY) throw new Error("The request is too large.");
  }
  return body;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" }).end(body);
}

const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  send(response, status, "application/json", JSON.stringify(body));

function sendPage(response: ServerResponse, body: string): void {
  response.setHeader("content-security-policy", CONTENT_SECURITY_POLICY);
  response.setHeader("referrer-policy", "no-referrer");
  send(response, 200, "text/html", body);
}
