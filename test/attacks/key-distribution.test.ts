import { generateKeyPairSync } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createVerifier, defineGateway, oidc, type ReasonCode, scope } from "../../src/index.ts";
import { outcome, serve } from "../keys/kit.ts";
import { accepted, joseAccepts, refused } from "./kit.ts";
import { leaksOf } from "./leaks.ts";
import { ATTACKER, AUDIENCE, createServers, encode, gateway, jwkOf, KEY_SETS, mint, NOW, partsOf, PRIVATE } from "./lab.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const URL_OF_SHOP = "https://shop.example/keys";
const DOWN = new Response("<html>down</html>", { status: 500 });
const GOOD = KEY_SETS[URL_OF_SHOP];
const NEXT = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

/** A verifier on a clock and on servers that the test moves and changes. Its tokens live as long as the test needs. */
function watch(changes: Readonly<Record<string, unknown>> = {}) {
  const time = { now: NOW * SECOND };
  const servers = createServers(changes);
  const { verify } = createVerifier(gateway, { clock: () => time.now, fetch: servers.fetch });
  const ask = async (token: string) => {
    const error = await verify(token).catch((reason: unknown) => reason);
    if (error instanceof Error) expect(leaksOf({ token }, [error.message, String(error.stack), String(error.cause)], [])).toEqual([]);
    return outcome(error instanceof Error ? Promise.reject(error) : Promise.resolve());
  };
  const pass = (milliseconds: number) => (time.now += milliseconds);
  const count = () => servers.urls.filter((url) => url === URL_OF_SHOP).length;
  return { ask, pass, count, publish: (document: unknown) => void (servers.documents[URL_OF_SHOP] = document) };
}
const LONG = { exp: NOW + 29 * 86_400 };
const token = mint({ claims: LONG });
const [, payload] = partsOf(token);
/** A key id that no issuer has ever used; nothing has to be signed for it to cost a look-up. */
const unknown = (index: number) => `${encode({ alg: "RS256", kid: `unknown-${index}` })}.${payload}.AAAA`;

/** Refused as unavailable wherever no keys were held before, and good keys outlive it where some were. */
async function survives(document: unknown): Promise<void> {
  await refused({ token, servers: () => createServers({ [URL_OF_SHOP]: document }) }, "keys_unavailable", 1);
  const { ask, pass, publish } = watch();
  expect(await ask(token)).toBe("found");
  publish(document);
  pass(11 * MINUTE);
  expect(await ask(token)).toBe("found");
  publish({ keys: [jwkOf(NEXT, "key-2")] });
  pass(11 * MINUTE);
  expect(await ask(token)).toBe("key_unknown");
}

/** A flood of unknown key ids, spread over a minute of the test's clock. */
async function flood({ ask, pass }: ReturnType<typeof watch>, count = 1_000): Promise<Set<string>> {
  const codes = new Set<string>();
  for (let index = 0; index < count; index++) {
    codes.add(await ask(unknown(index)));
    pass(MINUTE / count);
  }
  return codes;
}

it("G1 floods a healthy issuer with unknown key ids", async () => {
  const lab = watch();
  expect(await flood(lab)).toEqual(new Set(["key_unknown"]));
  expect(lab.count()).toBeLessThanOrEqual(2);
});

it("G2 floods a failing issuer with unknown key ids", async () => {
  const cold = watch({ [URL_OF_SHOP]: DOWN });
  expect(await flood(cold)).toEqual(new Set(["keys_unavailable"]));
  expect(cold.count()).toBeLessThanOrEqual(2);
  const warm = watch();
  await warm.ask(token);
  warm.publish(DOWN);
  await flood(warm);
  expect(warm.count()).toBeLessThanOrEqual(3);
  expect(await warm.ask(token)).toBe("found");
});

it("G3 floods the issuer to keep a real new key from being learned", async () => {
  const lab = watch();
  const rolled = mint({ key: NEXT, header: { kid: "key-2" }, claims: LONG });
  await lab.ask(token);
  lab.publish({ keys: [...(GOOD?.keys ?? []), jwkOf(NEXT, "key-2")] });
  await flood(lab, 100);
  expect([await lab.ask(rolled), await lab.ask(token)]).toEqual(["found", "found"]);
  expect(lab.count()).toBeLessThanOrEqual(3);
});

describe("G4 takes the key endpoint down once the cached keys have aged", () => {
  const failures: readonly [string, () => unknown][] = [
    ["status 500", () => DOWN],
    ["HTML", () => "<!doctype html><title>Sign in</title>"],
    ["status 404", () => undefined],
  ];
  it.each(failures)("%s: last good keys serve for a day, and no longer", async (_what, make) => {
    const { ask, pass, publish } = watch();
    await ask(token);
    publish(make());
    for (let hour = 0; hour < 23; hour++) {
      pass(HOUR);
      expect(await ask(token)).toBe("found");
    }
    pass(HOUR + SECOND);
    expect(await ask(token)).toBe("keys_unavailable");
  });

  it.each(["ENOTFOUND", "CERT_HAS_EXPIRED", "ECONNREFUSED"])("%s", async (code) => {
    const fetch = async () => Promise.reject(Object.assign(new TypeError("fetch failed: canary-host-name"), { code }));
    const { verify } = createVerifier(gateway, { clock: () => NOW * SECOND, fetch });
    const error = (await verify(token).catch((reason: unknown) => reason)) as Error & { code: string };
    expect(error.code).toBe("keys_unavailable");
    expect([error.message, error.stack, String(error.cause)].join()).not.toContain("canary");
  });
});

/** A gateway whose keys really come over the network, from this machine. */
const onLoopback = (url: string) =>
  defineGateway({
    issuers: { shop: oidc({ issuer: "https://shop.example", audience: AUDIENCE, jwksUri: `${url}/keys` }) },
    routes: { "GET /orders": scope("orders:read") },
  });

/** What a token is answered where the issuer's server behaves like this. */
async function against(behave: Parameters<typeof serve>[0]): Promise<string> {
  const { url, close } = await serve(behave);
  try {
    return await outcome(createVerifier(onLoopback(url), { clock: () => NOW * SECOND }).verify(token));
  } finally {
    close();
  }
}
const drips = new Set<NodeJS.Timeout>();

it.concurrent("G5 answers one byte at a time", async () => {
  const code = await against((_request, response) => {
    response.writeHead(200);
    drips.add(setInterval(() => response.write(" "), 50));
  });
  for (const timer of drips) clearInterval(timer);
  expect(code).toBe("keys_unavailable");
});

it.concurrent("G6 takes the connection and says nothing", async () => {
  const silent = createVerifier(gateway, { clock: () => NOW * SECOND, fetch: async () => new Promise<never>(() => {}) });
  const codes = await Promise.all([against(() => {}), outcome(silent.verify(token))]);
  expect(codes).toEqual(["keys_unavailable", "keys_unavailable"]);
});

it("G7 redirects to another host, or to http", async () => {
  let followed = 0;
  const code = await against((request, response) => {
    if (request.url !== "/keys") followed++;
    response.writeHead(302, { location: "/attacker" }).end(JSON.stringify(GOOD));
  });
  expect([code, followed]).toEqual(["keys_unavailable", 0]);
  await survives(new Response(JSON.stringify(GOOD), { status: 302, headers: { location: "http://attacker.example/keys" } }));
});

describe("G8 answers 200 with something else", () => {
  it.each([
    "<!doctype html>",
    "",
    " ",
    JSON.stringify(GOOD).slice(0, -3),
    `${JSON.stringify(GOOD)}x`,
    "keys",
    `\uFEFF${JSON.stringify(GOOD)}`,
  ])("%#", survives);
});

it("G9 answers with 33 MB: reading stops at 150 kB", async () => {
  let sent = 0;
  const endless = () =>
    new ReadableStream({ pull: (controller) => (sent++ < 33 ? controller.enqueue(Buffer.alloc(1_000_000, " ")) : controller.close()) });
  const { verify } = createVerifier(gateway, { clock: () => NOW * SECOND, fetch: async () => new Response(endless()) });
  await expect(verify(token)).rejects.toMatchObject({ code: "keys_unavailable" });
  expect(sent).toBeLessThan(5);
  await survives(JSON.stringify(GOOD).padEnd(150_001));
});

it("G10 answers with a compressed bomb: no content coding is asked for or taken", async () => {
  const asked: unknown[] = [];
  const code = await against((request, response) => {
    asked.push(request.headers["accept-encoding"]);
    response
      .writeHead(200, { "content-encoding": "gzip" })
      .end(gzipSync(Buffer.concat([Buffer.alloc(5_000_000, " "), Buffer.from(JSON.stringify(GOOD))])));
  });
  expect([code, asked]).toEqual(["keys_unavailable", ["identity"]]);
});

describe("G11 publishes a document that is no key set", () => {
  it.each([
    {},
    null,
    [],
    { keys: {} },
    { keys: null },
    { keys: "x" },
    { keys: [1] },
    { keys: [...(GOOD?.keys ?? []), null] },
    { Keys: GOOD?.keys },
  ])("%j", async (document) => survives(JSON.stringify(document)));
  it("more than a hundred keys", async () =>
    survives({ keys: Array.from({ length: 101 }, (_, index) => jwkOf(PRIVATE.shop, `key-${index}`)) }));
});

it("G12 publishes an empty set, to make the good keys forgotten", async () => survives({ keys: [] }));

it("G13 hides an unusable key among good ones: it alone is skipped", async () => {
  const keys = [{ kty: "RSA", kid: "bad", n: "AQ", e: "AQ" }, { kty: "unknown", kid: "worse" }, {}, ...(GOOD?.keys ?? [])];
  await accepted({ token, servers: () => createServers({ [URL_OF_SHOP]: { keys } }) });
});

it("G14 publishes two keys under one id: that id is unusable, in either order", async () => {
  const [own = {}] = GOOD?.keys ?? [];
  for (const keys of [
    [own, jwkOf(ATTACKER, "key-1")],
    [jwkOf(ATTACKER, "key-1"), own],
  ]) {
    await refused({ token, servers: () => createServers({ [URL_OF_SHOP]: { keys: [...keys, jwkOf(NEXT, "key-2")] } }) }, "key_unknown", 1);
    await refused(
      { token: mint({ key: ATTACKER }), servers: () => createServers({ [URL_OF_SHOP]: { keys: [...keys, jwkOf(NEXT, "key-2")] } }) },
      "key_unknown",
      1,
    );
  }
});

describe("G15 publishes a weak key, or one of a kind that signs nothing here", () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  const own = jwkOf(PRIVATE.shop, "key-1");
  const even = Buffer.from(String(own["n"]), "base64url");
  even[even.length - 1] = (even.at(-1) ?? 0) & 0xfe;
  const cases: readonly [string, object][] = [
    ["RSA of 1024 bits", jwkOf(weak, "key-1")],
    ["e = 1 (jose accepts)", { ...own, e: "AQ" }],
    ["e = 2", { ...own, e: "Ag" }],
    ["a huge e", { ...own, e: encode(Buffer.alloc(256, 0xff)) }],
    ["an even modulus", { ...own, n: even.toString("base64url") }],
    ["16,384 bits", { ...own, n: encode(Buffer.concat([Buffer.from([0x80]), Buffer.alloc(2_046, 7), Buffer.from([1])])) }],
    ["secp256k1", { ...generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey.export({ format: "jwk" }), kid: "key-1" }],
    ["a symmetric key", { kty: "oct", k: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", kid: "key-1", alg: "HS256" }],
    ["a symmetric key that calls itself RS256", { kty: "oct", k: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", kid: "key-1", alg: "RS256" }],
  ];
  it.each(cases)("%s", async (_what, jwk) => {
    const servers = () => createServers({ [URL_OF_SHOP]: { keys: [jwk, jwkOf(NEXT, "key-2")] } });
    await refused({ token: jwk === cases[0]?.[1] ? mint({ key: weak }) : token, servers }, "key_unknown", 1);
  });

  it("e = 1 lets anybody sign: the signature is the padded digest itself", async () => {
    const keys = { keys: [{ ...own, e: "AQ" }, jwkOf(NEXT, "key-2")] };
    const forged = mint().split(".").slice(0, 2).join(".");
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(forged)));
    const info = Buffer.from("3031300d060960864801650304020105000420", "hex");
    const encoded = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(202, 0xff), Buffer.from([0]), info, digest]);
    const attack = `${forged}.${encoded.toString("base64url")}`;
    await joseAccepts(attack, {}, keys);
    await refused({ token: attack, servers: () => createServers({ [URL_OF_SHOP]: keys }) }, "key_unknown", 1);
  });
});

describe("G16 publishes a key that is not for signatures", () => {
  it.each([
    { use: "enc" },
    { use: undefined, key_ops: ["encrypt"] },
    { key_ops: ["sign"] },
    { key_ops: ["sign", "verify"] },
    { key_ops: ["verify", "verify"] },
    { key_ops: [] },
    { key_ops: "verify" },
    { alg: "RSA-OAEP" },
    { alg: "ES256" },
    { alg: "HS256" },
  ])("%j", async (extra) => {
    const servers = () => createServers({ [URL_OF_SHOP]: { keys: [jwkOf(PRIVATE.shop, "key-1", extra), jwkOf(NEXT, "key-2")] } });
    await refused({ token, servers }, "key_unknown", 1);
  });
});

it("G17 publishes the private key: it is a key to nothing any more", async () => {
  const keys = [{ ...PRIVATE.shop.export({ format: "jwk" }), kid: "key-1" }, jwkOf(NEXT, "key-2")];
  await refused({ token, servers: () => createServers({ [URL_OF_SHOP]: { keys } }) }, "key_unknown", 1);
});

it("G18 goes on using a key that the issuer has withdrawn", async () => {
  const { ask, pass, publish } = watch({ [URL_OF_SHOP]: { keys: [...(GOOD?.keys ?? []), jwkOf(NEXT, "key-2")] } });
  const rolled = mint({ key: NEXT, header: { kid: "key-2" }, claims: LONG });
  expect([await ask(token), await ask(rolled)]).toEqual(["found", "found"]);
  publish({ keys: [jwkOf(NEXT, "key-2")] });
  pass(10 * MINUTE);
  expect([await ask(token), await ask(rolled)]).toEqual(["key_unknown", "found"]);
});

it("G19 signs with new material under an old key id: one look, then the new key is the only one", async () => {
  const lab = watch();
  const replaced = mint({ key: NEXT, claims: LONG });
  expect([await lab.ask(token), await lab.ask(replaced)]).toEqual(["found", "signature_invalid"]);
  lab.publish({ keys: [jwkOf(NEXT, "key-1")] });
  for (let index = 0; index < 50; index++) await lab.ask(mint({ key: ATTACKER, claims: { ...LONG, index } }));
  expect(lab.count()).toBe(2);
  lab.pass(5 * MINUTE);
  expect([await lab.ask(replaced), await lab.ask(token)]).toEqual(["found", "signature_invalid"]);
  expect(lab.count()).toBe(3);
});

const DISCOVERY = "https://disco.example/.well-known/openid-configuration";
const disco = defineGateway({
  issuers: { disco: oidc({ issuer: "https://disco.example", audience: AUDIENCE }) },
  routes: { "GET /orders": scope("orders:read"), $connect: scope("orders:read") },
});
const discovered = mint({ claims: { iss: "https://disco.example" } });
const discovery = (changes: object) => ({ issuer: "https://disco.example", jwks_uri: "https://disco.example/keys", ...changes });

describe("G20 publishes a discovery document that points elsewhere", () => {
  it.each<[object, ReasonCode | null, number]>([
    [{}, null, 2],
    [{ issuer: "https://other.example" }, "keys_unavailable", 1],
    [{ issuer: "https://disco.example/" }, "keys_unavailable", 1],
    [{ issuer: undefined }, "keys_unavailable", 1],
    [{ jwks_uri: undefined }, "keys_unavailable", 1],
    [{ jwks_uri: 1 }, "keys_unavailable", 1],
    [{ jwks_uri: "http://disco.example/keys" }, "keys_unavailable", 1],
    [{ jwks_uri: "file:///etc/passwd" }, "keys_unavailable", 1],
    [{ jwks_uri: "https://169.254.169.254/keys" }, "keys_unavailable", 1],
    [{ jwks_uri: "https://2852039166/keys" }, "keys_unavailable", 1],
    [{ jwks_uri: "https://[::1]/keys" }, "keys_unavailable", 1],
    [{ jwks_uri: "https://localhost/keys" }, "keys_unavailable", 1],
    [{ jwks_uri: "http://127.0.0.1:9000/keys" }, "keys_unavailable", 1],
    [{ jwks_uri: "https://user:password@disco.example/keys" }, "keys_unavailable", 1],
    [{ jwks_uri: "/keys" }, "keys_unavailable", 1],
  ])("%j", async (changes, code, fetches) => {
    const servers = () => createServers({ [DISCOVERY]: discovery(changes), "https://disco.example/keys": GOOD });
    const attempt = { token: discovered, gateway: disco, servers };
    await (code === null ? accepted(attempt, fetches) : refused(attempt, code, fetches));
  });
});

it("G21 takes discovery down: no path is guessed, and it is asked again soon", async () => {
  const time = { now: NOW * SECOND };
  const servers = createServers({
    [DISCOVERY]: DOWN,
    "https://disco.example/.well-known/jwks.json": GOOD,
    "https://disco.example/keys": GOOD,
  });
  const { verify } = createVerifier(disco, { clock: () => time.now, fetch: servers.fetch });
  for (let index = 0; index < 20; index++) expect(await outcome(verify(discovered))).toBe("keys_unavailable");
  expect(servers.urls).toEqual([DISCOVERY]);
  servers.documents[DISCOVERY] = discovery({});
  time.now += 10 * SECOND;
  expect(await outcome(verify(discovered))).toBe("found");
});

it("G22 hopes for built-in or default keys where none can be had", async () => {
  const { verify } = createVerifier(gateway, { clock: () => NOW * SECOND, fetch: async () => Promise.reject(new Error("offline")) });
  for (const issuer of ["shop", "curve", "padded", "pool", "staff"] as const)
    expect(await outcome(verify(mint({ issuer })))).toBe("keys_unavailable");
  const fixed = createVerifier(gateway, { clock: () => NOW * SECOND, jwks: {} });
  expect(await outcome(fixed.verify(token))).toBe("keys_unavailable");
});

it("G23 makes the cache forget its keys by a miss or an error", async () => {
  const { ask, count, publish } = watch();
  await ask(token);
  publish(DOWN);
  for (let index = 0; index < 20; index++) await ask(unknown(index));
  await ask(mint({ key: ATTACKER }));
  const before = count();
  expect(await ask(token)).toBe("found");
  expect(count()).toBe(before);
});

it("G24 makes every request fetch keys anew: one authorizer keeps its keys from one request to the next", async () => {
  const { ask, count } = watch();
  for (let index = 0; index < 100; index++) expect(await ask(mint({ claims: { jti: `id-${index}` } }))).toBe("found");
  await Promise.all(Array.from({ length: 50 }, async () => ask(token)));
  expect(count()).toBe(1);
});

it("G25 lets the connection die while the sandbox is frozen", async () => {
  const sockets = new Set<{ destroy(): unknown }>();
  const { url, close } = await serve((request, response) => {
    sockets.add(request.socket);
    response.end(JSON.stringify(GOOD));
  });
  const time = { now: NOW * SECOND };
  const { verify } = createVerifier(onLoopback(url), { clock: () => time.now });
  expect(await outcome(verify(token))).toBe("found");
  for (const socket of sockets) socket.destroy();
  time.now += 10 * MINUTE;
  expect(await outcome(verify(token))).toBe("found");
  expect(sockets.size).toBe(2);
  close();
});

it("G26 sets the clock back, to keep withdrawn keys alive", async () => {
  const { ask, pass, publish, count } = watch();
  await ask(token);
  publish({ keys: [jwkOf(NEXT, "key-2")] });
  pass(-30 * SECOND);
  await ask(token);
  expect(count()).toBe(2);
  pass(11 * MINUTE);
  expect(await ask(token)).toBe("key_unknown");
});
