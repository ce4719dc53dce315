import { expect, it } from "vitest";
import type { KeyEvents } from "../../src/keys/key-events.ts";
import type { StoredKeys } from "../../src/keys/key-store.ts";
import { HOUR, makeFinder, makeKey, makeProvider, MINUTE, outcome, query, URL_A } from "./kit.ts";

const NOW = 1_800_000_000_000;
const a = makeKey("a");

/** A finder with its provider, and everything that was told, in order. */
function watched(options: Parameters<typeof makeFinder>[0] = {}) {
  const told: string[] = [];
  const events: KeyEvents = {
    consulted: (issuer, source) => void told.push(`${issuer} from ${source}`),
    refreshed: (issuer, succeeded) => void told.push(`${issuer} ${succeeded ? "refreshed" : "failed"}`),
    servedStale: (issuer) => void told.push(`${issuer} stale`),
  };
  const provider = makeProvider([a]);
  const finder = makeFinder({ fetch: provider.fetch, events, ...options });
  const find = async () => {
    told.length = 0;
    const found = await outcome(finder.keys.find(query("a")));
    return [...told, found];
  };
  return { ...finder, provider, find, told };
}

it("a key comes from the network once, and then from memory", async () => {
  const { find, pass } = watched();
  expect(await find()).toEqual(["shop refreshed", "shop from network", "found"]);
  expect(await find()).toEqual(["shop from memory", "found"]);
  pass(11 * MINUTE);
  expect(await find()).toEqual(["shop refreshed", "shop from network", "found"]);
});

it("keys served while their issuer fails are stale, each time", async () => {
  const { find, pass, provider } = watched();
  await find();
  provider.fail();
  pass(11 * MINUTE);
  expect(await find()).toEqual(["shop failed", "shop from memory", "shop stale", "found"]);
  expect(await find()).toEqual(["shop from memory", "shop stale", "found"]);
  pass(25 * HOUR);
  expect((await find()).at(-1)).toBe("keys_unavailable");
});

it("an issuer that fails from the start serves nothing, stale or not", async () => {
  const { find, provider } = watched();
  provider.fail();
  expect(await find()).toEqual(["shop failed", "shop from network", "keys_unavailable"]);
});

it("a pinned key comes from the snapshot for as long as nothing newer was fetched", async () => {
  const { find, pass } = watched({ snapshot: { shop: { [URL_A]: { keys: [a.jwk], fetchedAt: NOW - MINUTE } } } });
  expect(await find()).toEqual(["shop from snapshot", "found"]);
  expect(await find()).toEqual(["shop from snapshot", "found"]);
  pass(2 * MINUTE);
  expect(await find()).toEqual(["shop refreshed", "shop from network", "found"]);
  expect(await find()).toEqual(["shop from memory", "found"]);
});

it("a shared key comes from the store once, and then from memory", async () => {
  const held: StoredKeys = { keys: [a.jwk], fetchedAt: NOW - MINUTE, freshFor: 10 * MINUTE };
  const { find } = watched({ store: { read: async () => held, write: async () => {} } });
  expect(await find()).toEqual(["shop from store", "found"]);
  expect(await find()).toEqual(["shop from memory", "found"]);
});

it("a look that waits for nothing is told too", async () => {
  const { keys, find, told } = watched();
  expect(keys.peek(query("a"))).toBeNull();
  expect(told).toEqual([]);
  await find();
  told.length = 0;
  expect(keys.peek(query("a"))).not.toBeNull();
  expect(told).toEqual(["shop from memory"]);
});
