import { sign } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defineGateway, httpAuthorizer, oidc } from "../../src/index.ts";
import { HOUR, makeKey, MINUTE, SECOND, serve, setOf, type TestKey } from "./kit.ts";

const [a, b] = [makeKey("a"), makeKey("b")];
/** What the issuer answers; null: status 503. */
let document: string | null = "";
let requests = 0;
let site: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  site = await serve((_request, response) => {
    requests++;
    // Slow enough for everybody who asks meanwhile to have to wait.
    setTimeout(() => (document === null ? response.writeHead(503).end() : response.end(document)), 5);
  });
});
afterAll(() => site.close());

/** An authorizer on a clock of its own, whose issuer publishes these keys and has been asked once. */
async function start(...published: readonly TestKey[]) {
  const time = { now: 1_800_000_000_000 };
  const gateway = defineGateway({
    issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api", algorithms: ["ES256"], jwksUri: `${site.url}/keys` }) },
    routes: { "GET /orders": "authenticated" },
  });
  const codes = new Set<unknown>();
  const authorizer = httpAuthorizer(gateway, { clock: () => time.now, log: ({ code }) => void codes.add(code) });
  const ask = async (key: TestKey, kid = key.jwk.kid) => {
    const authorization = `Bearer ${tokenOf(key, kid, time.now / 1_000)}`;
    const event = { version: "2.0", type: "REQUEST", routeKey: "GET /orders", identitySource: [authorization], headers: { authorization } };
    return authorizer(event as Parameters<typeof authorizer>[0]).then(
      ({ isAuthorized }) => (isAuthorized ? "allowed" : "denied"),
      (error: Error & { code?: string }) => error.code ?? error.message,
    );
  };
  document = setOf(published);
  requests = 0;
  expect(await ask(a)).toBe("allowed");
  return { ask, codes, pass: (milliseconds: number) => (time.now += milliseconds) };
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signed with the key where it is named by its own id; else nobody will ever look at the signature. */
function tokenOf({ jwk, privateKey }: TestKey, kid: string, now: number): string {
  const claims = {
    iss: "https://shop.example",
    aud: "api",
    sub: "user-1",
    client_id: "web",
    iat: Math.floor(now),
    exp: Math.floor(now) + 300,
  };
  const signed = `${part({ alg: "ES256", kid, typ: "at+jwt" })}.${part(claims)}`;
  const isOwn = kid === jwk.kid;
  const signature = isOwn ? sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" }) : Buffer.alloc(64);
  return `${signed}.${signature.toString("base64url")}`;
}

const KIDS = 10_000;

/** Ten thousand unknown key ids within a minute, a hundred at a time; answers what became of them. */
async function flood({ ask, pass }: Awaited<ReturnType<typeof start>>): Promise<ReadonlySet<string>> {
  const outcomes = new Set<string>();
  const forged = Array.from({ length: 100 }, (_, index) => index);
  for (let sent = 0; sent < KIDS; sent += forged.length) {
    for (const outcome of await Promise.all(forged.map((index) => ask(a, `unknown-${sent + index}`)))) outcomes.add(outcome);
    pass(MINUTE / (KIDS / forged.length));
  }
  return outcomes;
}

it("a rollover under load refuses nobody and costs one request", async () => {
  const { ask, codes, pass } = await start(a);
  document = setOf([a, b]);
  pass(30 * SECOND);
  const outcomes = await Promise.all(Array.from({ length: 400 }, (_, index) => ask(index % 2 === 0 ? a : b)));
  expect([new Set(outcomes), codes.size, requests]).toEqual([new Set(["allowed"]), 0, 2]);
});

it("ten thousand unknown key ids cost a healthy issuer two requests, and the rollover after them one", async () => {
  const running = await start(a);
  expect(await flood(running)).toEqual(new Set(["Unauthorized"]));
  expect([requests, running.codes]).toEqual([1 + 1, new Set(["key_unknown"])]);
  document = setOf([a, b]);
  running.pass(30 * SECOND);
  expect([await running.ask(b), await running.ask(a), requests]).toEqual(["allowed", "allowed", 3]);
});

it("ten thousand unknown key ids cost a failing issuer two requests, and the rollover after them one", async () => {
  const running = await start(a);
  document = null;
  expect(await flood(running)).toEqual(new Set(["Unauthorized", "keys_unavailable"]));
  expect(requests - 1).toBe(2);
  expect([await running.ask(a), running.codes]).toEqual(["allowed", new Set(["key_unknown", "keys_unavailable"])]);
  document = setOf([a, b]);
  running.pass(MINUTE + 15 * SECOND);
  expect([await running.ask(b), await running.ask(a), requests]).toEqual(["allowed", "allowed", 4]);
});

it("twelve hours without the issuer refuse no valid token, and ask about once a minute", async () => {
  const { ask, codes, pass } = await start(a);
  document = null;
  const outcomes = new Set<string>();
  for (let passed = 0; passed < 12 * HOUR; passed += 5 * MINUTE) {
    pass(5 * MINUTE);
    outcomes.add(await ask(a));
  }
  expect([outcomes, codes.size]).toEqual([new Set(["allowed"]), 0]);
  expect(requests - 1).toBeLessThanOrEqual(12 * 12);
  document = setOf([b]);
  pass(2 * MINUTE);
  expect([await ask(a), await ask(b), codes]).toEqual(["Unauthorized", "allowed", new Set(["key_unknown"])]);
});
