import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { defineRoutes, guard, identity, resolverGuard } from "../../src/guard/index.ts";
import { httpAuthorizer, verifyingGuard } from "../../src/index.ts";
import { encodeText } from "../../src/principal/codec.ts";
import { createRevoker } from "../../src/sessions/revoker.ts";
import { revocationTable } from "../../src/sessions/revocation-table.ts";
import { signOut } from "../../src/sessions/sign-out.ts";
import { authorizerContext, testPrincipal } from "../../src/testing/index.ts";
import { clock, createSample, gateway, NOW_SECONDS, type Sample } from "../authorize/sample.ts";
import { patchConsole, spyOnStdout } from "./stdout.ts";

let sample: Sample;
beforeAll(async () => {
  sample = await createSample();
});

const lines: string[] = [];
beforeEach(() => {
  spyOnStdout((line) => void lines.push(line));
  patchConsole();
});
afterEach(() => {
  vi.restoreAllMocks();
  lines.length = 0;
});

const principal = testPrincipal({ expiresAt: NOW_SECONDS + 600 });
const routes = defineRoutes({ "GET /me": "authenticated", "POST /out": "authenticated" });
const broken = async () => {
  throw new TypeError("secret");
};

const proxied = (authorizer?: unknown, routeKey = "GET /me") => ({
  version: "2.0",
  routeKey,
  requestContext: { requestId: "r-1", authorizer },
});
const letIn = (routeKey?: string) => proxied(authorizerContext(principal, "http"), routeKey);
const direct = (headers: object) => ({
  version: "2.0",
  rawPath: "/me",
  headers,
  requestContext: { stage: "$default", requestId: "r-1", http: { method: "GET" } },
});
const resolved = (resolverContext?: unknown) => ({ info: { parentTypeName: "Query", fieldName: "me" }, identity: { resolverContext } });
const refusingTable = () => revocationTable({ table: "t", onUnavailable: "deny", client: { send: async () => ({}) } });

/** Everything that writes a line where nothing else is wanted, and what its line says first. */
const WRITERS: Readonly<Record<string, readonly [message: string, write: () => unknown]>> = {
  "an authorizer": [
    "Request refused",
    () => httpAuthorizer(gateway, { clock })({ version: "2.0", type: "REQUEST", routeKey: "GET /me", headers: { authorization: "x" } }),
  ],
  "a guard that refuses": ["Request refused", () => guard(routes, async () => null)(proxied())],
  "a guard whose handler throws": ["Handler failed", () => guard(routes, broken, { clock })(letIn())],
  "the middleware": ["Request refused", () => identity(routes).before({ event: proxied(), context: {} })],
  "a resolver's guard that refuses": ["Request refused", () => resolverGuard("authenticated", async () => null)(resolved())],
  "a resolver's guard whose handler throws": [
    "Handler failed",
    () => resolverGuard("authenticated", broken, { clock })(resolved(encodeText(principal))),
  ],
  "a verifying guard that refuses": ["Request refused", () => verifyingGuard(gateway, async () => null)(direct({}))],
  "a verifying guard whose handler throws": [
    "Handler failed",
    async () => verifyingGuard(gateway, broken, { clock, jwks: sample.jwks })(direct({ authorization: `Bearer ${await sample.good()}` })),
  ],
  "a sign-out that is refused": [
    "Request refused",
    () => signOut(routes, { revocations: refusingTable() })(proxied(undefined, "POST /out")),
  ],
  "the audit log": [
    "Revoked",
    () => createRevoker(refusingTable()).revoke({ issuer: "shop", kind: "subject", value: "u" }, { by: "test", why: "test" }),
  ],
};

it.each(Object.entries(WRITERS))("the line of %s reaches stdout as plain JSON, whatever Lambda makes of the console", async (_, writer) => {
  const [message, write] = writer;
  await Promise.resolve(write()).catch(() => null);
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  expect(Object.keys(line).slice(0, 4)).toEqual(["level", "message", "timestamp", "service"]);
  expect(line).toMatchObject({ message, timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), service: "sallyport" });
  expect(console.log).not.toHaveBeenCalled();
});

it("a console that is patched as on Lambda writes no JSON", () => {
  const written: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  console.log(JSON.stringify({ level: "WARN" }));
  expect(written).toEqual([expect.stringMatching(/^2026-01-01T12:00:00\.000Z\t[0-9a-f-]{36}\tINFO\t\{"level":"WARN"\}\n$/)]);
});
