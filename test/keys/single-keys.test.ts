import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { KeyEvents } from "../../src/keys/key-events.ts";
import type { KeyQuery } from "../../src/keys/keys.ts";
import { openSingleKeys } from "../../src/keys/single-keys.ts";
import { HOUR, makeFinder, MINUTE, outcome, SECOND } from "./kit.ts";

const BASE = "https://keys.example/";
const KID = "0f1e2d3c-4b5a-4968-8776-655443322110";
const kidOf = (number: number) => `0f1e2d3c-4b5a-4968-8776-${number.toString(16).padStart(12, "0")}`;
const pemOf = (key: KeyObject) => key.export({ type: "spki", format: "pem" }).toString();
const KEY = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** A publisher with a file for each key. */
function makePublisher(files: Readonly<Record<string, string>> = { [KID]: pemOf(KEY.publicKey) }) {
  const publisher = {
    files: { ...files },
    urls: [] as string[],
    answer: null as (() => Response | Promise<Response>) | null,
    fetch: async (url: string): Promise<Response> => {
      publisher.urls.push(url);
      if (publisher.answer !== null) return publisher.answer();
      const file = publisher.files[url.slice(BASE.length)];
      return file === undefined ? new Response("<Error/>", { status: 403 }) : new Response(file);
    },
  };
  return publisher;
}

function makeAll(options: { maxStale?: number; events?: KeyEvents } = {}) {
  const publisher = makePublisher();
  const { keys, pass } = makeFinder({ fetch: publisher.fetch, ...options });
  const query = (kid = KID): KeyQuery => ({
    issuer: "users",
    location: { kind: "single", url: BASE, open: openSingleKeys },
    kid,
    algorithm: "ES256",
  });
  return { publisher, keys, pass, query, find: (kid?: string) => outcome(keys.find(query(kid))) };
}

describe("a key of its own file", () => {
  it("is fetched once, and found without asking from then on", async () => {
    const { publisher, keys, query } = makeAll();
    expect(keys.peek(query())).toBeNull();
    const key = await keys.find(query());
    expect(key.key.equals(KEY.publicKey)).toBe(true);
    expect(key.algorithms).toEqual(["ES256"]);
    expect(keys.peek(query())).toBe(key);
    expect(await keys.find(query())).toBe(key);
    expect(publisher.urls).toEqual([`${BASE}${KID}`]);
  });

  it("is fetched once for all who wait", async () => {
    const { publisher, find } = makeAll();
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => find())))).toEqual(new Set(["found"]));
    expect(publisher.urls).toHaveLength(1);
  });

  it("does not serve another algorithm or another issuer", async () => {
    const { publisher, keys, query } = makeAll();
    await keys.find(query());
    expect(await outcome(keys.find({ ...query(), algorithm: "ES384" }))).toBe("key_unknown");
    expect(keys.peek({ ...query(), algorithm: "ES384" })).toBeNull();
    const before = publisher.urls.length;
    expect(before).toBe(1);
    await keys.find({ ...query(), issuer: "others" });
    expect(publisher.urls).toHaveLength(before + 1);
  });

  it("has no replacement, and nothing is asked for one", async () => {
    const refreshed: boolean[] = [];
    const events: KeyEvents = { consulted: () => {}, refreshed: (_issuer, isGood) => void refreshed.push(isGood), servedStale: () => {} };
    const { publisher, keys, query } = makeAll({ events });
    expect(await keys.findReplacement(query(), await keys.find(query()))).toBeNull();
    expect(publisher.urls).toEqual([`${BASE}${KID}`]);
    expect(refreshed).toEqual([true]);
  });
});

describe("an id that is no UUID in lower case", () => {
  it.each([
    "",
    "key-1",
    "../0f1e2d3c-4b5a-4968-8776-655443322110",
    "0f1e2d3c-4b5a-4968-8776-655443322110/../x",
    "0f1e2d3c-4b5a-4968-8776-655443322110?x",
    "0f1e2d3c-4b5a-4968-8776-655443322110\n",
    "0F1E2D3C-4B5A-4968-8776-655443322110",
    "0f1e2d3c4b5a49688776655443322110",
    "https://attacker.example/0f1e2d3c-4b5a-4968-8776-655443322110",
  ])("%j is never part of an address", async (kid) => {
    const { publisher, find } = makeAll();
    expect(await find(kid)).toBe("key_unknown");
    expect(publisher.urls).toEqual([]);
  });
});

describe("ids that nobody published", () => {
  it("cost two fetches a minute, however many come", async () => {
    const { publisher, find, pass } = makeAll();
    const outcomes: string[] = [];
    for (let id = 0; id < 10_000; id++) outcomes.push(await find(kidOf(id)));
    expect(publisher.urls).toHaveLength(2);
    expect(outcomes.slice(0, 2)).toEqual(["key_unknown", "key_unknown"]);
    expect(new Set(outcomes.slice(2))).toEqual(new Set(["keys_unavailable"]));
    pass(MINUTE);
    expect(await find(kidOf(20_000))).toBe("key_unknown");
    expect(publisher.urls).toHaveLength(3);
  });

  it("do not keep a key that is held from being served", async () => {
    const { find, pass } = makeAll();
    expect(await find()).toBe("found");
    for (let id = 0; id < 100; id++) await find(kidOf(id));
    expect(await find()).toBe("found");
    pass(30 * MINUTE);
    for (let id = 0; id < 100; id++) await find(kidOf(id));
    expect(await find()).toBe("found");
  });

  it("a new key is found once the minute is over", async () => {
    const { publisher, find, pass } = makeAll();
    for (let id = 0; id < 100; id++) await find(kidOf(id));
    expect(await find()).toBe("keys_unavailable");
    pass(MINUTE);
    expect(await find()).toBe("found");
    expect(publisher.urls.at(-1)).toBe(`${BASE}${KID}`);
  });
});

describe("a publisher that fails", () => {
  const failures: Readonly<Record<string, () => Response | Promise<Response>>> = {
    "is down": () => Promise.reject(new Error("refused")),
    "answers 500": () => new Response("", { status: 500 }),
    "sends a page": () => new Response("<html></html>"),
    "sends JSON": () => Response.json({ keys: [] }),
    "sends two keys": () => new Response(pemOf(KEY.publicKey) + pemOf(KEY.publicKey)),
    "sends a private key": () => new Response(KEY.privateKey.export({ type: "pkcs8", format: "pem" })),
    "sends a broken key": () => new Response("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
    "sends too much": () => new Response(pemOf(KEY.publicKey) + " ".repeat(200_000)),
    "sends a weak key": () => new Response(pemOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey)),
  };

  it.each(Object.entries(failures))("and %s, cold: an outage, and no verdict", async (_, answer) => {
    const { publisher, find } = makeAll();
    publisher.answer = answer;
    expect(await find()).toBe("keys_unavailable");
  });

  it.each(Object.entries(failures))("and %s, later: the last good key serves until it is too old", async (_, answer) => {
    const { publisher, find, pass } = makeAll({ maxStale: HOUR });
    expect(await find()).toBe("found");
    publisher.answer = answer;
    pass(30 * MINUTE);
    expect(await find()).toBe("found");
    const asked = publisher.urls.length;
    expect(await find()).toBe("found");
    expect(publisher.urls).toHaveLength(asked);
    pass(HOUR);
    expect(await find()).toBe("keys_unavailable");
  });

  it("serves nothing stale where the configuration says so", async () => {
    const { publisher, find, pass } = makeAll({ maxStale: 0 });
    expect(await find()).toBe("found");
    publisher.answer = () => new Response("", { status: 503 });
    pass(30 * MINUTE);
    expect(await find()).toBe("keys_unavailable");
  });

  it("comes back: the key is fetched again", async () => {
    const { publisher, find, pass } = makeAll();
    publisher.answer = () => new Response("", { status: 503 });
    expect(await find()).toBe("keys_unavailable");
    publisher.answer = null;
    pass(10 * SECOND);
    expect(await find()).toBe("found");
  });

  it("took the key back: it ends at once", async () => {
    const { publisher, find, pass } = makeAll();
    expect(await find()).toBe("found");
    publisher.files = {};
    pass(30 * MINUTE);
    const before = publisher.urls.length;
    expect(await find()).toBe("key_unknown");
    expect(await find()).toBe("key_unknown");
    // From now on it is an id like any that nobody published.
    for (let time = 0; time < 10; time++) await find();
    expect(publisher.urls.length - before).toBe(3);
  });
});

it("a clock that is set back does not make a key fresh for longer", async () => {
  const { publisher, find, pass, keys, query } = makeAll();
  await find();
  pass(-HOUR);
  expect(keys.peek(query())).toBeNull();
  expect(await find()).toBe("found");
  expect(publisher.urls).toHaveLength(2);
});

it("a clock that is set back does not end a last good key either", async () => {
  const { publisher, find, pass } = makeAll();
  await find();
  pass(20 * MINUTE);
  publisher.answer = () => new Response("", { status: 500 });
  expect(await find()).toBe("found");
  pass(-30 * MINUTE);
  expect(await find()).toBe("found");
  pass(25 * HOUR);
  expect(await find()).toBe("keys_unavailable");
});

it("tells what happens to the keys", async () => {
  const told: unknown[] = [];
  const events = {
    consulted: (...what: unknown[]) => void told.push(["consulted", ...what]),
    refreshed: (...what: unknown[]) => void told.push(["refreshed", ...what]),
    servedStale: (...what: unknown[]) => void told.push(["servedStale", ...what]),
  };
  const { publisher, find, pass } = makeAll({ events });
  await find();
  await find();
  publisher.answer = () => new Response("", { status: 500 });
  pass(30 * MINUTE);
  await find();
  expect(told).toEqual([
    ["consulted", "users", "network"],
    ["refreshed", "users", true],
    ["consulted", "users", "memory"],
    ["consulted", "users", "network"],
    ["refreshed", "users", false],
    ["servedStale", "users"],
  ]);
});
