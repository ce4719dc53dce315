import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Gateway } from "../../src/gateway.ts";
import { cognitoApi, type CognitoApiOptions } from "../cognito-api/cognito-api.ts";
import type { Persona } from "../personas.ts";
import { logoutSender, type SendLogout, tellsOthers } from "./back-channel.ts";
import { loginConsole } from "./console.ts";
import { apiSignIn } from "./console-page.ts";
import { homeLogin } from "./home-login.ts";
import { keyDocument } from "./key-documents.ts";
import { parseObject, readBody, send, sendJson, sendPage } from "./http.ts";
import { introspect, introspectAt } from "./introspection.ts";
import { issue } from "./issue.ts";
import { clientIdOf, findPersona, type TwinIssuer, twinIssuers } from "./twin-issuer.ts";
import { VARIANTS, type Variant } from "./mint.ts";
import { homePage, loginPage } from "./pages.ts";
import { type LoginProvider, loginProvider } from "./provider.ts";

/** The running identity provider. */
export interface IdentityProvider {
  readonly twins: readonly TwinIssuer[];
  readonly server: Server;
}

/** Where the pages of logins are: no issuer can have this name. */
const CONSOLE = "_console";

/** What the identity provider may be given; nothing is needed. */
export interface IdentityProviderOptions {
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly clock?: () => number;
  /** By the issuer's name: the application that people sign in with, where the configuration admits any. */
  readonly webClients?: Readonly<Record<string, string>>;
  /** Takes what EventBridge would pass on of administrators' calls; default nobody. */
  readonly publish?: CognitoApiOptions["publish"];
}

/** Everything a request handler needs. */
interface Context {
  readonly twins: readonly TwinIssuer[];
  readonly logins: ReadonlyMap<string, LoginProvider>;
  readonly home: ReturnType<typeof homeLogin>;
  readonly cognito: ReturnType<typeof cognitoApi>;
  readonly console: ReturnType<typeof loginConsole>;
  readonly sendLogout: SendLogout;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** Prepares the stand-in for every issuer of the gateway; the server is not listening yet. */
export async function identityProvider(
  gateway: Gateway,
  port: number,
  apiUrl: string,
  { clock = Date.now, publish, webClients }: IdentityProviderOptions = {},
): Promise<IdentityProvider> {
  const base = `http://127.0.0.1:${port}`;
  const twins = await twinIssuers(gateway, webClients);
  const sendLogout = logoutSender(apiUrl, clock);
  const logins = new Map(
    await Promise.all(twins.map(async (twin) => [twin.issuer.name, await loginProvider(twin, base, sendLogout, clock)] as const)),
  );
  const pages = loginConsole(gateway, apiUrl, sendLogout);
  const cognito = cognitoApi(twins, { clock, deliver: sayCode, publish });
  const context: Context = {
    twins,
    logins,
    home: homeLogin(twins, base, pages.open),
    cognito,
    console: pages,
    sendLogout,
    now: () => Math.floor(clock() / 1000),
  };
  const server = createServer((request, response) => {
    respond(context, request, response).catch((error: unknown) => {
      console.error("The local identity provider failed:", error);
      if (!response.headersSent) send(response, 500, "text/plain", "The local identity provider failed; see its console.\n");
    });
  });
  return { twins, server };
}

/** What a real pool would send by e-mail. */
const sayCode = ({ name }: Persona, code: string) => console.log(`Code for a new password of ${name}: ${code}`);

/** The twin's own addresses; everything deeper belongs to the issuer that is named first. */
const OWN: Readonly<
  Record<string, (context: Context, url: URL, request: IncomingMessage, response: ServerResponse) => Promise<void> | void>
> = {
  "GET /": ({ twins }, _, __, response) => sendPage(response, homePage(twins, apiSignIn(twins))),
  "GET /keys": ({ twins }, url, _, response) => sendKeys(twins, url.searchParams.get("url") ?? "", response),
  // The local build sends everything that it would ask an issuer here: keys it fetches, tokens it asks about.
  "POST /keys": ({ twins, now }, url, request, response) =>
    introspectAt(twins, url.searchParams.get("url") ?? "", request, response, now()),
  "POST /mint": ({ twins, now }, _, request, response) => sendToken(twins, now(), request, response),
  "POST /": ({ cognito }, _, request, response) => cognito(request, response),
  "GET /sign-in": ({ home }, url, _, response) => home.start(url, response),
  "GET /signed-in": ({ home }, url, _, response) => home.finish(url, response),
  "POST /logout": ({ twins, sendLogout }, _, request, response) => logOut(twins, sendLogout, request, response),
};

async function respond(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isLocal(request.headers.host)) return send(response, 403, "text/plain", "Only for this machine.\n");
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const own = OWN[`${request.method} ${url.pathname}`];
  if (own !== undefined) return own(context, url, request, response);

  const [, name = "", place = ""] = url.pathname.split("/");
  if (name === CONSOLE) return answerConsole(context.console, place, request, response);
  const login = context.logins.get(name);
  const twin = context.twins.find(({ issuer }) => issuer.name === name);
  if (login === undefined || twin === undefined) return send(response, 404, "text/plain", "There is nothing here.\n");
  if (place === "login") return answerLogin(twin, login, request, response);
  if (place === "introspect") return introspect(twin, request, response, context.now());
  // oidc-provider finds the path that it is mounted at by comparing the two.
  Object.assign(request, { originalUrl: request.url });
  request.url = (request.url ?? "").slice(name.length + 1) || "/";
  return login.handle(request, response);
}

async function answerConsole(pages: Context["console"], handle: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === "POST") {
    const wanted = new URLSearchParams(await readBody(request)).get("do") ?? "";
    if (!(await pages.act(handle, wanted))) return send(response, 404, "text/plain", "There is nothing here.\n");
    return void response.writeHead(303, { location: `/${CONSOLE}/${handle}` }).end();
  }
  const found = pages.show(handle);
  if (found === null) return send(response, 404, "text/plain", "This login is of another start of the twin. Start again.\n");
  sendPage(response, found);
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
    if (!twin.sessions.isEnabled(persona)) return sendPage(response, loginPage(twin, `${persona.displayName} is disabled.`));
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

/** The body of a mint request: `{ as, variant?, ttl?, use?, opaque? }`; `ttl` in seconds. */
async function sendToken(twins: readonly TwinIssuer[], now: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Pages in a browser have no business here; only they send this header.
  if (request.headers.origin !== undefined) return send(response, 403, "text/plain", "Not for browsers.\n");
  const wanted = parseObject(await readBody(request)) ?? {};
  const found = findPersona(twins, String(wanted.as ?? ""));
  const names = twins.flatMap(({ personas }) => personas.map(({ name }) => name));
  if (found === null) return sendJson(response, 404, { error: "unknown_persona", personas: names });
  const variant = VARIANTS.find((candidate) => candidate === (wanted.variant ?? "valid"));
  if (variant === undefined) return sendJson(response, 400, { error: "unknown_variant", variants: VARIANTS });
  const { twin, persona } = found;
  const session = twin.sessions.start(persona, clientIdOf(twin, persona));
  const token = await issue(twin, session, { now, others: twins, ...optionsOf(wanted, variant) });
  sendJson(response, 200, { token: wanted.opaque === true ? twin.sessions.conceal(token) : token });
}

/** Signs a persona out at the issuer, which tells the API. The body is `{ as }`; the answer holds the API's status. */
async function logOut(
  twins: readonly TwinIssuer[],
  sendLogout: SendLogout,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.headers.origin !== undefined) return send(response, 403, "text/plain", "Not for browsers.\n");
  const found = findPersona(twins, String(parseObject(await readBody(request))?.["as"] ?? ""));
  if (found === null || !tellsOthers(found.twin)) return sendJson(response, 404, { error: "unknown_persona" });
  found.twin.sessions.endAll(found.persona);
  sendJson(response, 200, { status: await sendLogout(found.twin, { persona: found.persona, session: null }) });
}

function optionsOf({ ttl, use }: Readonly<Record<string, unknown>>, variant: Variant) {
  return {
    variant,
    ...(typeof ttl === "number" && Number.isSafeInteger(ttl) ? { lifetime: ttl } : {}),
    ...(use === "id" || use === "access" ? ({ use } as const) : {}),
  };
}

/** A name that a foreign page could have pointed at this machine is turned away. */
const isLocal = (host: string | undefined): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? "");
