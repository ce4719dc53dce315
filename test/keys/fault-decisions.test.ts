import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineGateway, httpAuthorizer, oidc } from "../../src/index.ts";
import { createTestTokens } from "../../src/testing/index.ts";
import { makeKey, MINUTE, serve } from "./kit.ts";

type Jwk = Readonly<Record<string, unknown>>;

const KID = "test-shop";
const [own, other] = [makeKey(KID), makeKey("other")];
const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" });
const privateJwk = own.privateKey.export({ format: "jwk" });

/** What the issuer publishes in place of its set `[good]`, and what becomes of a token signed with the good key. */
const FAULTS: Readonly<Record<string, readonly [(good: Jwk) => readonly unknown[], "allowed" | "keys_unavailable" | "Unauthorized"]>> = {
  "the good key alone": [(good) => [good], "allowed"],
  "a bad key among good ones": [(good) => [{ kty: "RSA", n: "AQAB", e: "AQAB", kid: "bad" }, good, other.jwk], "allowed"],
  "the good key twice": [(good) => [good, good], "allowed"],
  "two keys under one id": [(good) => [good, { ...own.jwk, kid: good["kid"] }, other.jwk], "Unauthorized"],
  "two keys under one id and nothing else": [(good) => [good, { ...own.jwk, kid: good["kid"] }], "keys_unavailable"],
  "a weak key": [(good) => [{ ...weak, kid: good["kid"] }], "keys_unavailable"],
  "a private key": [(good) => [{ ...privateJwk, kid: good["kid"] }], "keys_unavailable"],
  "a symmetric key": [(good) => [{ kty: "oct", k: "c2VjcmV0", kid: good["kid"], alg: "HS256" }], "keys_unavailable"],
  "an encryption key": [(good) => [{ ...good, use: "enc" }], "keys_unavailable"],
  "the good key for encryption, beside another": [(good) => [{ ...good, use: "enc" }, other.jwk], "Unauthorized"],
  "a withdrawn key": [() => [other.jwk], "Unauthorized"],
};

const documents = new Map<string, string>();
const requests: string[] = [];
let site: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  site = await serve((request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    response.end(documents.get(path));
  });
});
afterAll(() => site.close());

const countOf = (path: string) => requests.filter((one) => one === path).length;

/** An authorizer whose only issuer publishes at this path of the site, or is discovered there. */
async function start(options: (path: string) => object, path: string) {
  const gateway = defineGateway({
    issuers: { shop: oidc({ issuer: "https://shop.example", audience: "api", algorithms: ["ES256"], ...options(`${site.url}${path}`) }) },
    routes: { "GET /orders": "authenticated" },
  });
  const time = { now: Date.now() };
  const { jwks, sign } = await createTestTokens(gateway, { clock: () => time.now });
  const [good = {}] = (jwks["shop"]?.keys ?? []) as readonly Jwk[];
  const codes: unknown[] = [];
  const authorizer = httpAuthorizer(gateway, { clock: () => time.now, log: ({ code }) => void codes.push(code) });
  const ask = async () => {
    const authorization = `Bearer ${await sign("shop", { claims: { aud: "api", sub: "user-1", client_id: "web" } })}`;
    const event = { version: "2.0", type: "REQUEST", routeKey: "GET /orders", identitySource: [authorization], headers: { authorization } };
    return authorizer(event as Parameters<typeof authorizer>[0]).then(
      ({ isAuthorized }) => (isAuthorized ? "allowed" : "denied"),
      (error: Error & { code?: string }) => error.code ?? error.message,
    );
  };
  return { good, codes, ask, pass: (milliseconds: number) => (time.now += milliseconds) };
}

describe("an issuer that publishes", () => {
  it.each(Object.entries(FAULTS))("%s", async (name, [publish, expected]) => {
    const path = `/${encodeURIComponent(name)}`;
    const { good, codes, ask } = await start((jwksUri) => ({ jwksUri }), path);
    documents.set(path, JSON.stringify({ keys: publish(good) }));
    expect([await ask(), await ask()]).toEqual([expected, expected]);
    const code = { allowed: [], keys_unavailable: ["keys_unavailable"], Unauthorized: ["key_unknown"] }[expected];
    expect(codes).toEqual([...code, ...code]);
    expect(countOf(path)).toBe(1);
  });

  it.each(Object.entries(FAULTS).filter(([, [, expected]]) => expected === "keys_unavailable"))(
    "%s after its keys were held: they go on working",
    async (name, [publish]) => {
      const path = `/held/${encodeURIComponent(name)}`;
      const { good, codes, ask, pass } = await start((jwksUri) => ({ jwksUri }), path);
      documents.set(path, JSON.stringify({ keys: [good] }));
      expect(await ask()).toBe("allowed");
      documents.set(path, JSON.stringify({ keys: publish(good) }));
      pass(10 * MINUTE);
      expect([await ask(), await ask(), codes, countOf(path)]).toEqual(["allowed", "allowed", [], 2]);
    },
  );
});

it("a discovery document of another issuer leads to no keys", async () => {
  const path = "/foreign/.well-known/openid-configuration";
  documents.set(path, JSON.stringify({ issuer: "https://evil.example", jwks_uri: `${site.url}/foreign/keys` }));
  const { codes, ask } = await start((issuer) => ({ issuer }), "/foreign");
  expect([await ask(), codes, countOf(path), countOf("/foreign/keys")]).toEqual(["keys_unavailable", ["keys_unavailable"], 1, 0]);
});
