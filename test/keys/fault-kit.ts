import { defineGateway, httpAuthorizer, oidc, SallyportError } from "../../src/index.ts";
import { createTestTokens, type TokenOptions } from "../../src/testing/index.ts";

export type Jwk = Readonly<Record<string, unknown>>;

const ISSUER = "https://shop.example";
const claims = { aud: "api", sub: "user-1", client_id: "web" };

/** An authorizer in a test: what it decides, and what it writes down. */
export interface Door {
  /** The public key that its tokens are signed with. */
  readonly good: Jwk;
  /** A line for each entry of the log: its level and its reason code. */
  readonly lines: readonly string[];
  /** What becomes of a fresh token: "allowed", "denied", a failure's reason code, or the message of any other error: "Unauthorized". */
  readonly ask: (options?: Pick<TokenOptions, "header">) => Promise<string>;
  /** The same for so many tokens at once: each answer that there was. */
  readonly askAtOnce: (times: number) => Promise<readonly string[]>;
  /** Lets so many milliseconds go by. */
  readonly pass: (milliseconds: number) => void;
}

/** An authorizer with one issuer, which is found by these options, on a clock that only the test moves. */
export async function openDoor(options: { readonly issuer?: string; readonly jwksUri?: string }): Promise<Door> {
  const gateway = defineGateway({
    issuers: { shop: oidc({ issuer: ISSUER, audience: "api", algorithms: ["ES256"], ...options }) },
    routes: { "GET /orders": "authenticated" },
  });
  const time = { now: Date.now() };
  const clock = () => time.now;
  const { jwks, sign } = await createTestTokens(gateway, { clock });
  const lines: string[] = [];
  const log = ({ level, code }: { readonly level: string; readonly code: string | null }) => void lines.push(`${level} ${code}`);
  const authorizer = httpAuthorizer(gateway, { clock, log });
  const ask: Door["ask"] = async (token) => {
    const authorization = `Bearer ${await sign("shop", { claims, ...token })}`;
    const event = { version: "2.0", type: "REQUEST", routeKey: "GET /orders", identitySource: [authorization], headers: { authorization } };
    return authorizer(event as Parameters<typeof authorizer>[0]).then(
      ({ isAuthorized }) => (isAuthorized ? "allowed" : "denied"),
      (error: Error) => (error instanceof SallyportError ? error.code : error.message),
    );
  };
  return {
    good: jwks["shop"]?.keys[0] ?? {},
    lines,
    ask,
    askAtOnce: async (times) => [...new Set(await Promise.all(Array.from({ length: times }, () => ask())))],
    pass: (milliseconds) => void (time.now += milliseconds),
  };
}
