import { generateKeyPairSync } from "node:crypto";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { defineGateway, type Gateway, httpAuthorizer, oidc, type ReasonCode, scope } from "../../src/index.ts";
import { serve } from "../keys/kit.ts";
import { accepted, joseAccepts, refused } from "./kit.ts";
import {
  ATTACKER,
  AUDIENCE,
  createServers,
  encode,
  gateway,
  jwkOf,
  KEY_SETS,
  mint,
  NOW,
  partsOf,
  PRIVATE,
  type Servers,
  serversThat,
} from "./lab.ts";
import { makeRocaKey } from "./roca.ts";
import { assertAllowed, createPlace, type Options, assertRefused } from "./witness.ts";

// Pauses are spread at random: here they are as short as they may be, so that fetches can be counted.
beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0));

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const URL_OF_SHOP = "https://shop.example/keys";
const DOWN = new Response("<html>down</html>", { status: 500 });
const GOOD = KEY_SETS[URL_OF_SHOP];
const NEXT = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

const eventOf = (text: string) => ({
  version: "2.0",
  type: "REQUEST",
  routeKey: "GET /orders",
  headers: { authorization: `Bearer ${text}` },
});

/** One authorizer on a clock and on servers that the test moves and changes. */
function watch(changes: Readonly<Record<string, unknown>> = {}, asked: Gateway = gateway, servers: Servers = createServers(changes)) {
  const time = { now: NOW * SECOND };
  const place = createPlace(servers, () => time.now);
  const authorizer = httpAuthorizer(asked, place.options);
  /** The token is let in, or refused for this reason, after so many fetches; null: they are counted together, by `count`. */
  const assertReply = async (text: string, code: ReasonCode | null, fetches: number | null = 0): Promise<void> => {
    const expected = { place, token: text, fetches };
    await (code === null
      ? assertAllowed(() => authorizer(eventOf(text)), expected)
      : assertRefused(() => authorizer(eventOf(text)), code, expected));
  };
  const pass = (milliseconds: number) => (time.now += milliseconds);
  const publish = (document: unknown) => void (servers.documents[URL_OF_SHOP] = document);
  return { assertReply, pass, publish, count: () => servers.urls.length, place, authorizer };
}
const LONG = { exp: NOW + 29 * 86_400 };
const token = mint({ claims: LONG });
const [, payload] = partsOf(token);
/** A key id that no issuer has ever used; nothing has to be signed for it to cost a look-up. */
const unknown = (index: number) => `${encode({ alg: "RS256", kid: `unknown-${index}` })}.${payload}.AAAA`;

/** Refused as unavailable wherever no keys were held before, and good keys outlive it where some were. */
async function survives(document: unknown): Promise<void> {
  await refused({ token, servers: () => createServers({ [URL_OF_SHOP]: document }) }, "keys_unavailable", 1);
  const { assertReply, pass, publish } = watch();
  await assertReply(token, null, 1);
  publish(document);
  pass(11 * MINUTE);
  await assertReply(token, null, 1);
  publish({ keys: [jwkOf(NEXT, "key-2")] });
  pass(11 * MINUTE);
  await assertReply(token, "key_unknown", 1);
}

/** A flood of unknown key ids, spread over a minute of the test's clock: the first half is refused for one reason, the other for another. */
async function flood({ assertReply, pass }: ReturnType<typeof watch>, code: ReasonCode, later = code, count = 1_000): Promise<void> {
  for (let index = 0; index < count; index++) {
    await assertReply(unknown(index), index < count / 2 ? code : later, null);
    pass(MINUTE / count);
  }
}

it("G1 floods a healthy issuer with unknown key ids", async () => {
  const lab = watch();
  await flood(lab, "key_unknown");
  expect(lab.count()).toBe(2);
});

it("G2 floods a failing issuer with unknown key ids", async () => {
  const cold = watch({ [URL_OF_SHOP]: DOWN });
  await flood(cold, "keys_unavailable");
  expect(cold.count()).toBe(2);
  const warm = watch();
  await warm.assertReply(token, null, 1);
  warm.publish(DOWN);
  // For half a minute after a success nobody is asked about an unknown id; then it cannot be told whether it is one.
  await flood(warm, "key_unknown", "keys_unavailable");
  expect(warm.count()).toBe(3);
  await warm.assertReply(token, null);
});

it("G3 floods the issuer to keep a real new key from being learned", async () => {
  const lab = watch();
  const rolled = mint({ key: NEXT, header: { kid: "key-2" }, claims: LONG });
  await lab.assertReply(token, null, 1);
  lab.publish({ keys: [...(GOOD?.keys ?? []), jwkOf(NEXT, "key-2")] });
  await flood(lab, "key_unknown", "key_unknown", 100);
  expect(lab.count()).toBe(2);
  await lab.assertReply(rolled, null);
  await lab.assertReply(token, null);
});

describe("G4 takes the key endpoint down once the cached keys have aged", () => {
  const failures: readonly [string, () => unknown][] = [
    ["status 500", () => DOWN],
    ["HTML", () => "<!doctype html><title>Sign in</title>"],
    ["status 404", () => undefined],
  ];
  it.each(failures)("%s: last good keys serve for a day, and no longer", async (_what, make) => {
    const { assertReply, pass, publish } = watch();
    await assertReply(token, null, 1);
    publish(make());
    for (let hour = 0; hour < 23; hour++) {
      pass(HOUR);
      await assertReply(token, null, 1);
    }
    pass(HOUR + SECOND);
    await assertReply(token, "keys_unavailable", 1);
  });

  it.each(["ENOTFOUND", "CERT_HAS_EXPIRED", "ECONNREFUSED"])("%s", async (code) => {
    const failing = async () => Promise.reject(Object.assign(new TypeError("fetch failed: canary-host-name"), { code }));
    await refused({ token, servers: () => serversThat(failing), secrets: ["canary-host-name"] }, "keys_unavailable", 1);
  });
});

/** A gateway whose keys really come over the network, from this machine. */
const onLoopback = (url: string) =>
  defineGateway({
    issuers: { shop: oidc({ issuer: "https://shop.example", audience: AUDIENCE, jwksUri: `${url}/keys` }) },
    routes: { "GET /orders": scope("orders:read") },
  });

/** An issuer's server on this machine, and an authorizer that fetches from it as it would anywhere; `stop` when done. */
async function overNetwork(behave: Parameters<typeof serve>[0]) {
  const servers = createServers();
  const { url, close } = await serve((request, response) => {
    servers.urls.push(request.url ?? "");
    behave(request, response);
  });
  const time = { now: NOW * SECOND };
  const place = createPlace(servers, () => time.now);
  const { clock, log } = place.options;
  const authorizer = httpAuthorizer(onLoopback(url), { clock, log });
  return { time, expected: { place, token, secrets: [url] }, ask: () => authorizer(eventOf(token)), close };
}

/** The token is refused where the issuer's server behaves like this, after one request to it. */
async function refusedOver(behave: Parameters<typeof serve>[0]): Promise<void> {
  const { ask, expected, close } = await overNetwork(behave);
  try {
    await assertRefused(ask, "keys_unavailable", { ...expected, fetches: 1 });
  } finally {
    close();
  }
}
const drips = new Set<NodeJS.Timeout>();

it.concurrent("G5 answers one byte at a time", async () => {
  await refusedOver((_request, response) => {
    response.writeHead(200);
    drips.add(setInterval(() => response.write(" "), 50));
  });
  for (const timer of drips) clearInterval(timer);
});

it.concurrent("G6 takes the connection and says nothing", async () => {
  const { assertReply } = watch(
    {},
    gateway,
    serversThat(async () => new Promise<never>(() => {})),
  );
  await Promise.all([refusedOver(() => {}), assertReply(token, "keys_unavailable", 1)]);
});

it("G7 redirects to another host, or to http", async () => {
  // One request: what the answer points to is not asked for.
  await refusedOver((_request, response) => void response.writeHead(302, { location: "/attacker" }).end(JSON.stringify(GOOD)));
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
  await watch(
    {},
    gateway,
    serversThat(async () => new Response(endless())),
  ).assertReply(token, "keys_unavailable", 1);
  expect(sent).toBeLessThan(5);
  await survives(JSON.stringify(GOOD).padEnd(150_001));
});

it("G10 answers with a compressed bomb: no content coding is asked for or taken", async () => {
  const asked: unknown[] = [];
  await refusedOver((request, response) => {
    asked.push(request.headers["accept-encoding"]);
    response
      .writeHead(200, { "content-encoding": "gzip" })
      .end(gzipSync(Buffer.concat([Buffer.alloc(5_000_000, " "), Buffer.from(JSON.stringify(GOOD))])));
  });
  expect(asked).toEqual(["identity"]);
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

  it("a key of the flawed chips (ROCA), which can be factored, and what it signs (jose accepts)", async () => {
    const roca = makeRocaKey();
    const keys = { keys: [jwkOf(roca, "key-1"), jwkOf(NEXT, "key-2")] };
    const factored = mint({ key: roca });
    await joseAccepts(factored, {}, keys);
    await refused({ token: factored, servers: () => createServers({ [URL_OF_SHOP]: keys }) }, "key_unknown", 1);
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
  const { assertReply, pass, publish } = watch({ [URL_OF_SHOP]: { keys: [...(GOOD?.keys ?? []), jwkOf(NEXT, "key-2")] } });
  const rolled = mint({ key: NEXT, header: { kid: "key-2" }, claims: LONG });
  await assertReply(token, null, 1);
  await assertReply(rolled, null);
  publish({ keys: [jwkOf(NEXT, "key-2")] });
  pass(10 * MINUTE);
  await assertReply(token, "key_unknown", 1);
  await assertReply(rolled, null);
});

it("G19 signs with new material under an old key id: one look, then the new key is the only one", async () => {
  const { assertReply, pass, publish } = watch();
  const replaced = mint({ key: NEXT, claims: LONG });
  await assertReply(token, null, 1);
  await assertReply(replaced, "signature_invalid", 1);
  publish({ keys: [jwkOf(NEXT, "key-1")] });
  for (let index = 0; index < 50; index++) await assertReply(mint({ key: ATTACKER, claims: { ...LONG, index } }), "signature_invalid");
  pass(5 * MINUTE);
  await assertReply(replaced, null, 1);
  await assertReply(token, "signature_invalid");
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
  const { assertReply, pass, place } = watch(
    { [DISCOVERY]: DOWN, "https://disco.example/.well-known/jwks.json": GOOD, "https://disco.example/keys": GOOD },
    disco,
  );
  for (let index = 0; index < 20; index++) await assertReply(discovered, "keys_unavailable", index === 0 ? 1 : 0);
  expect(place.servers.urls).toEqual([DISCOVERY]);
  place.servers.documents[DISCOVERY] = discovery({});
  pass(10 * SECOND);
  await assertReply(discovered, null, 2);
});

it("G22 hopes for built-in or default keys where none can be had", async () => {
  const offline = serversThat(async () => Promise.reject(new Error("offline")));
  const { assertReply } = watch({}, gateway, offline);
  for (const issuer of ["shop", "curve", "padded", "pool", "staff"] as const) await assertReply(mint({ issuer }), "keys_unavailable", 1);
  const fixed = (options: Options) => httpAuthorizer(gateway, { ...options, jwks: {} })(eventOf(token));
  await assertRefused(fixed, "keys_unavailable", { token });
});

it("G23 makes the cache forget its keys by a miss or an error", async () => {
  const { assertReply, pass, publish } = watch();
  await assertReply(token, null, 1);
  publish(DOWN);
  for (let index = 0; index < 20; index++) await assertReply(unknown(index), "key_unknown");
  await assertReply(token, null);
  pass(31 * SECOND);
  for (let index = 0; index < 20; index++) await assertReply(unknown(index), "keys_unavailable", index === 0 ? 1 : 0);
  await assertReply(mint({ key: ATTACKER }), "signature_invalid");
  await assertReply(token, null);
});

it("G24 makes every request fetch keys anew: one authorizer keeps its keys from one request to the next", async () => {
  const { assertReply, authorizer, place } = watch();
  for (let index = 0; index < 100; index++) await assertReply(mint({ claims: { jti: `id-${index}` } }), null, index === 0 ? 1 : 0);
  const [first, ...others] = Array.from({ length: 50 }, (_, index) => mint({ claims: { jti: `at-once-${index}` } }));
  const atOnce = async () => {
    const answers = await Promise.all(others.map(async (other) => authorizer(eventOf(other))));
    expect(answers.every(({ isAuthorized }) => isAuthorized)).toBe(true);
    return authorizer(eventOf(first ?? ""));
  };
  await assertAllowed(atOnce, { place, token: first, secrets: others });
});

it("G25 lets the connection die while the sandbox is frozen", async () => {
  const sockets = new Set<{ destroy(): unknown }>();
  const { time, ask, expected, close } = await overNetwork((request, response) => {
    sockets.add(request.socket);
    response.end(JSON.stringify(GOOD));
  });
  await assertAllowed(ask, { ...expected, fetches: 1 });
  for (const socket of sockets) socket.destroy();
  time.now += 10 * MINUTE;
  await assertAllowed(ask, { ...expected, fetches: 1 });
  expect(sockets.size).toBe(2);
  close();
});

it("G26 sets the clock back, to keep withdrawn keys alive", async () => {
  const { assertReply, pass, publish } = watch();
  await assertReply(token, null, 1);
  publish({ keys: [jwkOf(NEXT, "key-2")] });
  pass(-30 * SECOND);
  await assertReply(token, "key_unknown", 1);
  pass(11 * MINUTE);
  await assertReply(token, "key_unknown", 1);
});
